"""Put a document together so that it fits: what is grave is there in any case, and of the rest as much as has room.

A size is counted in bytes of UTF-8. No place that shows Markdown counts more: GitHub counts characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from wexa_sync.text.orders import without_orders


class Dialect(Struct, frozen=True, kw_only=True):
    """Say what a place shows: so many bytes, and parts that unfold where it knows HTML."""

    limit: int
    folds: bool = True


# Each limit leaves room for a head and a foot that a CI job may add. The places' own are 65,536 characters, 1,000,000,
# 32,768, and 1 MiB for all that one step adds.
DIALECTS: Final[Mapping[str, Dialect]] = {
    "github": Dialect(limit=64_000),
    "gitlab": Dialect(limit=980_000),
    "bitbucket": Dialect(limit=31_000, folds=False),
    "step-summary": Dialect(limit=1_000_000),
}

_NOTE = 400  # bytes for what is said of a document that is cut
_LINE = 80  # the same of a section


class Part:
    """Represent a part of a section, for `count` changes: left out (the form ""), or in a form, from short to long."""

    __slots__ = ("_forms", "_sizes", "count", "form")

    def __init__(self, *forms: str, count: int = 1) -> None:
        self._forms = ("", *map(without_orders, forms))
        self._sizes = tuple(len(each.encode("utf-8", "replace")) for each in self._forms)
        self.count = count
        self.form = 0

    @property
    def text(self) -> str:
        """Return the part in the form that it has."""
        return self._forms[self.form]

    def grow(self, form: int, room: int) -> int:
        """Take a longer form if it exists and fits. Return the room that is left."""
        if form < len(self._forms):
            more = self._sizes[form] - self._sizes[self.form]
            if more <= room:
                self.form = form
                return room - more
        return room

    @property
    def longest(self) -> int:
        """Return the number of the longest form."""
        return len(self._forms) - 1


class Section(Struct, frozen=True):
    """Describe a heading and its parts. `what` names what is left out of it.

    A `grave` one gets its room before all others.
    """

    title: str
    parts: Sequence[Part]
    what: str
    grave: bool = False
    # A section of something else than changes, as warnings, has no number.
    counted: bool = True

    @property
    def left_out(self) -> int:
        """Return the number of changes that are left out."""
        return sum(part.count for part in self.parts if not part.form)

    @property
    def head(self) -> str:
        """Return the heading."""
        count = f" ({sum(part.count for part in self.parts)})" if self.counted else ""
        return f"\n### {self.title}{count}\n\n"


def document(head: str, sections: Iterable[Section], dialect: Dialect, *, taken: int = 0, whole: str = "") -> str:
    """Return the head and the sections, cut to the dialect's limit. `taken`: bytes that stand in that place already.

    `whole` says where the whole is.
    """
    shown = [section for section in sections if section.parts]
    head = without_orders(head)
    room = dialect.limit - taken - _NOTE - len(head.encode("utf-8", "replace"))
    room -= sum(len(section.head.encode()) + _LINE for section in shown)
    for grave in (True, False):
        room = _fill([section for section in shown if section.grave is grave], room)
    said = [f"{section.left_out} {section.what} left out" for section in shown if section.left_out]
    if brief := sum(part.count for section in shown for part in section.parts if 0 < part.form < part.longest):
        said.append(f"{brief} in short")
    note = f"\n> **Cut to fit: {', '.join(said)}.** {whole}\n" if said else ""
    return "".join([head, note, *map(_section, shown)])


def _fill(sections: Sequence[Section], room: int) -> int:
    """Give each part its shortest form, in order, then each its next one. Return the room that is left."""
    parts = [part for section in sections for part in section.parts]
    for part in parts:
        part.form = 0
    for form in range(1, 1 + max((part.longest for part in parts), default=0)):
        for part in parts:
            room = part.grow(form, room)
    return room


def _section(section: Section) -> str:
    more = f"\n… {section.left_out} more {section.what} left out\n" if section.left_out else ""
    return "".join([section.head, *(part.text for part in section.parts), more])
