"""Desired + Api + State -> Observation: what is declared, what is live and what is recorded, paired by address.

Only lists are read, a fixed number for each project. A single read is made where a list does not show a declared field
and a first single read of that kind does; and where a list does not show what is recorded, before that counts as gone.
A list without a second page may be cut: what of ours it leaves out is looked for one by one (cut.py).
While something is in doubt that a moment may settle (doubts.py), the lists are read again.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.checks import children
from wexa_sync.api.client import Api
from wexa_sync.kinds import BY_NAME, KINDS
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.skill import SKILL
from wexa_sync.kinds.spec.external import no_such_external
from wexa_sync.kinds.spec.times import created_at
from wexa_sync.kinds.spec.wire import decode, not_shown, references
from wexa_sync.model import Address, Desired, ExternalName, Live, Observation, Options, Target
from wexa_sync.observe.cut import unseen
from wexa_sync.observe.given_up import flows_given_up, projects_given_up
from wexa_sync.observe.known import Externals, Known, PlaceName, external_refs, require_known_kinds
from wexa_sync.observe.lists import completed, fetch, runs_told_apart
from wexa_sync.observe.pair import Place, pair
from wexa_sync.observe.settle import contradiction, hidden, worth_waiting
from wexa_sync.observe.strangers import tell_strange_skills, what_is
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
    """Look at the workspace. Sends GET only. What an undocumented call that is allowed may replace is read whole.

    Raises StateDamaged, ApiError. A list that is not whole, or that leaves out what is there, is never planned on.
    """
    require_known_kinds(state)
    account = api.sign_in()
    settle = options.settle
    started, looks, pause = now(), 0, settle / 30
    with ThreadPoolExecutor(max_workers=options.parallelism) as pool:
        while True:
            known, lists = _look(desired, state, api, pool, options.allowed)
            looks += 1
            unlisted = hidden(known, api, pool, now() + max(api.ahead, 0.0))
            if not worth_waiting(known, unlisted, looks=looks, waited=now() - started, settle=settle, now=now()):
                break
            sleep(pause)
            pause *= 2
    if unlisted:
        raise contradiction(unlisted)
    return Observation(
        target=target,
        pairs=known.pairs,
        depends_on=_edges(known),
        ids=known.ids,
        externals=known.externals,
        missing_externals=_missing(known, lists),
        unmanaged={project: tuple(names) for project, names in known.unmanaged.items() if project and names},
        made_by_connectors={project: tuple(names) for project, names in known.made_by_connectors.items()},
        unplaced=frozenset(known.unplaced),
        user_id=account.user_id,
        lineage=state.lineage,
        serial=state.serial,
        content=checksum(state),
        now=now() + max(api.ahead, 0.0),  # a time that has come by either clock may have come on the server
    )


def _look(desired: Desired, state: State, api: Api, pool: Executor, allowed: frozenset[str]) -> tuple[Known, Lists]:
    """Read every list that is needed, and pair what stands in them."""
    known = Known(desired=desired, state=state)
    projects = api.list(PROJECT, Ids())
    _pair_kind(known, PROJECT, "", projects)
    for project, id in projects_given_up(known, api).items():
        _place_project(known, project, id, projects)
    lists = fetch(api, pool, known)
    lists = {place: completed(api, pool, known, *place, raws, allowed) for place, raws in lists.items()}
    for kind in KINDS:
        for (project, name), raws in lists.items():
            if name == kind.name:
                raws = runs_told_apart(api, pool, known, kind, project, raws)  # noqa: PLW2901  # whole from here on
                _index_externals(known, kind, project, raws)
                _pair_kind(known, kind, project, raws)
        _pair_unseen(known, kind)
    tell_strange_skills(known, api)
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
        known.add({address: replace(known.pairs[address], live=_live(PROJECT, raw, 0, known), candidates=())})
    else:
        known.unplaced.add(project)


def _index_externals(known: Known, kind: Kind, project: str, raws: list[Raw]) -> None:
    """Remember the display names that name exactly one live thing."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for raw in raws:
        if isinstance(name := raw.get(kind.display), str):
            named[name].append(kind.id_of(raw) or "")
    for name, ids in named.items():
        if len(ids) == 1:
            known.externals[ExternalName(project, kind.name, name)] = ids[0]
            known.external_names[kind.name, ids[0]] = name


