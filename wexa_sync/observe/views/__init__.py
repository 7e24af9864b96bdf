"""Read what a person asks to see (`wexa-sync get`), in the order of the server. Sends GET only."""

from __future__ import annotations

from wexa_sync.api.client import Api
from wexa_sync.kinds.view import View
from wexa_sync.model import Asked, Viewed
from wexa_sync.observe.views.choose import find_one
from wexa_sync.observe.views.fetch import read_items
from wexa_sync.observe.views.places import check, places_of
from wexa_sync.observe.views.secrets import secrets_among
from wexa_sync.observe.views.shape import shaped
from wexa_sync.state.base import State

__all__ = ["look_at"]


def look_at(api: Api, state: State, view: View, asked: Asked) -> Viewed:
    """Return what the view shows, without secrets. Raise UsageError for a filter or a name that does not fit."""
    check(view, asked)
    notes: tuple[str, ...] = ()
    if asked.name:
        items = [find_one(api, state, view, asked)]
    else:
        items, notes = read_items(api, view, places_of(api, state, view, asked), asked.most)
    known = {(address.kind, id): address for address, record in state.records.items() for id in record.ids}
    secrets = secrets_among(api, state, view, items)
    return shaped(view, items, secrets, alone=bool(asked.name), notes=notes, known=known)
