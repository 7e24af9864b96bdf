"""Identifiers, made the way the API makes them.

Objects carry Mongo ObjectIds: 24 hex characters, of which the first eight are the second of creation. An execution
carries a UUID version 4 beside its ObjectId; pages use the UUID in paths, the vendor's tests the ObjectId, so both are
accepted.
"""

from __future__ import annotations

import itertools
import re
import secrets
import uuid

_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

# As in Mongo's drivers: five random bytes a process, then a counter that starts anywhere.
_PROCESS = secrets.token_hex(5)
_COUNTER = itertools.count(secrets.randbelow(1 << 24))


def new_object_id(at: float) -> str:
    """A fresh ObjectId made at `at` (epoch seconds)."""
    return f"{int(at) & 0xFFFFFFFF:08x}{_PROCESS}{next(_COUNTER) & 0xFFFFFF:06x}"


def new_execution_id() -> str:
    """A fresh public id of an execution."""
    return str(uuid.uuid4())


def is_object_id(text: str) -> bool:
    """Whether `text` has the form of an ObjectId."""
    return _OBJECT_ID.fullmatch(text) is not None


def is_execution_id(text: str) -> bool:
    """Whether `text` has the form of either id of an execution."""
    return is_object_id(text) or _UUID.fullmatch(text) is not None
