"""List the leaves that a change touches: nested objects as dotted paths, each with its whole value on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from wexa_sync.model import FieldChange, Path, Spec, show_path
from wexa_sync.secrecy.hide import SENSITIVE


class Absent:
    """Represent the side of a field on which it is not there, told apart from a null that is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Final = Absent()


class FieldView(Struct, frozen=True, kw_only=True):
    """Describe a leaf with its value before and after the change.

    `changed_by`: as in FieldChange; empty where it is new.
    """

    path: str
    before: Any
    after: Any
    changed_by: str = ""

    @property
    def symbol(self) -> str:
        """Return `+` for a leaf that comes, `-` for one that goes, `~` for one that changes."""
        return "+" if self.before is ABSENT else "-" if self.after is ABSENT else "~"


def new_fields(spec: Spec) -> tuple[FieldView, ...]:
    """Return the leaves of a spec that is made or run."""
    return tuple(_leaves_between((), ABSENT, spec, ""))


def differing_fields(differences: Iterable[FieldChange]) -> tuple[FieldView, ...]:
    """Return the leaves that differ, of an update or of one that can't be made."""
    return tuple(view for field in differences for view in _differing(field))


def _differing(field: FieldChange) -> list[FieldView]:
    before, after = (ABSENT if value is None else value for value in (field.before, field.after))
    # A difference that no view shows (between two secrets, say) is still named.
    return list(_leaves_between(field.path, before, after, field.changed_by)) or [
        FieldView(path=show_path(field.path), before=field.before, after=field.after, changed_by=field.changed_by)
    ]


def _leaves_between(path: Path, before: Any, after: Any, by: str) -> Iterator[FieldView]:
    old, new = dict(_leaves(path, before)), dict(_leaves(path, after))
    for at in dict.fromkeys([*old, *new]):
        one, other = old.get(at, ABSENT), new.get(at, ABSENT)
        if one is SENSITIVE or one != other:
            yield FieldView(path=show_path(at), before=one, after=other, changed_by=by)


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the parts of a value that get a line of their own: a list of plain values stays one."""
    if isinstance(value, Mapping) and (value or not path):
        for key, item in value.items():
            yield from _leaves((*path, key), item)
    elif isinstance(value, (list, tuple)) and any(isinstance(item, (Mapping, list, tuple)) for item in value):
        for index, item in enumerate(value):
            yield from _leaves((*path, index), item)
    elif value is not ABSENT:
        yield path, value
