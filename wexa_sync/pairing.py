"""Pairs the live things of one kind in one place with manifests and records. Pure; part of observe.

By the record's id where there is a record; else by the id that we chose (agents); else by the kind's natural key. What
a record of another address holds is never a candidate. Two live things of one key are shown as candidates, not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wexa_sync.codec import fingerprint
from wexa_sync.diff import Terms, key_of
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.model import Address, Intent, Live, Manifest, Pair, Record, Spec

CLOCK_SKEW = 600.0
"""Seconds by which the server's clock may differ from ours: what is older than an intent by more is not its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """All that is known of one kind in one place (organisation, project or flow). `owner_id`: the flow's live id."""

    kind: Kind
    manifests: Mapping[Address, Manifest]
    records: Mapping[Address, Record]
    intents: Mapping[Address, Intent]
    lives: Sequence[Live]
    terms: Terms
    owner_id: str = ""


def pair(place: Place) -> dict[Address, Pair]:
    """Every address that has a manifest, a record or an intent here, with what is live of it."""
    lives = {live.id: live for live in place.lives}
    addresses = sorted({*place.manifests, *place.records, *place.intents})
    pairs = {
        address: Pair(
            address=address,
            manifest=place.manifests.get(address),
            record=place.records.get(address),
            intent=place.intents.get(address),
        )
        for address in addresses
    }
    pairs = {address: replace(found, live=lives.get(_recorded(place.kind, found))) for address, found in pairs.items()}
    claimed = {record.id for record in place.records.values()}
    free = [live for live in place.lives if live.id not in claimed]
    open_pairs = [found for found in pairs.values() if _is_open(place.kind, found)]
    pairs |= {found.address: found for found in _by_chosen_id(place, open_pairs, free)}
    by_name = [found for found in open_pairs if not pairs[found.address].certain]
    chosen = {found.live.id for found in pairs.values() if found.live is not None}
    pairs |= {found.address: found for found in _by_key(place, by_name, [f for f in free if f.id not in chosen])}
    return pairs


def _recorded(kind: Kind, found: Pair) -> str:
    """The id under which it is recorded; none for a run of which a later generation is declared or may be sent."""
    if found.record is None:
        return ""
    declared = found.manifest is not None and found.manifest.generation > found.record.generation
    return "" if kind.nature is Nature.ACTION and (declared or _later_sent(found)) else found.record.id


def _later_sent(found: Pair) -> bool:
    """Whether a later run than the recorded one may have been sent."""
    return (
        found.intent is not None
        and not found.intent.settled
        and found.intent.generation > (found.record.generation if found.record is not None else 0)
    )


def _is_open(kind: Kind, found: Pair) -> bool:
    """Whether something live without a record may be it; of a run that has a record, only a later one."""
    if kind.nature is Nature.ACTION and found.record is not None:
        return _later_sent(found)
    return found.live is None


def _by_chosen_id(place: Place, pairs: Iterable[Pair], free: Sequence[Live]) -> Iterator[Pair]:
    if place.kind.new_id is None or not place.owner_id:
        return
    lives = {live.id: live for live in free}
    for found in pairs:
        if live := lives.get(place.kind.new_id(place.owner_id, found.address.name)):
            yield replace(found, live=live, certain=True)


def _by_key(place: Place, pairs: Sequence[Pair], free: Sequence[Live]) -> Iterable[Pair]:
    """What was sent and never answered is looked for first: exactly one match of it is it. Then what is declared."""
    matched: dict[Address, Pair] = {}
    taken: set[str] = set()
    for awaited in (True, False):
        spec_of = _sent if awaited else _declared
        rest = [found for found in pairs if found.address not in matched]
        wanted = [(found, spec) for found in rest if (spec := spec_of(found, place.terms.key)) is not None]
        for found in _matches(place, wanted, free, taken, awaited):
            matched[found.address] = replace(found, certain=awaited and found.live is not None)
    return matched.values()


def _matches(
    place: Place, rest: list[tuple[Pair, Spec]], free: Sequence[Live], taken: set[str], awaited: bool
) -> Iterator[Pair]:
    """Pairs with the live one of their natural key, or with all candidates; by the narrowest key first."""
    kind = place.kind
    levels = [(*kind.identity, *kind.narrow)]
    if kind.narrow and not awaited:  # what we sent ourselves has every field of the key
        levels.append(kind.identity)
    for fields in levels if rest else []:
        index: defaultdict[str, list[Live]] = defaultdict(list)
        for live in free:
            index[key_of(kind, live.spec, fields, place.terms)].append(live)
        unmatched = []
        for found, spec in rest:
            same_key = index[key_of(kind, spec, fields, place.terms)]
            candidates = [live for live in same_key if live.id not in taken and _may_be(found, live, awaited)]
            if not candidates:
                unmatched.append((found, spec))
            elif len(candidates) == 1:
                taken.add(candidates[0].id)
                yield replace(found, live=candidates[0])
            else:
                yield replace(found, live=None, candidates=tuple(candidates))
        rest = unmatched


def _sent(found: Pair, key: str) -> Spec | None:
    """What was sent and never answered. From the manifest, if it says the same: the intent has no secrets."""
    intent, manifest = found.intent, found.manifest
    if intent is None or intent.settled:
        return None
    unchanged = manifest is not None and fingerprint(dict(manifest.spec), key) == intent.fingerprint
    return manifest.spec if manifest is not None and unchanged else intent.spec


def _declared(found: Pair, _key: str) -> Spec | None:
    return found.manifest.spec if found.manifest is not None else None


def _may_be(found: Pair, live: Live, awaited: bool) -> bool:
    if found.intent is None:
        return True
    if live.id in found.intent.ignore:
        return False
    return not awaited or live.created_at is None or live.created_at >= found.intent.time - CLOCK_SKEW
