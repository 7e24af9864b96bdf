"""Find the one item that a person names, and read it whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.calls import Ids
from wexa_sync.api.checks import unwrap
from wexa_sync.api.client import Api
from wexa_sync.errors import NotFound, UsageError
from wexa_sync.kinds.view import View
from wexa_sync.model import Address, Asked
from wexa_sync.observe.views.fetch import Item, read_items
from wexa_sync.observe.views.names import id_in, matching, recorded
from wexa_sync.observe.views.places import Spot, places_of
from wexa_sync.state.base import State
from wexa_sync.text.ids import is_id, looks_made


def find_one(api: Api, state: State, view: View, asked: Asked) -> Item:
    """Return the item of that name, id, handle or address. Raise UsageError where there is none, or more than one."""
    found = _by_address(api, state, view, asked.name) or _by_id(api, view, asked)
    return found or _in_list(api, state, view, asked)


def _by_address(api: Api, state: State, view: View, name: str) -> Item | None:
    """Return what the state knows by that address; None where it is no address of the view's kind."""
    try:
        address = Address.parse(name)
    except ValueError:
        return None
    record = state.records.get(address)
    if view.kind is None or address.kind != view.kind.name or record is None:
        return None
    known = {each: found.id for each, found in state.records.items()}
    raw = api.read(view.kind, Ids.at(address, known, id=record.id))
    if raw is None:
        raise UsageError(f"{address} is gone from the server", hint="`wexa-sync plan` shows what an apply would do.")
    return Item(raw=raw, spot=Spot(project=address.project))


def _by_id(api: Api, view: View, asked: Asked) -> Item | None:
    """Return the item of that id by one request; None where the text is no id, or more than an id is needed."""
    if view.read is None or not looks_made(asked.name) or asked.project or asked.filters:
        return None
    if any(place in view.read.path for place in ("{project}", "{owner}", "{filter.")):
        return None
    raw = _read(api, view, Spot(), asked.name, {})
    if raw is None:
        return None
    project = raw.get("projectID") if isinstance(raw, Mapping) else None
    return Item(raw=raw, spot=Spot(project_id=project if isinstance(project, str) and is_id(project) else ""))


def _in_list(api: Api, state: State, view: View, asked: Asked) -> Item:
    places = places_of(api, state, view, asked)
    items, _ = read_items(api, view, places)
    if any(item.whole for item in items):
        raise UsageError(
            f"the response for {view.name} has no known form, so no NAME is found in it",
            hint=f"`wexa-sync get {view.name}` shows the response as it came.",
        )
    word = asked.name
    if view.kind is not None:
        word = next((id for spot in places if (id := recorded(state, view.kind, word, spot.project_id))), word)
    raw = matching(view, word, [item.raw for item in items])
    item = next(item for item in items if item.raw is raw)
    id = id_in(view, raw) if not view.read_by_name else str(raw.get(view.ids[0]) or "")
    if view.read is None or not id:
        return item
    return replace(item, raw=_read(api, view, item.spot, id, {**raw, **item.spot.filters}) or raw)


def _read(api: Api, view: View, spot: Spot, id: str, known: Mapping[str, Any]) -> Any:
    """Return one item by its id; None where the server does not show it."""
    ids = replace(spot.ids, id=id)
    if view.kind is not None:
        return api.read(view.kind, ids)
    assert view.read is not None
    try:
        body = api.get(view.read, api.values(ids, objects={"filter": known}))
    except NotFound:
        return None
    return unwrap(body) or body
