"""Declare Skill: created and read, never updated or deleted by any public call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.origin import Derived, Maker
from wexa_sync.kinds.paging import Single
from wexa_sync.model import Ref


def _connector_name(connector: object) -> str:
    """Return the name that the API wants beside the connector's id: known where the manifest does not give an id."""
    return (connector.external or connector.title) if isinstance(connector, Ref) else ""


def _made_by(skill: Mapping[str, Any], connectors: Iterable[Mapping[str, Any]]) -> bool:
    """True when configuring a connector made the skill: the skill belongs to that one, and is called after it.

    A connector that is gone leaves its skills, and what they call it.
    """
    name, owner = skill.get("name"), skill.get("connector_id")
    if not (isinstance(name, str) and isinstance(owner, str) and owner):
        return False
    owners = [each for each in connectors if owner in (each.get("connectorID"), each.get("_id"))]
    words = [skill.get("connector_name"), *(each.get(field) for each in owners for field in ("sourceName", "name"))]
    return any(isinstance(word, str) and word and name.casefold().startswith(f"{word} - ".casefold()) for word in words)


SKILL = Kind(
    name="Skill",
    schema="skill.schema.json",
    identity=("name",),
    listing=Listing(
        # Documented with a limit and no offset: one page, asked for large. What it leaves out is asked for by name.
        endpoint=Endpoint(method="GET", path="/skills/", query={"projectID": "{project}"}),
        scope=Scope.PROJECT,
        paging=Single(limit_param="limit", limit=1000),
        keys=("skills",),
        named="name",
    ),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/skills/", body={"projectID": "{project}"}),
        Operation.READ: Endpoint(method="GET", path="/skills/{id}"),
    },
    maker=Maker(kind="Connector", field="connector_id", made=_made_by),
    derived=(Derived(target=("connector_name",), source=("connector_id",), make=_connector_name),),
    hints={
        Operation.UPDATE: "Declare a skill of another handle and name and point the agents at it, or put the manifest "
        "back: `wexa-sync state show {address}` has what was applied.",
        Operation.DELETE: "Remove it in Wexa Studio, or leave it there: `wexa-sync state rm {address}` forgets it.",
    },
)
