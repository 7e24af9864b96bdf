"""Desired + Api + State -> Observation: what is declared, what is live and what is recorded, paired by address.

Only lists are read, a fixed number for each project; a single read only where a list does not show a declared field and
a first single read of that kind does.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from wexa_sync.api.client import Api, Raw, Scoped, children
from wexa_sync.diff import Terms
from wexa_sync.kinds import BY_NAME, DECLARABLE, KINDS
from wexa_sync.kinds.base import Kind, Nature, Operation
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.times import epoch, read_iso
from wexa_sync.kinds.wire import decode, references
from wexa_sync.model import Address, Desired, Live, Observation, Pair, Ref, Target
from wexa_sync.pairing import Place, pair
from wexa_sync.state.base import State

Externals = dict[tuple[str, str, str], str]
PlaceName = tuple[str, str, tuple[str, str] | None]  # project handle, kind, owner


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What is known so far; grows kind by kind, in the order of KINDS."""

    desired: Desired
    state: State
    pairs: dict[Address, Pair] = field(default_factory=dict)
    ids: dict[Address, str] = field(default_factory=dict)
    names: dict[str, Address] = field(default_factory=dict)  # the other way round
    externals: Externals = field(default_factory=dict)
    external_names: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, id) -> display name
    places: dict[PlaceName, list[Address]] = field(init=False)
    unmanaged: dict[str, list[str]] = field(default_factory=dict)  # project handle -> what is live there and not ours

    def __post_init__(self) -> None:
        self.places = {}
        for address in sorted({*self.desired.manifests, *self.state.records, *self.state.intents}):
            self.places.setdefault((address.project, address.kind, address.owner), []).append(address)

    def at(self, project: str, kind: str, owner: tuple[str, str] | None = None) -> list[Address]:
        """The addresses in that place."""
        return self.places.get((project, kind, owner), [])

    @property
    def known(self) -> Iterator[Address]:
        """Every address with a manifest, a record or an intent."""
        return (address for group in self.places.values() for address in group)

    def terms(self, project: str) -> Terms:
        """How references are compared in that project."""
        return Terms(id_of=lambda ref: self._id_of(ref, project), key=self.state.lineage)

    def _id_of(self, ref: Ref, project: str) -> str | None:
        return resolve(ref, project, self.ids, self.externals)

    def name_of(self, kind: str, id: str) -> Ref:  # the field's name
        """The reference people know an id by: an address, else a display name, else the id."""
        if address := self.names.get(id):
            return Ref(kind=kind, address=address)
        if name := self.external_names.get((kind, id)):
            return Ref(kind=kind, external=name)
        return Ref(kind=kind, id=id)

    def add(self, pairs: Mapping[Address, Pair]) -> None:
        """Take in what was paired: from now on its ids have names."""
        self.pairs |= pairs
        for address, found in pairs.items():
            if found.live is not None:
                self.ids[address] = found.live.id
                self.names[found.live.id] = address


def resolve(
    ref: Ref, project: str, ids: Mapping[Address, str], externals: Mapping[tuple[str, str, str], str]
) -> str | None:
    """The id a reference stands for, in manifests of that project; None where it is not known (yet)."""
    if ref.address is not None:
        return ids.get(ref.address)
    return ref.id if ref.external is None else externals.get((project, ref.kind, ref.external))


def observe(
    desired: Desired,
    state: State,
    api: Api,
    target: Target,
    *,
    parallelism: int = 10,
    now: Callable[[], float] = time.time,
) -> Observation:
    """Look at the workspace. Sends GET only. Raises ApiError; a list that can't be had whole is never guessed at."""
    account = api.sign_in()
    seen = _Seen(desired=desired, state=state)
    _pair_kind(seen, PROJECT, "", api.list(PROJECT, Scoped()))
    with ThreadPoolExecutor(max_workers=parallelism) as pool:
        lists = _fetch(api, pool, seen)
        lists = {place: _completed(api, pool, seen, *place, raws) for place, raws in lists.items()}
    for kind in KINDS:
        for (project, name), raws in lists.items():
            if name == kind.name:
                _index_externals(seen, kind, project, raws)
                _pair_kind(seen, kind, project, raws)
        _pair_unseen(seen, kind)
    return Observation(
        target=target,
        pairs=seen.pairs,
        depends_on=_edges(seen),
        ids=seen.ids,
        externals=seen.externals,
        missing_externals=_missing(seen, lists),
        unmanaged={project: tuple(names) for project, names in seen.unmanaged.items() if project and names},
        user_id=account.user_id,
        lineage=state.lineage,
        serial=state.serial,
        now=now(),
    )


