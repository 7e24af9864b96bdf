"""Tell what is known of a live resource that is declared and not recorded: its hidden fields, and who made it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from wexa_sync.compare.ids import Comparison, plain_id
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.model import Address, FieldChange, Live, Observation, Pair, Ref

Fields = tuple[FieldChange, ...]


def knowable(kind: Kind, fields: Iterable[FieldChange]) -> tuple[Fields, Fields]:
    """Return the fields that differ from what is live, and those that no read shows and no call changes.

    What is taken over has those as they are: nobody can tell whether they differ, and nobody could change them.
    """
    known: list[FieldChange] = []
    unknown: list[FieldChange] = []
    for change in fields:
        way = [field for _, field in kind.fields.along(change.path)]
        hidden = any(field.write_only for field in way) and any(field.immutable for field in way)
        (unknown if hidden else known).append(change)
    return tuple(known), tuple(unknown)


def why_unknown(fields: Fields) -> str:
    """Return the rest of a reason that names those fields; empty where there are none."""
    names = ", ".join(dict.fromkeys(str(change.path[0]) for change in fields))
    return f"; nobody can tell whether {names} is as declared, as no read shows that" if names else ""


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
