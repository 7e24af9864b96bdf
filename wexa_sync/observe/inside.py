"""Pair what stands in the list of another resource, to which a field refers. A list is read for each such resource."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.paging import Extent
from wexa_sync.compare.others import foreign
from wexa_sync.errors import ApiError, AuthRefused, Unreachable
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.inside import holder_in
from wexa_sync.model import Address, Pair, Place, Ref
from wexa_sync.observe.contents import contents_of, unpaired
from wexa_sync.observe.known import Known
from wexa_sync.observe.pair import pair


class _List(Struct, frozen=True):
    """Hold the items of the list of one resource, or why it can't be read."""

    items: tuple[Raw, ...] = ()
    fault: str = ""


def pair_inside(known: Known, api: Api, pool: Executor, kind: Kind) -> None:
    """Pair the resources of a kind that stand in lists of others, in each project that is there."""
    if not kind.inside:
        return
    for place in known.places_of(kind):
        if project := known.ids.get(Address(kind="Project", name=place.project), ""):
            _pair_in(known, api, pool, kind, place, Ids(project=project))


def _pair_in(known: Known, api: Api, pool: Executor, kind: Kind, place: Place, ids: Ids) -> None:
    found = {address: _holder(known, kind, address) for address in known.at(place)}
    known.holders |= {address: holder for address, (holder, _) in found.items() if holder}
    holders = sorted({holder for holder, _ in found.values() if holder})
    lists = dict(zip(holders, pool.map(partial(_list, api, kind, ids), holders), strict=True))
    contents = contents_of(known, kind, place, [raw for each in lists.values() for raw in each.items])
    paired = pair(contents)
    ours = {id for each in paired.values() if each.live is not None for id in each.live.ids}
    others = {holder: foreign(kind, each.items, ours, known.state.lineage) for holder, each in lists.items()}

    def seen(address: Address) -> Pair:
        holder, fault = found[address]
        fault = fault or (lists[holder].fault if holder else "")
        return replace(paired[address], unread=fault, others="" if fault else others.get(holder, ""))

    known.add({address: seen(address) for address in paired})
    known.add_unmanaged(place, unpaired(contents, paired.values()))


def _holder(known: Known, kind: Kind, address: Address) -> tuple[str, str]:
    """Return the id of the resource in whose list the address stands, or else why it can't be found.

    Both are empty where there is no such resource yet, or where it is gone with its list.
    """
    sides = (known.state.records.get(address), known.state.intents.get(address), known.desired.manifests.get(address))
    refs = [ref for side in sides if side is not None and (ref := holder_in(kind, side.spec)) is not None]
    comparison = known.comparison(address.project)
    for ref in refs:
        if id := comparison.id_of(ref):  # the field's name
            return id, ""
    lost = next((ref for ref in refs if _is_lost(known, address, ref)), None)
    return "", f"no live {lost.kind} is called {lost.external!r} any more" if lost else ""


def _is_lost(known: Known, address: Address, ref: Ref) -> bool:
    """True when something is recorded in the list of what has another name by now, or is gone."""
    return ref.external is not None and (address in known.state.records or address in known.state.intents)


def _list(api: Api, kind: Kind, ids: Ids, holder: str) -> _List:
    """Return the list of one resource. Raise ApiError where the server can't be reached, or knows no such key."""
    try:
        found = api.listed(kind, replace(ids, owner=holder))
    except Unreachable:
        raise
    except AuthRefused as error:
        if error.status == 401:
            raise
        return _List(fault=error.message)
    except ApiError as error:
        return _List(fault=error.message)
    if found.extent is not Extent.WHOLE:
        return _List(fault="it may be longer than it shows")
    return _List(items=tuple(found.items))
