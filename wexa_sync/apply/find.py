"""Find what an earlier attempt may have made."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from wexa_sync.api.calls import Raw, Scoped
from wexa_sync.api.checks import children
from wexa_sync.api.paging import Extent, Found
from wexa_sync.apply.context import Context
from wexa_sync.apply.listed import Listed
from wexa_sync.apply.lists import Match, listed_name, out_of_sight, read_list, whole
from wexa_sync.apply.steps import Http
from wexa_sync.compare.ids import comparison_in
from wexa_sync.errors import ApiError, Nonsense
from wexa_sync.kinds import BY_NAME, DECLARABLE
from wexa_sync.kinds.base import Kind, Nature, Scope
from wexa_sync.kinds.connector import CONNECTOR
from wexa_sync.kinds.skill import SKILL, made_by
from wexa_sync.model import Address, Change

Sought = TypeVar("Sought")


def made_since_the_plan(context: Context, change: Change) -> Generator[Http, Any, list[str]]:
    """The ids of live things that would be taken for this one, and that the plan has not seen.

    The API knows no condition on a create, so a moment stays in which two people can make the same thing; this makes it
    short. What lies in a project or flow that this very apply made can have no rival.
    """
    kind, address, at = context.kind(change), change.address, context.scope(change.address)
    around = address.owner_address or (address.project_address if address.project else None)
    if around is not None and around not in context.plan.ids:
        return []
    if context.chosen_id(address):
        find, inside = added(context, change), (yield Http(partial(_inside, context, kind, at)))
        context.lists[kind.name, at] = Listed(
            kind, Found(items=inside), comparison_in("", {}, {}, context.plan.lineage)
        )
        return find(inside)
    listed, match = (yield from read_list(context, kind, at)), Match(context, change)
    try:
        more = yield from out_of_sight(context, listed, at, listed_name(kind, change))
    except Nonsense:
        intent = context.state().intents.get(address)
        if intent is None or not intent.settled:  # else a person said that none of those out of sight is it
            raise
        more = []
    return list(dict.fromkeys(match.ids([*listed.by_key.get(match.key, ()), *more])))


def was_listed(context: Context, change: Change) -> bool:
    """True when it is known what was live beside a run before it was sent: an id that is new is of its making."""
    return change.address in context.seen_before


def find_created(context: Context, change: Change, since: float) -> Generator[Http, Any, tuple[str, ...]]:
    """The id of what a create without an answer made, in every spelling: the id we chose, or that of one new match.

    Looks again for a while, since a list may lag behind. Empty where it can't be told.
    """
    kind, at = context.kind(change), context.scope(change.address)
    if context.chosen_id(change.address):
        find = added(context, change)

        def look() -> list[tuple[str, ...]]:
            return [(id,) for id in find(_inside(context, kind, at))]

    else:
        earlier = context.seen_before.get(change.address) or context.lists.get((kind.name, at))
        match, seen = Match(context, change, since=since), earlier.ids if earlier is not None else frozenset[str]()

        def look() -> list[tuple[str, ...]]:
            shown = context.api.sought(kind, at, listed_name(kind, change))
            return match.found(whole(context, kind, at, shown, seen))

    try:
        found = yield Http(lambda: looked(context, look))
    except ApiError:
        return ()
    return found[0] if len(found) == 1 else ()


def added(context: Context, change: Change) -> Callable[[Sequence[Raw]], list[str]]:
    """Give the ids of what was added to its owner, among all that is in there: the id that we chose.

    A server may make ids of its own: then of what was not there before and is nobody's, what has its natural key.
    """
    kind, chosen, match = context.kind(change), context.chosen_id(change.address), Match(context, change)
    listed = context.lists.get((kind.name, context.scope(change.address)))
    before = listed.ids if listed is not None else frozenset()

    def find(inside: Sequence[Raw]) -> list[str]:
        if chosen in [kind.id_of(raw) for raw in inside]:
            return [chosen] if chosen else []
        return match.ids([raw for raw in inside if kind.id_of(raw) not in before])

    return find


def _inside(context: Context, kind: Kind, at: Scoped) -> list[Raw]:
    """A worker's function: return all that lives in the owner; nothing where the owner is gone."""
    return children(context.api.read(BY_NAME[kind.owner], replace(at, id=at.owner)) or {})


def put_inside(context: Context, change: Change) -> Generator[Http, Any, list[str]]:
    """What is live in a project, and was not when its delete was planned: it would go with it."""
    at, found = Scoped(project=change.id or ""), []
    for kind in DECLARABLE:
        listing = kind.listing
        if kind.nature is Nature.RESOURCE and listing is not None and listing.scope is Scope.PROJECT:
            shown: Found = yield Http(partial(context.api.listed, kind, at))
            if shown.extent is Extent.CUT and not _are_ours(context, change.address, kind, shown.total):
                found.append(f"perhaps a {kind.name} that its list does not show")
            raws = shown.items
            if kind is SKILL and any(kind.id_of(raw) not in context.planned for raw in raws):
                connectors = yield Http(partial(context.api.list, CONNECTOR, at))
                raws = [raw for raw in raws if kind.id_of(raw) in context.planned or not made_by(raw, connectors)]
            for raw in raws:
                inside = [(child.get("_id"), f"Agent {child.get('title')!r}") for child in children(raw)]
                each = [(kind.id_of(raw), f"{kind.name} {raw.get(kind.display)!r}"), *inside]
                found += [name for id, name in each if id not in context.planned]
    return found


def _are_ours(context: Context, project: Address, kind: Kind, total: int | None) -> bool:
    """True when as many things of a kind in a project are known to the plan as the server counts."""
    ours = sum(address.kind == kind.name and address.project == project.name for address in context.plan.ids)
    return total is not None and total <= ours


def looked(context: Context, look: Callable[[], list[Sought]]) -> list[Sought]:
    """A worker's function: look until something is found, lists must have settled, or the apply is to stop."""
    end, pause = time.monotonic() + context.options.settle, context.options.settle / 30
    while True:
        found = look()
        if found or time.monotonic() >= end or context.cutoff.wait(pause):
            return found
        pause *= 2
