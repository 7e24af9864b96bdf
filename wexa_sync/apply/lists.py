"""Read the lists that an apply looks into, as whole as the server shows them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.paging import Extent, Found
from wexa_sync.api.sparse import marked, told_apart
from wexa_sync.apply.context import Context
from wexa_sync.apply.listed import Listed
from wexa_sync.apply.steps import Http, Together
from wexa_sync.apply.task import Task
from wexa_sync.compare.same import natural_key
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.times import CLOCK_SKEW, created_at
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.model import Secret, Spec


def listed_name(task: Task) -> str | None:
    """Return what the task's resource is called on the server; None where that is not a text."""
    name = task.declared.get(task.kind.display)
    name = name.reveal() if isinstance(name, Secret) else name
    return name if isinstance(name, str) else None


def read_list(context: Context, kind: Kind, ids: Ids) -> Generator[Together, Any, Listed]:
    """Return a list that several changes look at: asked for once in an apply."""
    (listed,) = yield from read_lists(context, [(kind, ids)])
    return listed


def read_lists(context: Context, places: Sequence[tuple[Kind, Ids]]) -> Generator[Together, Any, list[Listed]]:
    """Return such lists, which are read at the same time."""
    lists, unread = context.lists, [place for place in places if (place[0].name, place[1]) not in context.lists]
    if unread:
        asked = (Http(reading(context, kind, ids), lookup=(kind.name, ids)) for kind, ids in unread)
        found: Sequence[Found] = yield Together(tuple(asked))
        for (kind, ids), each in zip(unread, found, strict=True):
            if (kind.name, ids) not in lists:  # else another change that waited for it was faster
                lists[kind.name, ids] = Listed(kind, each, context.plan.lineage)
    return [lists[kind.name, ids] for kind, ids in places]


def reading(context: Context, kind: Kind, ids: Ids) -> Callable[[], Found]:
    """Return a worker's function: read a list, with the items whole where they show too little."""

    def read() -> Found:
        shown = context.api.listed(kind, ids)
        return replace(shown, items=whole(context, kind, ids, shown.items))

    return read


def whole(
    context: Context, kind: Kind, ids: Ids, items: Sequence[Raw], seen: frozenset[str] = frozenset()
) -> list[Raw]:
    """Return the items, whole where they show too little to be distinguished. Not what is known or was `seen`."""
    known, read = context.known[""], context.read_by_id

    def is_new(raw: Raw) -> bool:
        names = kind.ids_of(raw)
        return known.isdisjoint(names) and seen.isdisjoint(names) and read.keys().isdisjoint(names)

    found = told_apart(context.api, kind, ids, items, is_new)[0]
    read.update({kind.id_of(raw) or "": raw for raw, was in zip(found, items, strict=True) if raw is not was})
    return marked(kind, [read.get(kind.id_of(raw) or "", raw) for raw in found])


def out_of_sight(context: Context, listed: Listed, ids: Ids, name: str | None) -> Generator[Http, Any, list[Raw]]:
    """Return what is called `name` of what the list may leave out: nothing where it is whole."""
    kind, found = listed.kind, listed.found
    if name is None or found.extent is Extent.WHOLE or kind.listing is None or not kind.listing.named:
        return []
    raws: list[Raw] = yield Http(lambda: context.api.named(kind, ids, name, most=len(found.items)))
    return raws


class Match:
    """Find what a task made, or would be taken for: by its natural key.

    `since`: only if made then or later by our clock, and `after` by the server's.
    """

    def __init__(self, task: Task, *, since: float | None = None, after: float | None = None) -> None:
        self._kind, self._comparison = task.kind, task.comparison
        self._oldest = after if since is None else since - CLOCK_SKEW
        self._fields = (*self._kind.identity, *self._kind.narrow)
        self.key = self._key_of(task.declared)
        intent, record = task.intent, task.record
        ruled_out = (*intent.ignore, *intent.before) if intent is not None else ()
        self._known = task.known
        self._others = frozenset((*ruled_out, *(record.others if record is not None else ())))

    def _key_of(self, spec: Spec) -> str:
        return natural_key(self._kind, spec, self._fields, self._comparison)

    def ids(self, raws: Sequence[Raw]) -> list[str]:
        """Return the id for paths of each that is found."""
        return [ids[0] for ids in self.found(raws)]

    def found(self, raws: Sequence[Raw]) -> list[tuple[str, ...]]:
        """Return the ids, in every spelling, of each that has the key and is neither known nor ruled out."""
        return [
            ids
            for raw in raws
            if (ids := self._kind.ids_of(raw))
            and self._known.isdisjoint(ids)
            and self._others.isdisjoint(ids)
            and not raw.get("is_deleted")
            and (self._oldest is None or (created_at(raw) or self._oldest) >= self._oldest)
            and any(self._key_of(decode(self._kind, form)) == self.key for form in self._kind.forms(raw))
        ]
