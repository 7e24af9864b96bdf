"""Desired + Api + State -> Observation: what is declared, what is live and what is recorded, paired by address.

Only lists are read, a fixed number for each project; parts with a list of their own are listed for each owner that
needs it (parts.py). A single read is made where a list does not show a declared field and a first single read of that
kind does. It is also made where a list does not show a recorded resource, before that counts as gone. A list without a
second page may be cut: what of ours it leaves out is looked for one by one (cut.py). While something is in doubt that a
moment may settle (settle.py), the lists are read again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from msgspec.structs import replace

from wexa_sync.api.ahead import meanwhile
from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.compare.ids import no_such_external
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.connector import CONNECTOR
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.wire import decode, references
from wexa_sync.model import Address, Desired, ExternalName, Observation, Options, Place, Target
from wexa_sync.observe.contents import contents_of, live_of, unpaired
from wexa_sync.observe.cut import unseen
from wexa_sync.observe.given_up import projects_given_up
from wexa_sync.observe.implied import implied
from wexa_sync.observe.imported import note_strays
from wexa_sync.observe.inside import pair_inside
from wexa_sync.observe.known import Externals, Known, external_refs, index_externals, require_known_kinds
from wexa_sync.observe.lists import completed, fetch, runs_told_apart
from wexa_sync.observe.pair import pair
from wexa_sync.observe.parts import pair_parts
from wexa_sync.observe.recall import with_recalled
from wexa_sync.observe.settle import contradiction, hidden, worth_waiting
from wexa_sync.observe.strangers import sort_out_made
from wexa_sync.state.base import State
from wexa_sync.state.format import checksum

Lists = dict[tuple[str, str], list[Raw]]


def observe(
    desired: Desired,
    state: State,
    api: Api,
    target: Target,
    options: Options,
    *,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
) -> Observation:
    """Return what is declared, live and recorded. Send GET only. What an undocumented call may replace is read whole.

    Raise StateDamaged or ApiError. A list that is not whole, or that leaves out what is there, is never planned on.
    """
    require_known_kinds(state)
    desired = with_recalled(desired, state)
    with ThreadPoolExecutor(max_workers=options.parallelism) as pool, meanwhile(api.begin(pool), pool) as user:
        known, lists = _settled(desired, state, api, pool, options, now=now, sleep=sleep)
    return Observation(
        target=target,
        pairs=known.pairs,
        depends_on=_edges(known),
        ids=known.ids,
        externals=known.externals,
        missing_externals=_missing(known, lists, options.presumed),
        unmanaged={place: tuple(lives) for place, lives in known.unmanaged.items() if lives},
        made_by_others={place: tuple(lives) for place, lives in known.made_by_others.items() if lives},
        cut=known.cut,
        account=api.account,
        prices=known.mean_prices,
        links=known.links,
        unlinked={owner: ids for owner, ids in known.unlinked.items() if ids},
        unplaced=frozenset(known.unplaced),
        user_id=user.result(),
        lineage=state.lineage,
        serial=state.serial,
        content=checksum(state),
        now=now() + max(api.ahead, 0.0),  # a time that has come by either clock may have come on the server
    )


def _settled(
    desired: Desired,
    state: State,
    api: Api,
    pool: Executor,
    options: Options,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], object],
) -> tuple[Known, Lists]:
    """Read the lists until a further look would settle no doubt, and return what the last look found.

    Raise ApiError when a list still leaves out what a single read shows.
    """
    started, looks, pause = now(), 0, options.settle / 30
    while True:
        known, lists = _look(desired, state, api, pool, options)
        looks += 1
        unlisted = hidden(known, api, pool, now() + max(api.ahead, 0.0))
        waited = now() - started
        if not worth_waiting(known, unlisted, looks=looks, waited=waited, settle=options.settle, now=now()):
            break
        sleep(pause)
        pause *= 2
    if unlisted:
        raise contradiction(unlisted)
    return known, lists


def _look(desired: Desired, state: State, api: Api, pool: Executor, options: Options) -> tuple[Known, Lists]:
    """Read every list that is needed, and pair what stands in them."""
    known = Known(desired=desired, state=state, strangers=options.strangers)
    projects = api.list(PROJECT, Ids(), known.sought("", PROJECT))
    _pair_kind(known, PROJECT, "", projects)
    for project, id in projects_given_up(known, api).items():
        _place_project(known, project, id, projects)
    lists = fetch(api, pool, known)
    lists = {place: completed(api, pool, known, *place, raws, options.allowed) for place, raws in lists.items()}
    for kind in BY_NAME.values():
        listed = {project: raws for (project, name), raws in lists.items() if name == kind.name}
        listed |= implied(known, kind, lists)
        for project, raws in listed.items():
            whole = runs_told_apart(api, pool, known, kind, project, raws)
            known.note_prices(kind, whole)
            index_externals(known, kind, project, whole)
            _pair_kind(known, kind, project, whole)
        pair_parts(known, api, pool, kind, listed)
        pair_inside(known, api, pool, kind)
        _pair_unseen(known, kind)
    sort_out_made(known, api)
    note_strays(known, api)
    return known, lists


def _place_project(known: Known, project: str, id: str, raws: list[Raw]) -> None:  # the field's name
    """Note the id of a project that the state gave up; where it is declared, that is the live one it is paired with.

    One that is not listed is no place to look: the server may have deleted it, and not what is in it.
    """
    address = Address(kind="Project", name=project)
    raw = next((raw for raw in raws if PROJECT.id_of(raw) == id), None)
    if raw is not None and address not in known.pairs:
        known.ids[address] = id
    elif raw is not None and id not in known.names:
        live = live_of(PROJECT, raw, partial(decode, PROJECT, name_of=known.name_of))
        known.add({address: replace(known.pairs[address], live=live, candidates=())})
    else:
        known.unplaced.add(project)


def _pair_kind(known: Known, kind: Kind, project: str, raws: list[Raw]) -> None:
    if not kind.declarable:
        return
    place = Place(project, kind.name)
    contents = contents_of(known, kind, place, raws)
    paired = pair(contents)
    if kind.implied_by:  # there is one of it: what is live is it
        paired = {address: replace(found, certain=found.live is not None) for address, found in paired.items()}
    if place in known.cut:  # what a list leaves out may be older or newer than what it shows
        paired = {address: replace(found, absent=False) for address, found in paired.items()}
    known.add(
        {
            address: replace(found, unseen=why) if (why := unseen(known, kind, found)) else found
            for address, found in paired.items()
        }
    )
    rest = unpaired(contents, paired.values())
    if kind.nature is Nature.ACTION:  # an earlier generation of a run is ours as well
        rest = [live for live in rest if known.owners.keys().isdisjoint(live.ids)]
    known.add_unmanaged(place, rest)


def _pair_unseen(known: Known, kind: Kind) -> None:
    """Pair what has no live project or owner, or whose list was not asked for, with nothing live."""
    for place in known.places_of(kind):
        if known.at(place)[0] not in known.pairs:
            known.add(pair(contents_of(known, kind, place, [])))


def _edges(known: Known) -> dict[Address, frozenset[Address]]:
    """Return what each address waits for: as linked, or, where it is only recorded, by its last applied spec."""
    edges = dict(known.desired.depends_on)
    for address in known.addresses:
        if address in edges:
            continue
        record = known.state.records.get(address)
        found = {ref.address for _, ref in references(record.spec if record else {}) if ref.address}
        found |= {other for other in (address.owner_address, address.project and address.project_address) if other}
        edges[address] = frozenset(found - {address})
    return edges


def _missing(known: Known, lists: Mapping[tuple[str, str], list[Raw]], presumed: frozenset[str]) -> Externals:
    """Return the external names that lead nowhere, or to several things, each with the reason."""
    missing: Externals = {}
    for address, ref in external_refs(known):
        key = ExternalName(address.project, ref.kind, ref.external or "")
        if key in known.externals:
            continue
        if key[:2] not in lists:  # its project is not there yet: what it is taken to have then is looked up when it is
            if not (key.kind == CONNECTOR.name and key.name in presumed) and key.project not in known.unplaced:
                missing[key] = f"Project/{key.project} is not there yet, so it has no {key.kind} {key.name!r}"
            continue
        why = no_such_external(BY_NAME[ref.kind], ref.external or "", lists[key[:2]])
        listing = BY_NAME[ref.kind].listing
        by_name = listing is not None and bool(listing.named)  # it was asked for by its name, too
        cut = known.unsettled.get(key) or (None if by_name else known.cut.get(Place(*key[:2])))
        missing[key] = f"{why}; {cut}" if cut else why
    return missing


__all__ = ["observe"]
