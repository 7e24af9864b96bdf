"""Put together what is equal but for its address, so that every format writes it once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Final

from msgspec import Struct, field

from wexa_sync.render.rows.fields import Row, rows_of
from wexa_sync.render.view.plan import BlockedView, ChangeView

MANY_ALIKE: Final = 5
"""So many equal changes are counted, and their addresses written behind."""


class Alike(Struct, frozen=True):
    """Hold changes that do the same to resources of one kind, with the fields that they are about."""

    rows: tuple[Row, ...]
    changes: list[ChangeView] = field(default_factory=list)


class BlockedAlike(Struct, frozen=True):
    """Hold blocked changes that want the same, for the same reason."""

    rows: tuple[Row, ...]
    blocked: list[BlockedView] = field(default_factory=list)


def grouped(changes: Iterable[ChangeView], with_rows: Callable[[ChangeView], bool]) -> list[Alike]:
    """Return the changes in plan order, equal ones together. Those without fields to show stay apart."""
    groups: dict[Hashable, Alike] = {}
    for change in changes:
        rows = rows_of(change.leaves) if with_rows(change) else ()
        alike = (change.action, change.address.kind, change.reason, change.note, rows) if rows else change.address
        groups.setdefault(alike, Alike(rows)).changes.append(change)
    return list(groups.values())


def blocked_alike(blocked: Iterable[BlockedView]) -> list[BlockedAlike]:
    """Return the blocked changes in their order, equal ones together."""
    groups: dict[Hashable, BlockedAlike] = {}
    for each in blocked:
        rows = rows_of(each.leaves)
        groups.setdefault((each.wanted, each.reason, each.hint, each.origin, rows), BlockedAlike(rows)).blocked.append(
            each
        )
    return list(groups.values())
