"""Rebuild a lost state from what is live: what matches, and how sure each match is. Pure."""

from __future__ import annotations

from msgspec import Struct

from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.unknown import Taken, taken, why_unknown
from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.model import Address, Observation, Pair, Record
from wexa_sync.secrecy.seal import conceal
from wexa_sync.state.base import Entry, Remember, State


class Match(Struct, frozen=True, kw_only=True):
    """Hold what was found for one declared address. `sure`: certain, likely or none. `why`: the reason, for people."""

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
    return tuple(match_of(pair, observation, key) for pair in declared)


def entries(found: tuple[Match, ...]) -> list[Entry]:
    """Return what to write to the new state."""
    return [Remember(match.record) for match in found if match.record is not None]


def match_of(pair: Pair, observation: Observation, key: str) -> Match:
    """Return what was found for one declared address."""
    kind, address, manifest, live = BY_NAME[pair.address.kind], pair.address, pair.manifest, pair.live
    assert manifest is not None
    if live is None:
        ids = [each.id for each in (*pair.candidates, *pair.similar)]
        found = f"{len(pair.candidates)} live ones have its name" if pair.candidates else _perhaps(kind)
        id = ids[0] if len(ids) == 1 else "ID"
        which = f"{found}: {', '.join(ids)}; `wexa-sync resolve {address} --happened {id}`"
        hidden = f"it can't be seen: {pair.unread}" if pair.unread else f"it may be hidden: {pair.unseen}"
        none = hidden if pair.unread or pair.unseen else "no live object has its name"
        why = pair.stray or (which if ids else none)
        return Match(address=address, sure="none", why=why)
    run, is_action = kind.run, kind.nature is Nature.ACTION
    shown = _taken(pair, observation)
    record = Record(
        address=address,
        id=live.id,
        aliases=live.aliases,
        # Of an action, what is declared is what happened: so it was found. Of a resource, what is live counts.
        spec=conceal(dict(manifest.spec if is_action else shown.spec), key),
        lifecycle=manifest.lifecycle,
        generation=manifest.generation,
        started=True if is_action else None,
        ended=False if run is not None and run.waits(manifest.spec) and live.status not in run.ended else None,
    )
    sure, why = _how_sure(pair, shown)
    return Match(address=address, sure=sure, why=why, id=live.id, record=record)


def _perhaps(kind: Kind) -> str:
    """Return why what is live may be the declared one, and has not its name."""
    fields = " and ".join(kind.identity)
    if kind.nature is Nature.ACTION:
        return "only its variables differ in"
    return f"it may be live under another {fields}, which ignore_changes names"


def _taken(pair: Pair, observation: Observation) -> Taken:
    assert pair.manifest is not None
    assert pair.live is not None
    comparison = comparison_in(pair.address.project, observation.ids, observation.externals, observation.lineage)
    return taken(BY_NAME[pair.address.kind], pair.manifest, pair.live, comparison)


def _how_sure(pair: Pair, shown: Taken) -> tuple[str, str]:
    kind, manifest = BY_NAME[pair.address.kind], pair.manifest
    assert manifest is not None
    if pair.certain:
        return "certain", "its id is the one that wexa-sync gives"
    if kind.nature is Nature.ACTION:
        again = f"; it counts as generation {manifest.generation}" if manifest.generation > 1 else ""
        what = (
            "run of that flow with its goal and inputs" if kind.run else f"one with its {' and '.join(kind.identity)}"
        )
        return "likely", f"the only {what}{again}"
    named = "it has the id that was named" if pair.wanted_id else f"the only one with its {' and '.join(kind.identity)}"
    sure = "certain" if pair.wanted_id else "likely"
    if not shown.differ and shown.unknown:
        return sure, f"{named}{why_unknown(shown.unknown)}"
    if not shown.differ:
        return "certain", f"{named}, and every declared field is the same"
    names = ", ".join(dict.fromkeys(str(change.path[0]) for change in shown.differ))
    return sure, f"{named}; {names} differ{'' if ',' in names else 's'}"
