"""Tell the unmanaged skills that connectors made, which go with their project, from those that keep the project."""

from __future__ import annotations

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.compare.ids import plain_id
from wexa_sync.kinds.connector import CONNECTOR
from wexa_sync.kinds.skill import SKILL, made_by
from wexa_sync.model import Address
from wexa_sync.observe.known import Known


def sort_out_skills(known: Known, api: Api) -> None:
    """Move the unmanaged skills that a connector made to `made_by_connectors`."""
    for place in [place for place in known.unmanaged if place.kind == SKILL.name]:
        project, comparison = Address(kind="Project", name=place.project), known.comparison(place.project)
        skills = [
            (live, {**live.spec, "connector_id": plain_id(live.spec.get("connector_id"), comparison)})
            for live in known.unmanaged[place]
        ]
        # The list of connectors is asked for only where it can matter.
        may_go = project not in known.desired.manifests and any(fields["connector_id"] for _, fields in skills)
        connectors = api.list(CONNECTOR, Ids(project=known.ids[project])) if may_go else []
        made = [live for live, fields in skills if made_by(fields, connectors)]
        known.made_by_connectors[place] = made
        known.unmanaged[place] = [live for live, _ in skills if live not in made]
