"""Tell unmanaged resources that another one made by itself, and that go with their project, from those that stay."""

from __future__ import annotations

from wexa_sync.api.ahead import together
from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.compare.ids import plain_id
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.origin import Maker
from wexa_sync.model import Address, Live, Place, Spec
from wexa_sync.observe.known import Known


def sort_out_made(known: Known, api: Api) -> None:
    """Move what makers made, and nobody manages, to `known.made_by_others`."""
    told = {place: _told(known, place) for place in known.unmanaged if BY_NAME[place.kind].maker is not None}
    lists = together(lambda place: _makers(known, api, place, told[place]), told, api.at_once)
    for (place, lives), makers in zip(told.items(), lists, strict=True):
        made = [_maker(place).made(fields, makers) for _, fields in lives]
        known.made_by_others[place] = [live for (live, _), is_made in zip(lives, made, strict=True) if is_made]
        known.unmanaged[place] = [live for (live, _), is_made in zip(lives, made, strict=True) if not is_made]


def _maker(place: Place) -> Maker:
    maker = BY_NAME[place.kind].maker
    assert maker is not None
    return maker


def _told(known: Known, place: Place) -> list[tuple[Live, Spec]]:
    """Return what is unmanaged at a place, with what a maker is told by: the id of the one that each belongs to."""
    comparison, field = known.comparison(place.project), _maker(place).field
    return [(live, {**live.spec, field: plain_id(live.spec.get(field), comparison)}) for live in known.unmanaged[place]]


def _makers(known: Known, api: Api, place: Place, told: list[tuple[Live, Spec]]) -> list[Raw]:
    """Return the makers in a project that may go: their list is asked for only where it can matter."""
    maker, project = _maker(place), Address(kind="Project", name=place.project)
    if project in known.desired.manifests or not any(fields[maker.field] for _, fields in told):
        return []
    return api.list(BY_NAME[maker.kind], Ids(project=known.ids[project]))
