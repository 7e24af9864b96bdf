"""Take a snapshot of what a plan needs of the API and of the state, for plans where no key is; no secret is in it.

What is declared, managed or in doubt is in it with the fields that manifests can have. Of other resources in managed
projects only what they are called by is in it, so that references by name are resolved; of other projects, and of runs
that are not ours, nothing. Where a secret stands, the snapshot has a number: the same number for the same value.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.paging import Found
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Operation, Scope
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.wire import shown_fields
from wexa_sync.model import Desired, Observation, Options, Secret, Spec, Target, Unset
from wexa_sync.observe.kept import Seal, kept
from wexa_sync.observe.observation import observe
from wexa_sync.observe.replay import Listed, Notes, Recorder
from wexa_sync.secrecy.find import parts, secrets_in, texts_where_sealed
from wexa_sync.secrecy.seal import fingerprint
from wexa_sync.state.base import State

LINEAGE = "snapshot"
"""The lineage in a snapshot: the real one is the key that secrets are sealed with."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """Hold what a plan needs of one workspace at one moment. `taken` is in epoch seconds, by the later clock."""

    target: Target
    user_id: str
    taken: float
    state: State
    notes: Notes


def take(
    desired: Desired,
    state: State,
    api: Api,
    target: Target,
    options: Options,
    *,
    hidden: Collection[str] = (),
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
) -> Snapshot:
    """Return a snapshot. Send GET only. `hidden`: texts that must not be in it, beside the secrets of the manifests."""
    recorder = Recorder(api)
    seen = observe(desired, state, recorder, target, replace(options, strangers=True), now=now, sleep=sleep)
    ours = frozenset(_ours(seen, state))
    with ThreadPoolExecutor(max_workers=options.parallelism) as pool:
        lists = [*_lists_of(seen, ours)]
        list(pool.map(lambda place: recorder.noted(*place), lists))
        lists += [inner for kind, ids in lists for inner in _lists_within(recorder, kind, ids, ours)]
        list(pool.map(lambda place: recorder.noted(*place), lists))
        for kind, ids in lists:
            _read_whole(recorder, kind, ids, ours, pool)
        runs = _runs_of(recorder, seen, state, pool)
    seal = Seal(secrets=frozenset((*_secrets(seen), *hidden)), key=state.lineage)
    return Snapshot(
        target=target,
        user_id=seen.user_id,
        taken=float(int(seen.now)),
        state=_sealed_state(state, seal),
        notes=kept(replace(recorder.notes, lists={**runs, **recorder.notes.lists}), ours, seal),
    )


def _ours(seen: Observation, state: State) -> Iterator[str]:
    """Yield every id of what is declared, managed or in doubt."""
    for record in state.records.values():
        yield from record.ids
    for pair in seen.pairs.values():
        for live in (pair.live, *pair.candidates, *pair.similar):
            yield from live.ids if live is not None else ()


def _lists_of(seen: Observation, ours: frozenset[str]) -> Iterator[tuple[Kind, Ids]]:
    """Yield the lists of projects that any plan of these projects may need."""
    for address, id in sorted(seen.ids.items()):  # the field's name
        if address.kind != PROJECT.name or id not in ours:
            continue
        for kind in BY_NAME.values():
            if kind.listing is None or kind.listing.scope is not Scope.PROJECT or kind.nature is Nature.ACTION:
                continue
            if kind.goes_along and not kind.calls(Operation.CREATE):  # only what names one needs them: it was read
                continue
            yield kind, Ids(project=id)


def _lists_within(recorder: Recorder, kind: Kind, ids: Ids, ours: frozenset[str]) -> Iterator[tuple[Kind, Ids]]:
    """Yield the lists of the parts in what is ours of a kind."""
    for part in (each for each in kind.parts if each.own_list):
        owners = [raw for raw in recorder.noted(kind, ids).items if not ours.isdisjoint(kind.ids_of(raw))]
        yield from ((part.kind, replace(ids, owner=kind.id_of(raw) or "")) for raw in owners)


def _read_whole(recorder: Recorder, kind: Kind, ids: Ids, ours: frozenset[str], pool: Executor) -> None:
    """Read what the list shows of ours too little of. One is read first, and the others only if that one helped."""
    wanted = shown_fields(kind) | {part.field for part in kind.embedded}
    lacking = [
        raw for raw in recorder.noted(kind, ids).items if wanted - raw.keys() and not ours.isdisjoint(kind.ids_of(raw))
    ]

    def read(raw: Raw) -> Raw:
        return recorder.read(kind, replace(ids, id=kind.id_of(raw) or "")) or {}

    if lacking and Operation.READ in kind.endpoints and read(lacking[0]).keys() & (wanted - lacking[0].keys()):
        list(pool.map(read, lacking[1:]))


def _runs_of(recorder: Recorder, seen: Observation, state: State, pool: Executor) -> dict[Listed, Found]:
    """Return the recorded runs of each project whose list was not asked for: it has every run that there ever was."""
    asked: dict[Listed, list[Ids]] = {}
    for address, record in sorted(state.records.items()):
        kind, project = BY_NAME[address.kind], seen.ids.get(address.project_address)
        place = (kind.name, project or "", "")
        if project and kind.nature is Nature.ACTION and place not in recorder.notes.lists:
            asked.setdefault(place, []).append(Ids(project=project, id=record.id))
    found = {
        place: pool.map(partial(recorder.read, BY_NAME[place[0]]), runs)
        for place, runs in asked.items()
        if Operation.READ in BY_NAME[place[0]].endpoints
    }
    return {place: Found(items=[raw for raw in raws if raw is not None]) for place, raws in found.items()}


def _secrets(seen: Observation) -> Iterator[str]:
    """Yield the values of secrets: those of the manifests, and what is live where a secret was declared or sent."""
    for pair in seen.pairs.values():
        lives = [live for live in (pair.live, *pair.candidates, *pair.similar) if live is not None]
        for side in (pair.manifest, pair.record, pair.intent):
            if side is None:
                continue
            for _, secret in secrets_in(side.spec):
                if isinstance(secret, Secret) and not isinstance(secret, Unset):
                    yield from parts(secret)
            for live in lives:
                for spec in (live.spec, *live.also):
                    yield from texts_where_sealed(side.spec, spec)


def _sealed_state(state: State, seal: Seal) -> State:
    """Return the state without the key, and with a number for each secret."""

    def sealed(spec: Spec) -> Spec:
        found: Spec = seal(spec)
        return found

    records = {address: replace(record, spec=sealed(record.spec)) for address, record in sorted(state.records.items())}
    intents = {address: replace(intent, spec=sealed(intent.spec)) for address, intent in sorted(state.intents.items())}
    return replace(
        state,
        lineage=state.lineage and LINEAGE,
        records=records,
        intents={
            address: replace(intent, fingerprint=fingerprint(intent.spec, LINEAGE))
            for address, intent in intents.items()
        },
        sha256="",
    )
