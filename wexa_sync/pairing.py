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
from wexa_sync.kinds.times import CLOCK_SKEW
from wexa_sync.model import Address, Intent, Live, Manifest, Pair, Record, Spec

SETTLE = 15.0
"""Seconds after which a list is taken to show what was made, unless the setting `settle` says otherwise."""


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
            record=(record := place.records.get(address)),
            live=lives.get(record.id) if record and not _runs_again(place, record) else None,
            intent=place.intents.get(address),
        )
        for address in addresses
    }
    claimed = {record.id for record in place.records.values()}
    free = [live for live in place.lives if live.id not in claimed]
    open_pairs = [found for found in pairs.values() if _is_open(place.kind, found)]
    for found in [*_by_chosen_id(place, open_pairs, free), *_by_key(place, open_pairs, free)]:
        if pairs[found.address].live is None:
            pairs[found.address] = found
    return {a: replace(found, absent=True) if _never_arrived(place, found) else found for a, found in pairs.items()}


def _never_arrived(place: Place, found: Pair) -> bool:
    """Whether the list shows something made so much later that it would show what was intended, had that been made."""
    intent = found.intent
    if intent is None or intent.settled or found.live is not None or found.candidates:
        return False
    return any(live.created_at is not None and live.created_at > intent.time + CLOCK_SKEW for live in place.lives)


def _runs_again(place: Place, record: Record) -> bool:
    """Whether a later run than the recorded one is declared or was sent: what is live of that is another one."""
    asked = (place.manifests.get(record.address), place.intents.get(record.address))
    return place.kind.nature is Nature.ACTION and any(each and each.generation > record.generation for each in asked)


def _is_open(kind: Kind, found: Pair) -> bool:
    """Whether something live without a record may be it."""
    if found.live is not None:
        return False
    if kind.nature is Nature.RESOURCE or found.record is None:
        return True
    # A run that has a record is looked for only where a later one may have been sent.
    return found.intent is not None and not found.intent.settled and found.intent.generation > found.record.generation


def _by_chosen_id(place: Place, pairs: Iterable[Pair], free: Sequence[Live]) -> Iterator[Pair]:
    if place.kind.new_id is None or not place.owner_id:
        return
    lives = {live.id: live for live in free}
    for found in pairs:
        if live := lives.get(place.kind.new_id(place.owner_id, found.address.name)):
            yield replace(found, live=live, certain=True)


def _by_key(place: Place, pairs: Iterable[Pair], free: Sequence[Live]) -> Iterator[Pair]:
    kind = place.kind
    taken: set[str] = set()
    rest = [(found, spec) for found in pairs if (spec := _spec_of(found, place.terms)) is not None]
    levels = [(*kind.identity, *kind.narrow), kind.identity] if kind.narrow else [kind.identity]
    for fields in levels if rest else []:
        index: defaultdict[str, list[Live]] = defaultdict(list)
        for live in free:
            if live.id not in taken:
                index[key_of(kind, live.spec, fields, place.terms)].append(live)
        unmatched = []
        for found, spec in rest:
            candidates = [
                live
                for live in index[key_of(kind, spec, fields, place.terms)]
                if live.id not in taken and _may_be(found, live)
            ]
            if not candidates:
                unmatched.append((found, spec))
            elif len(candidates) == 1:
                taken.add(candidates[0].id)
                yield replace(found, live=candidates[0], certain=_awaited(found))
            else:
                yield replace(found, candidates=tuple(candidates))
        rest = unmatched


def _spec_of(found: Pair, terms: Terms) -> Spec | None:
    """What to look for: what was sent, where that is open, though the manifest may have been edited since.

    Where it was not edited, the manifest's form is taken: in the intent's, secrets are sealed and match nothing live.
    """
    manifest, intent = found.manifest, found.intent
    if intent is None or (intent.settled and manifest is not None):
        return manifest.spec if manifest is not None else None
    if manifest is not None and fingerprint(dict(manifest.spec), terms.key) == intent.fingerprint:
        return manifest.spec
    return intent.spec


def _awaited(found: Pair) -> bool:
    """Whether an answer of ours was lost: then exactly one match of the natural key is it."""
    return found.intent is not None and not found.intent.settled


def _may_be(found: Pair, live: Live) -> bool:
    if found.intent is None:
        return True
    if live.id in found.intent.ignore:
        return False
    return found.intent.settled or live.created_at is None or live.created_at >= found.intent.time - CLOCK_SKEW
