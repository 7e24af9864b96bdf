"""What an id of the API can be: it comes from a server, a file or a person, and goes to paths, files, terminals."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from wexa_sync.text.patterns import pattern

# Printable ASCII, without what ends a segment of a path or may be read as an escape; no dot segment.
_ID = pattern(r"(?!\.{1,2}\Z)[!\"$&-.0->@-\[\]-~]{1,200}\Z")

ID_HINT = "An id of the API is 24 hexadecimal digits or a UUID; look where this one comes from."
_HEX = "0123456789abcdef-"


def usual_case(id: str) -> str:  # the field's name
    """Return an id in the one case that it is compared in: hexadecimal digits mean the same in both."""
    lower = id.lower()
    return lower if 24 <= len(id) <= 36 and not lower.strip(_HEX) else id


def is_id(found: object) -> TypeGuard[str]:
    """True when it can be an id of the API."""
    return isinstance(found, str) and _ID.match(found) is not None


def said(found: object) -> str:
    """Return an id for a message, and words in the place of what can't be one."""
    return found if is_id(found) else "something that is no id"


def folded_id(shown: Any) -> Any:
    """Return the id of a resource that is shown whole where something refers to it. Anything else stays as it is."""
    found = shown.get("_id") if isinstance(shown, dict) else None
    return found if isinstance(found, str) else shown


_SERVERS = pattern(r"[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def looks_made(text: str) -> bool:
    """True when the text has the form of the ids that the server makes, which no name is likely to have."""
    return _SERVERS.fullmatch(text) is not None
