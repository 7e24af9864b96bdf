"""Gather what is declared, recorded and live of one kind in one place, in manifest terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from wexa_sync.api.calls import Raw
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.kinds.sown import ROWS
from wexa_sync.kinds.spec.times import created_at
from wexa_sync.kinds.spec.wire import decode, not_shown
from wexa_sync.model import Live, Pair, Place
from wexa_sync.observe.known import Known
from wexa_sync.observe.pair import Contents


def contents_of(known: Known, kind: Kind, place: Place, raws: Sequence[Raw], owner_id: str = "") -> Contents:
    """Return what is to be paired in that place. `raws`: what a list shows there. `owner_id`: the owner's live id."""
    addresses, desired, state = known.at(place), known.desired.manifests, known.state
    return Contents(
        kind=kind,
        manifests={address: desired[address] for address in addresses if address in desired},
        records={address: state.records[address] for address in addresses if address in state.records},
        intents={address: state.intents[address] for address in addresses if address in state.intents},
        lives=[live_of(known, kind, raw, number) for number, raw in enumerate(raws) if not raw.get("is_deleted")],
        comparison=known.comparison(place.project),
        owner_id=owner_id,
        holders=known.holders,
        # Ids of parts may be unique in their owner alone, and what is implied is known by its project's.
        owned=() if place.owner or kind.implied_by else known.owned_beside(kind),
    )


def live_of(known: Known, kind: Kind, raw: Raw, position: int = 0) -> Live:
    """Return a live resource in manifest terms, as far as the response shows it."""
    id, *aliases = kind.ids_of(raw) or ("",)  # the field's name
    spec, *also = (decode(kind, form, known.name_of) for form in kind.forms(raw))
    if kind.sown is not None:  # its rows are no field: they are others' too
        spec = {ROWS: raw.get(ROWS)}
    return Live(
        id=id,
        aliases=tuple(aliases),
        spec=spec,
        also=tuple(also),
        status=(kind.run.status_of(raw) or None) if kind.run is not None else None,
        position=position,
        created_at=created_at(raw),
        unseen=_hidden_fields(kind, raw),
    )


def unpaired(contents: Contents, pairs: Iterable[Pair]) -> list[Live]:
    """Return what is live in a place and paired with nothing there."""
    ours = {id for found in pairs if found.live is not None for id in found.live.ids}
    return [live for live in contents.lives if ours.isdisjoint(live.ids)]


@cache
def _replacing_update(kind: Kind) -> Endpoint | None:
    return kind.replacing_update


def _hidden_fields(kind: Kind, raw: Raw) -> dict[str, tuple[str, ...]]:
    """Return what a read does not show of a resource, and of each part in it, where an update may replace them."""
    update = _replacing_update(kind)
    if update is None:
        return {}
    found = [(kind, raw, not_shown(kind, raw, update.keeps))]
    for part in kind.embedded:
        found += [(part.kind, item, not_shown(part.kind, item)) for item in part.items(raw)]
    return {kind.id_of(raw) or "": names for kind, raw, names in found if names}