def _needed(seen: _Seen) -> list[tuple[str, str]]:
    """(project, kind) of every list to fetch, in a fixed order."""
    needed = set()
    for address in seen.known:
        kind = BY_NAME[address.kind]
        if kind.nature is Nature.RESOURCE or _run_is_open(seen, address):
            needed.add((address.project, kind.owner or kind.name))
    for address, ref in _external_refs(seen):
        needed.add((address.project, ref.kind))
    for address in seen.known:
        if address.kind == "Project" and address not in seen.desired.manifests:  # it may go, and all in it
            needed.update((address.name, kind.name) for kind in DECLARABLE if kind.nature is Nature.RESOURCE)
    order = {kind.name: place for place, kind in enumerate(KINDS)}
    return sorted(
        (
            place
            for place in needed
            if place[0] and place[1] != "Project" and Address(kind="Project", name=place[0]) in seen.ids
        ),
        key=lambda place: (order[place[1]], place[0]),
    )


def _run_is_open(seen: _Seen, address: Address) -> bool:
    """Whether the list of runs has something to say: only of a run that has no record, or whose answer was lost."""
    intent = seen.state.intents.get(address)
    return address not in seen.state.records or (intent is not None and not intent.settled)


def _external_refs(seen: _Seen) -> Iterator[tuple[Address, Ref]]:
    for address, manifest in seen.desired.manifests.items():
        for _, ref in references(manifest.spec):
            if ref.external is not None:
                yield address, ref


def _fetch(api: Api, pool: Executor, seen: _Seen) -> dict[tuple[str, str], list[Raw]]:
    """All lists at once; the first failure, in a fixed order, is raised."""
    futures = {}
    for project, name in _needed(seen):
        at = Scoped(project=seen.ids[Address(kind="Project", name=project)])
        futures[project, name] = pool.submit(api.list, BY_NAME[name], at)
    return {place: future.result() for place, future in futures.items()}


def _completed(api: Api, pool: Executor, seen: _Seen, project: str, name: str, raws: list[Raw]) -> list[Raw]:
    """The list with what it does not show, where single reads do: one is tried, and all only if that one helps."""
    kind = BY_NAME[name]
    if kind.nature is Nature.ACTION or Operation.READ not in kind.endpoints:
        return raws
    is_ours = _ours(seen, kind, project)
    ours = [index for index, raw in enumerate(raws) if is_ours(raw)]
    wanted = _declared_fields(seen, kind.name, project)
    inner = _declared_fields(seen, "Agent", project) if kind.embedded else frozenset()
    lacking = [index for index in ours if _lacks(kind, raws[index], wanted, inner)]
    if not lacking:
        return raws
    at = seen.ids[Address(kind="Project", name=project)]

    def read(index: int) -> Raw:
        return api.read(kind, Scoped(project=at, id=kind.id_of(raws[index]) or "")) or raws[index]

    first = read(lacking[0])
    if _lacks(kind, first, wanted, inner) >= _lacks(kind, raws[lacking[0]], wanted, inner):
        return raws
    whole = {lacking[0]: first, **dict(zip(lacking[1:], pool.map(read, lacking[1:]), strict=True))}
    return [whole.get(index, raw) for index, raw in enumerate(raws)]


def _ours(seen: _Seen, kind: Kind, project: str) -> Callable[[Raw], bool]:
    """Tells whether a listed item is recorded, or looks like a declared one: others are nobody's business."""
    addresses = seen.at(project, kind.name)
    ids = {record.id for address in addresses if (record := seen.state.records.get(address))}
    manifests = [seen.desired.manifests[address] for address in addresses if address in seen.desired.manifests]
    names = {manifest.spec.get(kind.display) for manifest in manifests}
    return lambda raw: kind.id_of(raw) in ids or raw.get(kind.display) in names


def _declared_fields(seen: _Seen, kind: str, project: str) -> frozenset[str]:
    named: set[str] = set()
    for side in (seen.desired.manifests, seen.state.records):
        named.update(*(item.spec for a, item in side.items() if a.kind == kind and a.project == project))
    properties = BY_NAME[kind].spec_schema["properties"]
    return frozenset(
        schema.get("x-wexa-field", name)
        for name, schema in properties.items()
        if name in named and not schema.get("x-wexa-local") and schema.get("x-wexa-list") != "children"
    )


def _lacks(kind: Kind, raw: Raw, wanted: Iterable[str], inner: Iterable[str]) -> int:
    """How many declared fields an answer does not show, its children's included."""
    lacking = sum(name not in raw for name in wanted)
    if kind.embedded and kind.embedded not in raw:
        return lacking + 1000  # no children shown at all: more than any field could weigh
    return lacking + sum(name not in child for child in children(raw) for name in inner)


