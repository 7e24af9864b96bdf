"""Gather what is declared, recorded and live of one kind in one place, in manifest terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct

from wexa_sync.api.calls import Raw
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.shown import shows
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.sown import ROWS
from wexa_sync.kinds.spec.times import created_at
from wexa_sync.kinds.spec.wire import decode, not_shown
from wexa_sync.model import Later, Live, Pair, Place, Record, Spec
from wexa_sync.observe.known import Known
from wexa_sync.observe.pair import Contents


class _Records(Struct, frozen=True):
    """Hold the records of resources in one place, by their ids in every spelling."""

    by_id: Mapping[str, Record]
    comparison: Comparison

    def shown_by(self, kind: Kind, raw: Raw, ids: Iterable[str]) -> Record | None:
        """Return the record of those ids, where the response surely shows each value just as it is recorded."""
        for id in ids:  # the field's name
            if (record := self.by_id.get(id)) is not None:
                return record if shows(kind, raw, record, self.comparison, exact=True) else None
        return None


def contents_of(known: Known, kind: Kind, place: Place, raws: Sequence[Raw], owner_id: str = "") -> Contents:
    """Return what is to be paired in that place. `raws`: what a list shows there. `owner_id`: the owner's live id."""
    addresses, desired, state = known.at(place), known.desired.manifests, known.state
    records = {address: state.records[address] for address in addresses if address in state.records}
    compared = None
    if kind.nature is Nature.RESOURCE and kind.sown is None:  # neither actions nor rows are compared with their records
        by_id = {id: record for record in records.values() for id in record.ids}
        compared = _Records(by_id, known.just_so(place.project))
    read = partial(decode, kind, name_of=known.name_of)
    lives = [live_of(kind, raw, read, at, compared) for at, raw in enumerate(raws) if not raw.get("is_deleted")]
    return Contents(
        kind=kind,
        manifests={address: desired[address] for address in addresses if address in desired},
        records=records,
        intents={address: state.intents[address] for address in addresses if address in state.intents},
        lives=lives,
        comparison=known.comparison(place.project),
        owner_id=owner_id,
        holders=known.holders,
        # Ids of parts may be unique in their owner alone, and what is implied is known by its project's.
        owned=() if place.owner or kind.implied_by else known.owned_beside(kind),
    )


def live_of(
    kind: Kind, raw: Raw, read: Callable[[Mapping[str, Any]], Spec], position: int = 0, records: _Records | None = None
) -> Live:
    """Return a live resource in manifest terms, as far as the response shows it. `read` decodes a response.

    What is shown as it is recorded in one of `records` is decoded when somebody asks for it.
    """
    ids, (form, *others) = kind.ids_of(raw) or ("",), kind.forms(raw)
    shown = records.shown_by(kind, raw, ids) if records is not None else None
    fields = Later(read, form) if shown is not None else read(form)
    if kind.sown is not None:  # its rows are no field: they are others' too
        fields = {ROWS: raw.get(ROWS)}
    return Live(
        id=ids[0],
        aliases=ids[1:],
        fields=fields,
        shows=shown,
        also=tuple(map(read, others)),
        status=(kind.run.status_of(raw) or None) if kind.run is not None else None,
        position=position,
        created_at=created_at(raw),
        unseen=_hidden_fields(kind, raw),
    )


def unpaired(contents: Contents, pairs: Iterable[Pair]) -> list[Live]:
    """Return what is live in a place and paired with nothing there."""
    ours = {id for found in pairs if found.live is not None for id in found.live.ids}
    return [live for live in contents.lives if ours.isdisjoint(live.ids)]


def _hidden_fields(kind: Kind, raw: Raw) -> dict[str, tuple[str, ...]]:
    """Return what a read does not show of a resource, and of each part in it, where an update may replace them."""
    update = kind.replacing_update
    if update is None:
        return {}
    found = [(kind, raw, _not_shown(kind, tuple(raw), update.keeps))]
    for part in kind.embedded:
        found += [(part.kind, item, _not_shown(part.kind, tuple(item))) for item in part.items(raw)]
    return {kind.id_of(raw) or "": names for kind, raw, names in found if names}


# What the names of the fields in a response leave out. Most responses about a kind have the same ones.
_not_shown = lru_cache(maxsize=1000)(not_shown)
