"""Tell the fields of which nobody can say whether they are as declared, when a live resource is taken over."""

from __future__ import annotations

from collections.abc import Iterable

from wexa_sync.kinds.base import Kind
from wexa_sync.model import FieldChange

Fields = tuple[FieldChange, ...]


def knowable(kind: Kind, fields: Iterable[FieldChange]) -> tuple[Fields, Fields]:
    """Return the fields that differ from what is live, and those that no read shows and no call changes.

    What is taken over has those as they are: nobody can tell whether they differ, and nobody could change them.
    """
    known: list[FieldChange] = []
    unknown: list[FieldChange] = []
    for change in fields:
        way = [field for _, field in kind.fields.along(change.path)]
        hidden = any(field.write_only for field in way) and any(field.immutable for field in way)
        (unknown if hidden else known).append(change)
    return tuple(known), tuple(unknown)


def why_unknown(fields: Fields) -> str:
    """Return the rest of a reason that names those fields; empty where there are none."""
    names = ", ".join(dict.fromkeys(str(change.path[0]) for change in fields))
    return f"; nobody can tell whether {names} is as declared, as no read shows that" if names else ""
