"""Read the items of a view, with the paging and the checks of every list; an unknown shape is taken as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.api.ahead import Query, together
from wexa_sync.api.calls import Raw, admitted
from wexa_sync.api.checks import unwrap
from wexa_sync.api.client import Api
from wexa_sync.api.paging import ALL, Extent, Found, collect
from wexa_sync.api.sparse import only_marked
from wexa_sync.api.transport.http import Keep
from wexa_sync.errors import NotAList, UsageError
from wexa_sync.kinds import part_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.wire import shown_fields
from wexa_sync.kinds.view import Filter, View
from wexa_sync.observe.views.places import Spot
from wexa_sync.text.suggest import did_you_mean, named


class Item(Struct, frozen=True, kw_only=True):
    """Hold something that was read, and where. `whole`: the response as it came, and no item of a list."""

    raw: Any
    spot: Spot
    whole: bool = False


def read_items(api: Api, view: View, places: Sequence[Spot], most: int = 0) -> tuple[list[Item], tuple[str, ...]]:
    """Return what the view shows at these places, and what a person should know of it. `most`: 0 for all.

    Several places are read at once, but where a few items are enough: they may all be in the first.
    """
    looks: list[_Look] = []
    if most:
        for spot in places:
            looks.append(_at(api, view, spot, most - sum(len(look.items) for look in looks)))
            if sum(len(look.items) for look in looks) >= most:
                break
    else:
        looks += together(lambda spot: _at(api, view, spot, ALL), places, api.at_once)
    items = [item for look in looks for item in look.items]
    notes = dict.fromkeys(look.note for look in looks if look.note)
    missed = [*_missed(view, places[0].filters, looks)] if places and not items else []
    return items, (*notes, *missed)


class _Look(Struct, frozen=True, kw_only=True):
    """Hold what the view shows at one place, a note, and the values that were compared with each filter."""

    items: list[Item]
    note: str = ""
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _missed(view: View, filters: Mapping[str, str], looks: Sequence[_Look]) -> Iterator[str]:
    """Say which filter nothing fits, and the values that there are, where they are known and can hold no secret."""
    noun, asked = view.item or view.name, {name: value for name, value in filters.items() if name != view.within}
    if len(asked) > 1:
        yield f"No {noun} fits all of these filters: {', '.join(asked)}."
    for name, value in asked.items() if len(asked) == 1 else ():
        if name in view.filters and view.filters[name].names:
            yield f"No {noun} has the {name} that is asked for."
            continue
        there = [] if view.open else sorted({value for look in looks for value in look.values.get(name, ())})
        hint = did_you_mean(value, there, f"There are: {named([*map(ascii, there)], 10)}." if there else "")
        yield f"No {noun} has the {name} {value!a}. {hint}".rstrip()


def _at(api: Api, view: View, spot: Spot, most: int) -> _Look:
    if view.listing is None and view.kind is None:
        assert view.read is not None
        body = api.get(view.read, api.values(spot.ids, objects={"filter": spot.filters}))
        if view.rows is None:
            return _Look(items=[Item(raw=body, spot=spot, whole=True)])
        return _Look(items=[Item(raw=row, spot=spot) for row in view.rows(unwrap(body))][:most])
    compared = [
        (name, filter_, value)
        for name, value in spot.filters.items()
        if name != view.within and (filter_ := view.filters.get(name, Filter(fields=(name,)))).fields
    ]
    found, body = _listed(api, view, spot, ALL if compared else most)
    if found is None:
        return _Look(items=[Item(raw=body, spot=spot, whole=True)])
    if view.open:
        _require_known(view, [name for _, filter_, _ in compared for name in filter_.fields], found.items)
    kept = [raw for raw in found.items if all(_holds(raw, filter_, value) for _, filter_, value in compared)]
    values = {
        name: frozenset(text for raw in found.items for each in filter_.fields if (text := text_of(at(raw, each))))
        for name, filter_, _ in compared
    }
    return _Look(items=[Item(raw=raw, spot=spot) for raw in kept[:most]], note=_note(view, found), values=values)


def _require_known(view: View, names: Sequence[str], items: Sequence[Raw]) -> None:
    """Raise UsageError for a name that no item has, where the items themselves say what there is."""
    known = [*view.filters, view.within, *dict.fromkeys(key for raw in items for key in raw)]
    for name in names:
        if items and name not in known:
            raise UsageError(
                f"{view.name} has no filter {name!a}", hint=did_you_mean(name, known, f"It has: {named(known, 12)}.")
            )


def _listed(api: Api, view: View, spot: Spot, most: int) -> tuple[Found | None, Any]:
    """Return what the list shows. None, and the response, where that holds no list, and nobody knows its form."""
    used = {name: view.filters[name] for name in spot.filters if name in view.filters}
    query = {filter_.query: spot.filters[name] for name, filter_ in used.items() if filter_.query}
    if view.kind is not None and not query:
        found = _in_owner(view.kind, spot) or api.listed(view.kind, spot.ids)
        return replace(found, items=only_marked(api, view.kind, found.items)), None
    listing = next((filter_.listing for filter_ in used.values() if filter_.listing), view.listing)
    assert listing is not None
    values = api.values(spot.ids)
    bodies: list[Any] = []

    def fetch(page: Query, keep: Keep) -> Any:
        bodies.append(api.get(listing.endpoint, values, {**query, **page}))
        return keep(bodies[-1])

    what = f"GET {values.path(listing.endpoint.path)}"
    try:
        with admitted(listing.endpoint):
            found = collect(fetch, listing.paging, keys=listing.keys, what=what, most=most, total=listing.total)
        return replace(found, items=listing.items(found.items)), None
    except NotAList:
        if view.kind is not None or len(bodies) > 1:
            raise
        return None, bodies[0]


def _in_owner(kind: Kind, spot: Spot) -> Found | None:
    """Return the parts that the list of their owners shows whole; None where a read of the owner may show more."""
    part = part_of(kind)
    if part is None or part.own_list or kind.inside or not isinstance(spot.shown.get(part.field), list):
        return None
    items = part.items(spot.shown)
    return Found(items=items) if all(shown_fields(kind) <= item.keys() for item in items) else None


def _holds(raw: Raw, filter_: Filter, value: str) -> bool:
    """True when one of the filter's fields has that value, in small letters or capitals."""
    return any(value.casefold() == text_of(at(raw, name)).casefold() for name in filter_.fields)


def at(raw: Any, dotted: str) -> Any:
    """Return what stands at a path of keys, or under a key that has dots itself; None where nothing does."""
    if isinstance(raw, Mapping) and dotted in raw:
        return raw[dotted]
    for key in dotted.split("."):
        raw = raw.get(key) if isinstance(raw, Mapping) else None
    return raw


def text_of(value: Any) -> str:
    """Return a plain value as a text to compare; empty for none and for what is no plain value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else ""


def _note(view: View, found: Found) -> str:
    if found.extent is not Extent.CUT:
        return ""
    counts = f", the server counts {found.total}" if found.total is not None else ", and there is no next page"
    return f"The list of {view.name} may be cut: {len(found.items)} came{counts}."
