"""Read by id what a list shows too little of to tell it apart: the few items that may matter, never a whole history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Operation

MOST = 50
"""How many items of one list are read by id: the last ones that it shows."""


def told_apart(
    api: Api,
    kind: Kind,
    ids: Ids,
    items: Sequence[Raw],
    matters: Callable[[Raw], bool],
    read_all: Callable[[Callable[[Raw], Raw], Iterable[Raw]], Iterable[Raw]] = map,
) -> tuple[list[Raw], int]:
    """Return the items, whole where a read by id makes them so, and how many that matter still are not.

    Only a kind whose things share a name needs that: runs. One is read first, and the others only if that one helped.
    A mark is shown by a read for sure, and by a list that shows one at all.
    """
    if kind.nature is not Nature.ACTION or Operation.READ not in kind.endpoints:
        return list(items), 0
    is_marked = bool(kind.marked_by)
    shown = is_marked and any(kind.marked_by in raw for raw in items)
    lacking = [raw for raw in items if not shown and not _is_whole(kind, raw) and matters(raw)]

    def read(raw: Raw) -> Raw:
        return api.read(kind, replace(ids, id=kind.id_of(raw) or "")) or raw

    first = [read(raw) for raw in lacking[-1:]]
    helped = is_marked or any(_is_whole(kind, raw) for raw in first)
    more = list(read_all(read, lacking[-MOST:-1])) if helped else []
    whole = {kind.id_of(raw): raw for raw in (*more, *first)}
    return [whole.get(kind.id_of(raw), raw) for raw in items], len(lacking) - (len(whole) if helped else 0)


def marked(kind: Kind, items: Sequence[Raw]) -> list[Raw]:
    """Return the items of a list that are of that kind at all: those with its mark, where a mark tells them apart."""
    return [raw for raw in items if not kind.marked_by or raw.get(kind.marked_by)]


def only_marked(api: Api, kind: Kind, items: Sequence[Raw]) -> list[Raw]:
    """Return the items of a list that are of that kind at all; read them where the list does not show the mark."""
    if not kind.marked_by:
        return list(items)
    return marked(kind, told_apart(api, kind, Ids(), items, lambda _: True)[0])


def _is_whole(kind: Kind, raw: Raw) -> bool:
    return all(name in raw or kind.fields.at((name,)).wire_name in raw for name in kind.identity)
