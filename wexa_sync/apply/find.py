"""Find what another attempt, or somebody else, may have made."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.paging import Extent, Found
from wexa_sync.apply.context import Context
from wexa_sync.apply.listed import Listed
from wexa_sync.apply.lists import Match, listed_name, out_of_sight, read_list, whole
from wexa_sync.apply.steps import Http, Together
from wexa_sync.apply.task import Task
from wexa_sync.errors import ApiError, Nonsense, NotFound
from wexa_sync.kinds import BY_NAME, declarable, holder_of, part_of
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Endpoint, Scope
from wexa_sync.kinds.inside import standing_in
from wexa_sync.kinds.project import PROJECT

Sought = TypeVar("Sought")


def made_since_the_plan(task: Task) -> Generator[Http | Together, Any, list[str]]:
    """Return the ids of live things that would be taken for this one, and that the plan has not seen.

    The API knows no condition on a create, so a moment stays in which two people can make the same thing; this look
    makes the moment short. What lies in a project or an owner that this very apply made can have no rival.
    """
    context, kind, address, ids = task.context, task.kind, task.address, task.place
    around = address.owner_address or (address.project_address if address.project else None)
    if around is not None and around not in context.plan.ids:
        return []
    if ids.owner:
        find, inside = added(task), (yield Http(partial(context.api.list, kind, ids)))
        context.lists[kind.name, ids] = Listed(kind, Found(items=inside), context.plan.lineage)
        return find(inside)
    listed, match = (yield from read_list(context, kind, ids)), Match(task)
    try:
        more = yield from out_of_sight(context, listed, ids, listed_name(task))
    except Nonsense:
        intent = task.intent
        if intent is None or not intent.settled:  # else a person said that none of those out of sight is it
            raise
        more = []
    return list(dict.fromkeys(match.ids([*listed.by_key.get(match.key, ()), *more])))


def find_created(task: Task, since: float) -> Generator[Http, Any, tuple[str, ...]]:
    """Return the id of what a create without a response made, in every spelling; empty where no single id can be it.

    That is the id that the client chose, or that of one new match. Look again for a while, since a list may lag behind.
    """
    context, kind, ids = task.context, task.kind, task.place
    if not ids.owner and kind.listing is None:
        return ()
    if ids.owner:
        find = added(task)

        def look() -> list[tuple[str, ...]]:
            return [(id,) for id in find(context.api.list(kind, ids))]

    else:
        earlier = context.seen_before.get(task.address) or context.lists.get((kind.name, ids))
        match, seen = Match(task, since=since), earlier.ids if earlier is not None else frozenset[str]()

        def look() -> list[tuple[str, ...]]:
            shown = context.api.sought(kind, ids, listed_name(task))
            return match.found(whole(context, kind, ids, shown, seen))

    try:
        found = yield Http(lambda: looked(context, look))
    except ApiError:
        return ()
    return found[0] if len(found) == 1 else ()


def added(task: Task) -> Callable[[Sequence[Raw]], list[str]]:
    """Return what finds, among all parts of the owner, the ids of what was added: the id that the client chose.

    A server may make ids of its own. Then it is what was not there before, is in no record and has the natural key.
    """
    kind, chosen, match = task.kind, task.chosen_id, Match(task)
    listed = task.context.lists.get((kind.name, task.place))
    before = listed.ids if listed is not None else frozenset()

    def find(inside: Sequence[Raw]) -> list[str]:
        if chosen and chosen in [kind.id_of(raw) for raw in inside]:
            return [chosen]
        return match.ids([raw for raw in inside if kind.id_of(raw) not in before])

    return find


def confirmed(task: Task, answer: Raw) -> tuple[str, ...]:
    """Return the id that the response to a create gives, in every spelling; empty where it gives none.

    Where the response is the owner, it has to show the part in it: a bare success proves nothing.
    """
    kind, endpoint = task.kind, task.creation
    if kind.marked_by and not answer.get(kind.marked_by):
        return ()  # it is about something else that was made
    if not endpoint.shows_owner:
        return kind.ids_of(answer)
    found = added(task)(items_shown(task, endpoint, answer))
    return (found[0],) if len(found) == 1 else ()


def items_shown(task: Task, endpoint: Endpoint, answer: Raw) -> Sequence[Raw]:
    """Return what a response shows of the list that a resource stands in."""
    part = part_of(task.kind)
    if part is not None:
        return part.items(answer)
    return standing_in(task.kind, task.place.owner, answer.get(endpoint.replaces) or ())


def is_live(task: Task, id: str) -> Generator[Http, Any, bool]:  # the field's name
    """True when an id that a response gives under another name is surely of what was just made.

    Of a run, only where the list was read before the run was sent: else it may be an earlier one.
    """
    if task.kind.nature is Nature.RESOURCE:
        return True
    if task.address not in task.context.seen_before:
        return False
    ids = task.ids_with(id)
    return (yield Http(lambda: task.context.api.read(task.kind, ids))) is not None


def put_inside(task: Task) -> Generator[Http, Any, list[str]]:
    """Return what is live in a project or an owner, and was not when its delete was planned: it would go with it."""
    if task.kind is PROJECT:
        return (yield from _put_inside_project(task))
    owner = (yield Http(partial(task.context.api.read, task.kind, task.ids))) if task.kind.embedded else None
    return (yield from _strange_parts(task, task.kind, owner or {}, task.ids))


def standing_in_it(task: Task) -> Generator[Http, Any, list[str]]:
    """Return what of others stands in a list of a resource that is to be deleted: it would go with it."""
    found: list[str] = []
    for kind in BY_NAME.values():
        if kind.inside and holder_of(kind) is task.kind:
            try:
                shown: Found = yield Http(
                    partial(task.context.api.listed, kind, replace(task.place, owner=task.change.id or ""))
                )
            except NotFound:
                continue  # there is no such list
            ours = task.context.planned[""]
            found += [kind.called(raw) for raw in shown.items if kind.id_of(raw) not in ours]
    return found


def _strange_parts(task: Task, kind: Kind, owner: Raw, ids: Ids) -> Generator[Http, Any, list[str]]:
    """Return the parts of an owner with these ids that the plan has not seen, as people call them."""
    found: list[str] = []
    for part in kind.parts:
        items = part.items(owner)
        if part.own_list:
            items = yield Http(partial(task.context.api.list, part.kind, replace(ids, owner=ids.id)))
        found += [part.kind.called(item) for item in items if part.kind.id_of(item) not in task.context.planned[ids.id]]
    return found


def _put_inside_project(task: Task) -> Generator[Http, Any, list[str]]:
    context, ids, found = task.context, Ids(project=task.change.id or ""), []
    for kind in declarable():
        listing = kind.listing
        if kind.goes_along or kind.nature is not Nature.RESOURCE:
            continue
        if listing is not None and listing.scope is Scope.PROJECT:
            shown: Found = yield Http(partial(context.api.listed, kind, ids))
            if shown.extent is Extent.CUT and (
                shown.total is None or shown.total > context.counts[task.address.name, kind.name]
            ):
                found.append(f"perhaps a {kind.name} that its list does not show")
            raws = shown.items
            if (maker := kind.maker) and any(kind.id_of(raw) not in context.planned[""] for raw in raws):
                makers = yield Http(partial(context.api.list, BY_NAME[maker.kind], ids))
                raws = [raw for raw in raws if kind.id_of(raw) in context.planned[""] or not maker.made(raw, makers)]
            for raw in raws:
                if kind.id_of(raw) not in context.planned[""]:
                    found.append(kind.called(raw))
                found += yield from _strange_parts(task, kind, raw, replace(ids, id=kind.id_of(raw) or ""))
    return found


def looked(context: Context, look: Callable[[], list[Sought]], *, most: float = math.inf) -> list[Sought]:
    """Return what a look finds. Look again until lists must have settled, or the apply is to stop. Runs in a worker.

    `most`: the seconds after which it is not worth while to go on.
    """
    end, pause = time.monotonic() + min(context.options.settle, most), context.options.settle / 30
    while True:
        found = look()
        left = end - time.monotonic()
        if found or left <= 0:
            return found
        context.cutoff.waiting("the server to show what was sent", left)
        if context.cutoff.wait(pause):
            return found
        pause *= 2
