"""Tell unmanaged resources that another one made by itself, and that go with their project, from those that stay."""

from __future__ import annotations

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.compare.ids import plain_id
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Address
from wexa_sync.observe.known import Known


def sort_out_made(known: Known, api: Api) -> None:
    """Move what makers made, and nobody manages, to `known.made_by_others`."""
    for place in known.unmanaged:
        maker, project = BY_NAME[place.kind].maker, Address(kind="Project", name=place.project)
        if maker is None:
            continue
        comparison = known.comparison(place.project)
        found = [
            (live, {**live.spec, maker.field: plain_id(live.spec.get(maker.field), comparison)})
            for live in known.unmanaged[place]
        ]
        # The list of makers is asked for only where it can matter.
        may_go = project not in known.desired.manifests and any(fields[maker.field] for _, fields in found)
        makers = api.list(BY_NAME[maker.kind], Ids(project=known.ids[project])) if may_go else []
        made = [live for live, fields in found if maker.made(fields, makers)]
        known.made_by_others[place] = made
        known.unmanaged[place] = [live for live, _ in found if live not in made]
