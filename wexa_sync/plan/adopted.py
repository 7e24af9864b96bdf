"""Tell which managed resource made a live one that is declared and not recorded. Pure."""

from __future__ import annotations

from wexa_sync.compare.ids import Comparison, plain_id
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Address, Live, Observation, Pair, Ref


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
