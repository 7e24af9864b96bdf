"""Make and check ids in the API's forms.

Objects have Mongo ObjectIds: 24 hex characters, of which the first eight are the second of creation. An execution also
has a UUID version 4. Pages use the UUID in paths, the vendor's tests the ObjectId, so both are accepted.
"""

from __future__ import annotations

import itertools
import re
import secrets
import uuid

_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

# As in Mongo's drivers: five random bytes a process, then a counter with a random start.
_PROCESS = secrets.token_hex(5)
_COUNTER = itertools.count(secrets.randbelow(1 << 24))


def new_object_id(at: float) -> str:
    """Return a new ObjectId for the time `at` (epoch seconds)."""
    return f"{int(at) & 0xFFFFFFFF:08x}{_PROCESS}{next(_COUNTER) & 0xFFFFFF:06x}"


def new_execution_id() -> str:
    """Return a new public id for an execution."""
    return str(uuid.uuid4())


def is_object_id(text: str) -> bool:
    """True when `text` has the form of an ObjectId."""
    return _OBJECT_ID.fullmatch(text) is not None


def is_execution_id(text: str) -> bool:
    """True when `text` has the form of one of an execution's two ids."""
    return is_object_id(text) or _UUID.fullmatch(text) is not None
