"""Tell what is taken over though nobody asked to adopt: another resource, or a manifest, claims it. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from wexa_sync.compare.ids import Comparison, plain_id
from wexa_sync.compare.unknown import Taken
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Address, Change, Live, Manifest, Observation, Pair, Ref, Spec
from wexa_sync.plan.decision import ADOPTED


def claim_on(pair: Pair, observation: Observation, comparison: Comparison) -> str:
    """Return why a live resource that is not recorded is surely the declared one; empty where a person has to say."""
    if maker := maker_of(pair, observation, comparison):
        return f"{maker} made it"
    if pair.manifest is not None and pair.manifest.import_id:
        return f"{ADOPTED}: metadata.import names {pair.manifest.import_id}"
    owner = _owner_of(pair, observation)
    if owner is not None and owner.import_id:
        return f"{ADOPTED} with {owner.address}, which metadata.import names"
    return ""


def as_it_is(change: Change, seen: Taken, before: Spec) -> Change:
    """Return an adoption, and of what differs from its manifest the one that leaves it as it is live."""
    if not seen.differ:
        return replace(change, before=before)
    names = ", ".join(dict.fromkeys(str(each.path[0]) for each in seen.differ))
    reason = f"{change.reason}; {names} as it is live"
    return replace(change, before=before, after=seen.spec, fields=seen.differ, reason=reason)


def maker_of(pair: Pair, observation: Observation, comparison: Comparison) -> Address | None:
    """Return the managed resource that made the live one by itself and that its manifest refers to; None for others."""
    maker, manifest, live = BY_NAME[pair.address.kind].maker, pair.manifest, pair.live
    if maker is None or manifest is None or live is None:
        return None
    ref = manifest.spec.get(maker.field)
    other = observation.pairs.get(ref.address) if isinstance(ref, Ref) and ref.address is not None else None
    if other is None or other.live is None or not _is_ours(other, other.live):
        return None
    shown = {**live.spec, maker.field: plain_id(live.spec.get(maker.field), comparison)}
    around = {**dict.fromkeys(BY_NAME[maker.kind].ids, other.live.id), **other.live.spec}
    return other.address if shown[maker.field] == other.live.id and maker.made(shown, [around]) else None


def _is_ours(pair: Pair, live: Live) -> bool:
    """True when a live resource is recorded, or surely what a create with a lost response made."""
    return pair.certain or (pair.record is not None and pair.record.id == live.id)


def _owner_of(pair: Pair, observation: Observation) -> Manifest | None:
    """Return the manifest of the resource that a part lives inside; None where there is none."""
    owner = pair.address.owner_address
    around = observation.pairs.get(owner) if owner is not None else None
    return around.manifest if around is not None else None
