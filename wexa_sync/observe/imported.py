"""Say why an id that a manifest imports can't be the declared resource: it is another thing, or nothing has it."""

from __future__ import annotations

from msgspec.structs import replace

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.errors import ApiError, AuthRefused, Unreachable
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.model import Pair
from wexa_sync.observe.known import Known


def note_strays(known: Known, api: Api) -> None:
    """Note of each pair whose imported id nothing in its place has what is wrong with the id: a read for each."""
    strays = [pair for pair in known.pairs.values() if pair.wanted_id and pair.live is None]
    for pair in strays:
        known.pairs[pair.address] = replace(pair, stray=_why(pair, known, api))


def _why(pair: Pair, known: Known, api: Api) -> str:
    id, address, kind = pair.wanted_id, pair.address, BY_NAME[pair.address.kind]  # the field's name
    around = address.owner_address or address.project_address
    if other := known.owners.get(id) or known.names.get(id) or _unmanaged(known, id):
        return f"{id} is {other}"
    if around != address and around not in known.ids:
        return f"{around} is not live, so it holds nothing of the id {id}"
    none = f"no {kind.name}{f' in {around}' if around != address else ''} has the id {id}"
    if Operation.READ not in kind.endpoints:
        return none
    try:
        found = api.read(kind, Ids.at(address, known.ids, id))
    except Unreachable:
        raise
    except ApiError as error:
        if isinstance(error, AuthRefused) and error.status == 401:
            raise
        return f"{none} ({error.message})"
    return none if found is None else f"{none}, though a read by that id shows one"


def _unmanaged(known: Known, id: str) -> str:  # the field's name
    """Return what else has the id and is managed by nobody, as people call it; empty where nothing does."""
    for place, lives in (*known.unmanaged.items(), *known.made_by_others.items()):
        for live in lives:
            if id in live.ids:
                kind = BY_NAME[place.kind]
                owner = f"{place.owner[0]}/{place.owner[1]}" if place.owner else ""
                where = "/".join(filter(None, (place.project, owner)))
                return f"{kind.called(live.spec)}{f' in {where}' if where else ''}"
    return ""