def _index_externals(seen: _Seen, kind: Kind, project: str, raws: list[Raw]) -> None:
    """Remember the display names that name exactly one live thing."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for raw in raws:
        if isinstance(name := raw.get(kind.display), str):
            named[name].append(kind.id_of(raw) or "")
    for name, ids in named.items():
        if len(ids) == 1:
            seen.externals[project, kind.name, name] = ids[0]
            seen.external_names[kind.name, ids[0]] = name


def _pair_kind(seen: _Seen, kind: Kind, project: str, raws: list[Raw]) -> None:
    if not kind.declarable:
        return
    place = _place(seen, kind, (project, kind.name, None), raws)
    seen.add(pair(place))
    ours = {found.live.id for a in seen.at(project, kind.name) if (found := seen.pairs[a]).live}
    seen.unmanaged.setdefault(project, []).extend(
        f"{kind.name} {live.spec.get(kind.display)!r}" for live in place.lives if live.id not in ours
    )
    flows = {kind.id_of(raw): raw for raw in raws}
    for agent in (inner for inner in KINDS if inner.owner == kind.name):
        for address in seen.at(project, kind.name):
            owner_id = seen.ids.get(address, "")
            agents = children(flows[owner_id]) if owner_id in flows else []
            seen.add(pair(_place(seen, agent, (project, agent.name, (kind.name, address.name)), agents, owner_id)))


def _pair_unseen(seen: _Seen, kind: Kind) -> None:
    """What has no live project, or whose list had nothing to say: paired with nothing live."""
    for place, addresses in seen.places.items():
        if place[1] == kind.name and addresses[0] not in seen.pairs:
            seen.add(pair(_place(seen, kind, place, [])))


def _place(seen: _Seen, kind: Kind, place: PlaceName, raws: list[Raw], owner_id: str = "") -> Place:
    addresses = seen.at(*place)
    desired, state = seen.desired.manifests, seen.state
    return Place(
        kind=kind,
        manifests={address: desired[address] for address in addresses if address in desired},
        records={address: state.records[address] for address in addresses if address in state.records},
        intents={address: state.intents[address] for address in addresses if address in state.intents},
        lives=[_live(kind, raw, position, seen) for position, raw in enumerate(raws) if not raw.get("is_deleted")],
        terms=seen.terms(place[0]),
        owner_id=owner_id,
    )


def _live(kind: Kind, raw: Raw, position: int, seen: _Seen) -> Live:
    return Live(
        id=kind.id_of(raw) or "",
        spec=decode(kind, raw, seen.name_of),
        status=str(raw.get("status")) if raw.get("status") is not None else None,
        position=position,
        created_at=created_at(raw),
    )


def created_at(raw: Mapping[str, Any]) -> float | None:
    """When the server made it, in epoch seconds, from any of the API's time formats; None where it does not say."""
    try:
        return float(epoch(read_iso(raw.get("created_at", raw.get("createdAt")))))
    except (ValueError, OverflowError):
        return None


def _edges(seen: _Seen) -> dict[Address, frozenset[Address]]:
    """What each address waits for: as linked; for what is only recorded, by what its last applied spec refers to."""
    edges = dict(seen.desired.depends_on)
    for address in seen.known:
        if address in edges:
            continue
        record = seen.state.records.get(address)
        found = {ref.address for _, ref in references(record.spec if record else {}) if ref.address}
        found |= {other for other in (address.owner_address, address.project and address.project_address) if other}
        edges[address] = frozenset(found - {address})
    return edges


def _missing(seen: _Seen, lists: Mapping[tuple[str, str], list[Raw]]) -> Externals:
    """External names that lead nowhere, or to several, with the words to say so."""
    missing: Externals = {}
    for address, ref in _external_refs(seen):
        key = (address.project, ref.kind, ref.external or "")
        if key in seen.externals or key[:2] not in lists:
            continue  # known, or of a project that is not there yet: looked up when it is
        missing[key] = no_such_external(BY_NAME[ref.kind], ref.external or "", lists[key[:2]])
    return missing


def no_such_external(kind: Kind, name: str, raws: list[Raw]) -> str:
    """Why a display name can't be resolved: nothing live has it, or several things have."""
    names = sorted(str(raw.get(kind.display)) for raw in raws)
    if names.count(name) > 1:
        return f"{names.count(name)} live {kind.name}s are called {name!r}; refer to one by {{id: ...}}"
    others = f"; there are: {', '.join(repr(other) for other in names[:10])}" if names else "; there is none at all"
    return f"no live {kind.name} is called {name!r}{others}"
