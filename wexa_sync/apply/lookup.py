"""Looking at the server in the middle of an apply: for what is named, what others made, and what we may have made."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from wexa_sync.api.client import Raw, Scoped, children
from wexa_sync.api.paging import Extent, Found
from wexa_sync.api.sparse import told_apart
from wexa_sync.apply.listed import Listed
from wexa_sync.apply.work import Context, Http
from wexa_sync.compare.ids import terms_in
from wexa_sync.compare.parts import project
from wexa_sync.compare.same import key_of
from wexa_sync.errors import ApiError, Nonsense, WexaSyncError
from wexa_sync.kinds import BY_NAME, DECLARABLE
from wexa_sync.kinds.base import Kind, Nature, Scope
from wexa_sync.kinds.connector import CONNECTOR
from wexa_sync.kinds.skill import SKILL, made_by
from wexa_sync.kinds.spec.external import no_such_external
from wexa_sync.kinds.spec.times import CLOCK_SKEW, created_at
from wexa_sync.kinds.spec.wire import decode, references
from wexa_sync.model import Address, Change, Ref, Secret, Spec

Seen = TypeVar("Seen")


def unresolved(context: Context, change: Change) -> Iterator[Ref]:
    """The live things that the change names and that no plan could know: its project was not there yet."""
    for _, ref in references(change.after or {}):
        if ref.external is not None and (change.address.project, ref.kind, ref.external) not in context.externals:
            yield ref


def resolve_externals(context: Context, change: Change) -> Generator[Http, Any, None]:
    """Look up what is unresolved."""
    for ref in unresolved(context, change):
        kind, at = BY_NAME[ref.kind], context.scope(change.address)
        listed = yield from _listed(context, kind, at)
        name = ref.external or ""
        more = yield from _out_of_sight(context, listed, at, name)
        raws = (*listed.by_name.get(name, ()), *(raw for raw in more if raw.get(kind.display) == name))
        named = list(dict.fromkeys(kind.id_of(raw) or "" for raw in raws))
        if len(named) != 1:
            raise WexaSyncError(
                no_such_external(kind, ref.external or "", listed.raws),
                hint=f"Configure the {kind.name.lower()} in Wexa Studio, or correct {{external: ...}}; apply again.",
            )
        context.externals[change.address.project, ref.kind, ref.external or ""] = named[0]


def read_again(context: Context, change: Change) -> Generator[Http, Any, Spec | None]:
    """The live spec at this moment; None where it is gone."""
    kind, at = context.kind(change), context.scope(change.address, change.id or "")
    raw = yield Http(lambda: context.api.read(kind, at))
    return decode(kind, raw) if raw is not None else None


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
        context.lists[kind.name, at] = Listed(kind, Found(items=inside), terms_in("", {}, {}, context.plan.lineage))
        return find(inside)
    listed, match = (yield from _listed(context, kind, at)), Match(context, change)
    try:
        more = yield from _out_of_sight(context, listed, at, _name(kind, change))
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
            shown = context.api.sought(kind, at, _name(kind, change))
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


def looked(context: Context, look: Callable[[], list[Seen]]) -> list[Seen]:
    """A worker's function: look until something is found, lists must have settled, or the apply is to stop."""
    end, pause = time.monotonic() + context.options.settle, context.options.settle / 30
    while True:
        found = look()
        if found or time.monotonic() >= end or context.cutoff.wait(pause):
            return found
        pause *= 2


def not_ours(context: Context, change: Change, answer: Raw, ids: Sequence[str]) -> str:
    """Why an answer to a create can't be about what was just made; empty where it may be.

    A resource may be made again under its id. A run is never the one that ran before.
    """
    kind, at, record = context.kind(change), context.scope(change.address), context.state().records.get(change.address)
    if kind.nature is Nature.ACTION:
        listed, own = context.seen_before.get(change.address), frozenset[str]()
    else:
        listed, own = context.lists.get((kind.name, at)), frozenset(record.ids if record is not None else ())
    for id in ids:  # the field's name
        if (id in context.known and id not in own) or (listed is not None and id in listed.ids):
            return f"the answer names {id}, which was there before"
    if at.project and answer.get("projectID") not in (None, "", at.project):
        return f"the answer names {ids[0]}, of another project"
    return ""


def spelt_otherwise(context: Context, change: Change, answer: Raw) -> str:
    """Why an answer to a create is not about what was sent, going by what it is called; empty where it may be."""
    kind = context.kind(change)
    if kind.owner:  # the answer is about the flow that it lives in
        return ""
    faults = [_differs(context, change, decode(kind, form)) for form in kind.forms(answer)]
    return "" if "" in faults else faults[0]


