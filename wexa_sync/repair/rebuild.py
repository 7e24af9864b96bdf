"""Rebuild a lost state from what is live: what matches, and how sure each match is. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.parts import part_of
from wexa_sync.compare.unknown import Fields, knowable, why_unknown
from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.model import Address, Observation, Pair, Record, Spec
from wexa_sync.secrecy.seal import conceal
from wexa_sync.state.base import Entry, Remember, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What was found for one declared address. `sure`: certain, likely or none. `why`: the reason, for people."""

    address: Address
    sure: str
    why: str
    id: str = ""
    record: Record | None = None


def require_empty(state: State) -> None:
    """Raise UsageError where the state holds anything: it knows more than could be found out."""
    if state.records or state.intents:
        raise UsageError(
            f"there is a state already, with {len(state.records)} resources: nothing was rebuilt",
            hint="`wexa-sync state list` shows it. Move a damaged file away first. "
            "To take over single objects, use --adopt.",
        )


def matches(observation: Observation, key: str) -> tuple[Match, ...]:
    """Return a match for each declared address, sorted. `key` seals the secrets of what will be recorded."""
    # Of rows, nobody can tell whose they are: what equals a declared one is left alone until --adopt takes it over.
    pairs = (pair for _, pair in sorted(observation.pairs.items()) if BY_NAME[pair.address.kind].sown is None)
    declared = [pair for pair in pairs if pair.manifest is not None]
    return tuple(_match(pair, observation, key) for pair in declared)


def entries(found: tuple[Match, ...]) -> list[Entry]:
    """Return what to write to the new state."""
    return [Remember(match.record) for match in found if match.record is not None]


def _match(pair: Pair, observation: Observation, key: str) -> Match:
    kind, address, manifest, live = BY_NAME[pair.address.kind], pair.address, pair.manifest, pair.live
    assert manifest is not None
    if live is None:
        ids = [each.id for each in (*pair.candidates, *pair.similar)]
        found = f"{len(pair.candidates)} live ones have its name" if pair.candidates else "only its variables differ in"
        id = ids[0] if len(ids) == 1 else "ID"
        which = f"{found}: {', '.join(ids)}; `wexa-sync resolve {address} --happened {id}`"
        why = which if ids else "no live object has its name"
        return Match(address=address, sure="none", why=why)
    run, is_action = kind.run, kind.nature is Nature.ACTION
    record = Record(
        address=address,
        id=live.id,
        aliases=live.aliases,
        # Of an action, what is declared is what happened: so it was found. Of a resource, what is live counts.
        spec=conceal(dict(manifest.spec) if is_action else _as_live(pair, observation), key),
        lifecycle=manifest.lifecycle,
        generation=manifest.generation,
        started=True if is_action else None,
        ended=False if run is not None and run.waits(manifest.spec) and live.status not in run.ended else None,
    )
    sure, why = _how_sure(pair, observation)
    return Match(address=address, sure=sure, why=why, id=live.id, record=record)


def _differ(pair: Pair, observation: Observation) -> tuple[Fields, Fields]:
    """Return the fields that differ from what is live, and those of which nobody can tell that."""
    kind, manifest, live = BY_NAME[pair.address.kind], pair.manifest, pair.live
    assert manifest is not None
    assert live is not None
    comparison = comparison_in(pair.address.project, observation.ids, observation.externals, observation.lineage)
    ignore = manifest.lifecycle.ignore_changes
    return knowable(kind, field_changes(kind, manifest.spec, live.spec, None, comparison, ignore))


def _as_live(pair: Pair, observation: Observation) -> Spec:
    """Return what is live of the declared fields. What no read shows and no call changes counts as declared."""
    assert pair.manifest is not None
    assert pair.live is not None
    spec: Spec = part_of(BY_NAME[pair.address.kind], pair.live.spec, pair.manifest.spec)
    for change in _differ(pair, observation)[1]:
        spec = replaced(spec, change.path, at_path(pair.manifest.spec, change.path))
    return spec


def _how_sure(pair: Pair, observation: Observation) -> tuple[str, str]:
    kind, manifest, live = BY_NAME[pair.address.kind], pair.manifest, pair.live
    assert manifest is not None
    assert live is not None
    if pair.certain:
        return "certain", "its id is the one that wexa-sync gives"
    if kind.nature is Nature.ACTION:
        again = f"; it counts as generation {manifest.generation}" if manifest.generation > 1 else ""
        what = (
            "run of that flow with its goal and inputs" if kind.run else f"one with its {' and '.join(kind.identity)}"
        )
        return "likely", f"the only {what}{again}"

    differ, unknown = _differ(pair, observation)
    same = f"the only one with its {' and '.join(kind.identity)}"
    if not differ and unknown:
        return "likely", f"{same}{why_unknown(unknown)}"
    if not differ:
        return "certain", f"{same}, and every declared field is the same"
    names = ", ".join(dict.fromkeys(str(change.path[0]) for change in differ))
    return "likely", f"{same}; {names} differ{'' if ',' in names else 's'}"