def _pair_kind(known: Known, kind: Kind, project: str, raws: list[Raw]) -> None:
    if not kind.declarable:
        return
    place = _place(known, kind, (project, kind.name, None), raws)
    paired = pair(place)
    if (project, kind.name) in known.cut:  # what a list leaves out may be older or newer than what it shows
        paired = {address: replace(found, absent=False) for address, found in paired.items()}
    known.add({address: replace(found, unseen=unseen(known, kind, found)) for address, found in paired.items()})
    ours = {found.live.id for a in known.at(project, kind.name) if (found := known.pairs[a]).live}
    if kind.nature is Nature.ACTION:  # also by other spellings, and of earlier generations
        ours |= known.owners.keys()
    strangers = [raw for raw in raws if ours.isdisjoint(kind.ids_of(raw)) and not raw.get("is_deleted")]
    if kind is SKILL:
        known.strange_skills[project] = strangers
    else:
        known.unmanaged.setdefault(project, []).extend(what_is(kind, raw) for raw in strangers)
    if kind.nature is Nature.RESOURCE and (project, kind.name) in known.cut:
        known.unmanaged.setdefault(project, []).append(f"perhaps more: {known.cut[project, kind.name]}")
    flows = {kind.id_of(raw): raw for raw in raws}
    for agent in (inner for inner in KINDS if inner.owner == kind.name):
        for address in (*known.at(project, kind.name), *flows_given_up(known, kind, project, raws)):
            owner_id = known.ids.get(address, "")
            agents = children(flows[owner_id]) if owner_id in flows else []
            inside = pair(_place(known, agent, (project, agent.name, (kind.name, address.name)), agents, owner_id))
            known.add(inside)
            ours = {found.live.id for found in inside.values() if found.live}
            known.unmanaged.setdefault(project, []).extend(
                f"{agent.name} {raw.get(agent.display)!r} of {address}"
                for raw in agents
                if agent.id_of(raw) not in ours
            )


def _pair_unseen(known: Known, kind: Kind) -> None:
    """What has no live project, or whose list had nothing to say: paired with nothing live."""
    for place, addresses in known.places.items():
        if place[1] == kind.name and addresses[0] not in known.pairs:
            known.add(pair(_place(known, kind, place, [])))


def _place(known: Known, kind: Kind, place: PlaceName, raws: list[Raw], owner_id: str = "") -> Place:
    addresses = known.at(*place)
    desired, state = known.desired.manifests, known.state
    return Place(
        kind=kind,
        manifests={address: desired[address] for address in addresses if address in desired},
        records={address: state.records[address] for address in addresses if address in state.records},
        intents={address: state.intents[address] for address in addresses if address in state.intents},
        lives=[_live(kind, raw, position, known) for position, raw in enumerate(raws) if not raw.get("is_deleted")],
        comparison=known.comparison(place[0]),
        owner_id=owner_id,
        owned=known.owners.keys(),
    )


def _live(kind: Kind, raw: Raw, position: int, known: Known) -> Live:
    id, *aliases = kind.ids_of(raw) or ("",)  # the field's name
    spec, *also = (decode(kind, form, known.name_of) for form in kind.forms(raw))
    return Live(
        id=id,
        aliases=tuple(aliases),
        spec=spec,
        also=tuple(also),
        status=(kind.run.status_of(raw) or None) if kind.run is not None else None,
        position=position,
        created_at=created_at(raw),
        unseen=_hidden_fields(kind, raw),
    )


def _hidden_fields(kind: Kind, raw: Raw) -> dict[str, tuple[str, ...]]:
    """Return what a read does not show of a resource, and of each in it, where an update may replace them."""
    update = kind.replacing_update
    if update is None:
        return {}
    found = {kind.id_of(raw) or "": not_shown(kind, raw, update.keeps)}
    for inner in (other for other in KINDS if other.owner == kind.name):
        found |= {inner.id_of(child) or "": not_shown(inner, child) for child in children(raw)}
    return {id: names for id, names in found.items() if names}


def _edges(known: Known) -> dict[Address, frozenset[Address]]:
    """What each address waits for: as linked; for what is only recorded, by what its last applied spec refers to."""
    edges = dict(known.desired.depends_on)
    for address in known.addresses:
        if address in edges:
            continue
        record = known.state.records.get(address)
        found = {ref.address for _, ref in references(record.spec if record else {}) if ref.address}
        found |= {other for other in (address.owner_address, address.project and address.project_address) if other}
        edges[address] = frozenset(found - {address})
    return edges


def _missing(known: Known, lists: Mapping[tuple[str, str], list[Raw]]) -> Externals:
    """External names that lead nowhere, or to several, with the words to say so."""
    missing: Externals = {}
    for address, ref in external_refs(known):
        key = ExternalName(address.project, ref.kind, ref.external or "")
        if key in known.externals or key[:2] not in lists:
            continue  # known, or of a project that is not there yet: looked up when it is
        why = no_such_external(BY_NAME[ref.kind], ref.external or "", lists[key[:2]])
        cut = known.unsettled.get(key) or (known.cut.get(key[:2]) if not BY_NAME[ref.kind].declarable else None)
        missing[key] = f"{why}; {cut}" if cut else why
    return missing


__all__ = ["observe"]