def _differs(context: Context, change: Change, shown: Spec) -> str:
    kind, sent, terms = context.kind(change), change.after or {}, context.terms(change.address)
    for name in kind.identity:
        if shown.get(name) is None or sent.get(name) is None:
            continue
        # A server may add to an object what was not sent: that is the same thing all the same.
        theirs = {**sent, name: project(shown[name], sent[name])}
        if key_of(kind, theirs, (name,), terms) != key_of(kind, sent, (name,), terms):
            return f"the answer shows another {name} than was sent"
    return ""


def still_listed(context: Context, change: Change) -> Generator[Http, Any, bool]:
    """Whether a list goes on showing what is said to be gone: a 404 may as well be of a path that a proxy lost."""
    kind, at = context.kind(change), context.scope(change.address)

    def look() -> list[str]:
        ids = [kind.id_of(raw) for raw in context.api.list(kind, at)]  # without what is deleted
        return [] if change.id in ids else ["gone"]

    return not (yield Http(lambda: looked(context, look)))


def unreadable_inside(context: Context, project: Address, id: str) -> Generator[Http, Any, ApiError | None]:
    """Read every list that the changes in a project just made will need. Return what keeps one from being read.

    No plan could read them, and what is made where a list can't be read could not be found again.
    """
    inside = context.inside.get(project.name, ())
    kinds = {kind.owner or kind.name for kind in map(context.kind, inside)}
    kinds |= {ref.kind for change in inside for ref in unresolved(context, change)}
    try:
        for name in sorted(kinds):
            yield from _listed(context, BY_NAME[name], Scoped(project=id))
    except ApiError as error:
        return error
    return None


def _name(kind: Kind, change: Change) -> str | None:
    """Return what the change's thing is called on the server; None where that is not a text."""
    name = (change.after or {}).get(kind.display)
    name = name.reveal() if isinstance(name, Secret) else name
    return name if isinstance(name, str) else None


def _listed(context: Context, kind: Kind, at: Scoped) -> Generator[Http, Any, Listed]:
    """Return a list that several changes look at: asked for once in an apply."""
    place = (kind.name, at)
    if place not in context.lists:

        def read() -> Found:
            shown = context.api.listed(kind, at)
            return replace(shown, items=whole(context, kind, at, shown.items))

        found: Found = yield Http(read, lookup=place)
        if place not in context.lists:  # else another change that waited for it was faster
            context.lists[place] = Listed(kind, found, terms_in("", {}, {}, context.plan.lineage))
    return context.lists[place]


def whole(
    context: Context, kind: Kind, at: Scoped, items: Sequence[Raw], seen: frozenset[str] = frozenset()
) -> list[Raw]:
    """Return the items, whole where they show too little to be told apart. Not what is known or was `seen`."""
    known = context.known | seen
    shown = [context.told.get(kind.id_of(raw) or "", raw) for raw in items]
    told = told_apart(context.api, kind, at, shown, lambda raw: known.isdisjoint(kind.ids_of(raw)))[0]
    context.told.update({kind.id_of(raw) or "": raw for raw, was in zip(told, shown, strict=True) if raw is not was})
    return told


def _out_of_sight(context: Context, listed: Listed, at: Scoped, name: str | None) -> Generator[Http, Any, list[Raw]]:
    """Return what is called `name` of what the list may leave out: nothing where it is whole."""
    kind, found = listed.kind, listed.found
    if name is None or found.extent is Extent.WHOLE or kind.listing is None or not kind.listing.named:
        return []
    raws: list[Raw] = yield Http(lambda: context.api.named(kind, at, name, most=len(found.items)))
    return raws


class Match:
    """Finds what a change made, or would be taken for: by its natural key.

    `since`: only if made then or later by our clock, and `after` by the server's.
    """

    def __init__(
        self, context: Context, change: Change, *, since: float | None = None, after: float | None = None
    ) -> None:
        self._kind, self._terms = context.kind(change), context.terms(change.address)
        self._oldest = after if since is None else since - CLOCK_SKEW
        self._fields = (*self._kind.identity, *self._kind.narrow)
        self.key = self._key_of(change.after or {})
        intent, record = context.state().intents.get(change.address), context.state().records.get(change.address)
        ruled_out = (*intent.ignore, *intent.before) if intent is not None else ()
        self._known = context.known
        self._others = frozenset((*ruled_out, *(record.others if record is not None else ())))

    def _key_of(self, spec: Spec) -> str:
        return key_of(self._kind, spec, self._fields, self._terms)

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
