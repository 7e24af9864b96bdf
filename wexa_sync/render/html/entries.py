"""Collect what a page says of each change: its own line, and the fields below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from wexa_sync.model import Action, Address
from wexa_sync.render.html.sides import Pair, sides
from wexa_sync.render.links import Links
from wexa_sync.render.rows.alike import Segment, told_apart
from wexa_sync.render.rows.diff import Line
from wexa_sync.render.rows.fields import Row
from wexa_sync.render.rows.groups import MANY_ALIKE, blocked_alike, grouped
from wexa_sync.render.view.plan import BlockedView, ChangeView, PlanView
from wexa_sync.text.patterns import pattern

_ROOM: Final = 1_200_000
"""Characters for the fields of a page, markup included: what is beyond is left out, and the page says so."""

_PER_LINE: Final = 70  # characters of markup around a line, about
_FEW: Final = 6  # so many entries of a section are shown unfolded
_FOLDED: Final = (Action.CREATE, Action.ADOPT)  # where there are other changes: those are to be read first
_SHORT: Final = 8  # lines of a new text that are shown unfolded

_A_WORD: Final = 3  # characters that two values have in common, for the rest to be marked

_PLAIN_ID = pattern(r"[A-Za-z][\w/-]{0,200}", re.ASCII)


class Shown(Struct, frozen=True):
    """Describe a field of a change.

    Of `pair`, `lines` and `hunks` one is set, as the value is short, long, or long and changed. `left_out`: there was
    no room for the value.
    """

    row: Row
    pair: tuple[list[Segment], list[Segment]] | None = None
    lines: Sequence[Line] = ()
    hunks: Sequence[tuple[str, Sequence[Pair]]] = ()
    left_out: bool = False

    @property
    def folded(self) -> bool:
        """True for a long text that is new, or goes."""
        return len(self.lines) > _SHORT


class Head(Struct, frozen=True, kw_only=True):
    """Describe a resource: its address in two parts, and what links to it and to its manifest."""

    id: str
    place: str
    name: str
    title: str = ""
    source: str = ""
    url: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """Hold what is done to a resource, or done alike to several.

    `waits`: the addresses it waits for, with their ids.
    """

    action: str
    word: str
    symbol: str
    heads: Sequence[Head]
    kind: str
    project: str
    fields: Sequence[Shown]
    reason: str
    note: str = ""
    wanted: str = ""
    hint: str = ""
    waits: Sequence[tuple[str, str]] = ()
    opens: bool = False
    live: bool = False

    @property
    def is_bare(self) -> bool:
        """True when the entry's own line says all there is."""
        head, *others = self.heads
        return not (others or self.fields or self.note or self.hint or self.waits or head.source)


class Entries:
    """Make the entries of a plan's page, in the order of the page: what comes first has room first."""

    def __init__(self, view: PlanView, links: Links) -> None:
        self._links, self._count, self._word = links, len(view.work), view.word
        self._room = _ROOM
        addresses = [change.address for change in view.work]
        addresses += (blocked.address for blocked in (*view.blocked, *view.unprunable))
        self.ids = _ids(dict.fromkeys(addresses))

    def of(self, changes: Iterable[ChangeView]) -> list[Entry]:
        """Return the entries of changes, by project. Many that are equal but for their addresses are one entry."""
        projects: dict[str, list[ChangeView]] = {}
        for change in changes:
            projects.setdefault(change.project, []).append(change)
        groups = (group for inside in projects.values() for group in grouped(inside, lambda _: True))
        apart: list[tuple[list[ChangeView], Sequence[Row]]] = []
        for group in groups:
            many = len(group.changes) >= MANY_ALIKE
            apart += ((members, group.rows) for members in ([group.changes] if many else map(_alone, group.changes)))
        return [self._entry(members, rows, opens=len(apart) <= _FEW) for members, rows in apart]

    def of_blocked(self, blocked: Sequence[BlockedView]) -> list[Entry]:
        """Return the entries of blocked changes. What several share is said once."""
        groups = blocked_alike(blocked)
        return [
            Entry(
                action="blocked",
                word="blocked",
                symbol="!",
                heads=[self._head(each.address, each) for each in group.blocked],
                kind=first.address.kind,
                project=first.address.project_address.name,
                fields=self._shown(group.rows),
                reason=first.reason,
                wanted=first.wanted,
                hint=first.hint,
                note=first.origin,
                opens=len(groups) <= _FEW,
            )
            for group in groups
            for first in group.blocked[:1]
        ]

    def _entry(self, changes: Sequence[ChangeView], rows: Sequence[Row], *, opens: bool) -> Entry:
        first = changes[0]
        others = self._count > len(changes)
        waits = dict.fromkeys(address for change in changes for address in change.depends_on)
        return Entry(
            action=first.action.value,
            word=self._word(first.action),
            symbol=first.symbol,
            heads=[self._head(change.address, change, change.title) for change in changes],
            kind=first.address.kind,
            project=first.project,
            fields=self._shown(rows),
            reason=first.reason,
            note=first.note,
            waits=[(str(address), self.ids[address]) for address in waits if address in self.ids],
            opens=opens and not (others and first.action in _FOLDED),
            live=any(row.note for row in rows),
        )

    def _head(self, address: Address, of: ChangeView | BlockedView, title: str = "") -> Head:
        *places, name = str(address).split("/")
        return Head(
            id=self.ids[address],
            place="".join(f"{part}/" for part in places),
            name=name,
            title=title,
            source=f"{of.source.file}:{of.source.line}" if of.source else "",
            url=self._links.to(of.source) if of.source else "",
        )

    def _shown(self, rows: Sequence[Row]) -> list[Shown]:
        return [shown_row(row, self._takes) for row in rows]

    def _takes(self, characters: int) -> bool:
        """True where there is room for so many characters more, which are then taken."""
        if characters > self._room:
            return False
        self._room -= characters
        return True


def _alone(change: ChangeView) -> list[ChangeView]:
    return [change]


def shown_row(row: Row, takes: Callable[[int], bool]) -> Shown:
    """Return a field for the page."""
    if not takes(_size(row)):
        return Shown(row, left_out=True)
    if row.hunks:
        headed = any(line.sign == "@" for line in row.lines)
        return Shown(row, hunks=[(hunk.head if headed else "", list(sides(hunk))) for hunk in row.hunks])
    if row.lines:
        return Shown(row, lines=row.lines)
    return Shown(row, pair=_pair(row))


def _pair(row: Row) -> tuple[list[Segment], list[Segment]]:
    """Return two short values with the words marked that differ, where they have words in common."""
    if row.before is None or row.after is None:
        return [(row.before or "", False)], [(row.after or "", False)]
    ours, theirs = told_apart(row.before, row.after)
    alike = any(len(text.strip('" ')) >= _A_WORD for text, differs in ours if not differs)
    return (ours, theirs) if alike else ([(row.before, False)], [(row.after, False)])


def _size(row: Row) -> int:
    lines = sum(len(line.text) + _PER_LINE for line in row.lines) * (2 if row.hunks else 1)
    return lines + len(row.path) + len(row.before or "") + len(row.after or "") + 3 * _PER_LINE


def _ids(addresses: Iterable[Address]) -> dict[Address, str]:
    """Return an id for each address: the address itself, where it is one that can stand in a link."""
    return dict(_named(addresses))


def _named(addresses: Iterable[Address]) -> Iterator[tuple[Address, str]]:
    for number, address in enumerate(addresses):
        text = str(address)
        yield address, text if "/" in text and _PLAIN_ID.fullmatch(text) else f"item-{number}"
