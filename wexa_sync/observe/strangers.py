"""What is live in a project and not managed: the skills that its connectors made go with it, the rest keeps it."""

from __future__ import annotations

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.connector import CONNECTOR
from wexa_sync.kinds.skill import SKILL, made_by
from wexa_sync.model import Address
from wexa_sync.observe.known import Known


def what_is(kind: Kind, raw: Raw) -> str:
    """Return a live thing as people call it."""
    return f"{kind.name} {raw.get(kind.display)!r}"


def tell_strange_skills(known: Known, api: Api) -> None:
    """Sort the skills that nobody manages, in projects that may go, by whether a connector there made them."""
    for project, skills in known.strange_skills.items():
        address = Address(kind="Project", name=project)
        may_go = address not in known.desired.manifests
        named = any(raw.get("connector_id") for raw in skills)  # the list of connectors is asked for only then
        connectors = api.list(CONNECTOR, Ids(project=known.ids[address])) if may_go and named else []
        for raw in skills:
            place = known.made_by_connectors if made_by(raw, connectors) else known.unmanaged
            place.setdefault(project, []).append(what_is(SKILL, raw))
