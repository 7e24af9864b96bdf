"""Declare how each kind is shown: its own listing, with columns and filters that the kind itself does not need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wexa_sync.kinds import BY_NAME, holder_of, owner_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.paging import Single
from wexa_sync.kinds.view import Column, Filter, Form, View, column

ID = column("ID", "_id", form=Form.ID)
CREATED = column("CREATED", "created_at", "createdAt", form=Form.TIME)
STATUS = column("STATUS", "status")

BY_CATEGORY = Listing(
    # The only call that spells it projectId.
    endpoint=Endpoint(method="GET", path="/skills/category", query={"projectId": "{project}"}),
    scope=Scope.PROJECT,
    paging=Single(limit_param="limit", limit=1000),
    keys=("skills",),
)

SKILL_COLUMNS = (column("NAME", "name"), column("CONNECTOR", "connector_name", "connector_id"), ID)

# A read of a connector holds its credentials, at places that nobody has written down: these fields alone are shown.
OF_A_CONNECTOR = frozenset(
    {"_id", "connectorID", "sourceName", "name", "description", "category", "status", "connector_type", "is_mcp"}
    | {"connector_group_tag", "projectID", "org_id", "enabled", "is_configured", "is_premium", "is_starred"}
    | {"logo", "tags", "actions", "available_events", "created_at", "updated_at", "is_deleted"}
)

_MORE: Mapping[str, Mapping[str, Any]] = {
    "Project": {
        "columns": (column("NAME", "projectName"), column("ROLE", "coworkerRole"), STATUS, CREATED, ID),
        "filters": {"status": Filter(fields=("status",))},
    },
    "AgentFlow": {
        "name": "flow",
        "aliases": ("agentflow", "process-flow", "coworker"),
        "columns": (column("NAME", "name"), column("ROLE", "role"), CREATED, ID),
        "filters": {"kind": Filter(query="kind", fields=("kind",))},
    },
    "Agent": {"columns": (column("TITLE", "title"), column("MODEL", "llm.model"), ID)},
    "Skill": {
        "columns": SKILL_COLUMNS,
        "filters": {
            "name": Filter(query="name"),
            "category": Filter(query="category", listing=BY_CATEGORY),
            "connector": Filter(fields=("connector_id",), names="connector"),
        },
    },
    "Connector": {
        "columns": (
            column("NAME", "sourceName", "name"),
            column("CATEGORY", "category"),
            STATUS,
            column("ID", "connectorID", "_id", form=Form.ID),
        ),
        "filters": {"status": Filter(fields=("status",))},
        "shown": OF_A_CONNECTOR,
    },
    "MarketplaceHire": {
        "aliases": ("hire",),
        "columns": (column("NAME", "name"), column("COWORKER", "marketplace_id", form=Form.ID), CREATED, ID),
    },
    "Schedule": {
        "columns": (column("AT", "schedule", form=Form.TIME), STATUS, column("TEMPLATE", "template"), ID),
        "filters": {
            "flow": Filter(query="coworker_id", fields=("coworker_id",), names="flow"),
            "status": Filter(query="status"),
            "type": Filter(query="type"),
            "search_key": Filter(query="search_key"),
        },
    },
    "Execution": {
        "aliases": ("run",),
        "columns": (
            STATUS,
            CREATED,
            column("FLOW", "agentflow.name", "agentflow_name"),
            column("ID", "execution_id", "_id", form=Form.ID),
            column("GOAL", "goal"),
        ),
        "filters": {
            "status": Filter(fields=("status",)),
            "flow": Filter(fields=("agentflow_id",), names="flow"),
        },
    },
}


def view_of(kind: Kind) -> View:
    """Return the view of a kind: declared here, or made of what the kind itself says."""
    owner, more = holder_of(kind), _MORE.get(kind.name, {})
    names = dict.fromkeys((kind.display, *kind.identity))
    plain = tuple(Column(title=name.upper(), fields=(name,)) for name in names if not _is_reference(kind, name))
    given: dict[str, Any] = {
        "name": dashed(kind.name),
        "about": f"{kind.name} as the API lists it",
        "columns": (*plain, Column(title="ID", fields=kind.ids, form=Form.ID)),
        **more,
    }
    return View(
        kind=kind,
        scope=Scope.OWNER if owner else Scope.PROJECT if kind.in_project else Scope.ORGANISATION,
        listing=kind.listing,
        read=next(iter(kind.calls(Operation.READ)), None),
        within=_name_of(owner) if owner else "",
        ids=kind.ids,
        display=tuple(dict.fromkeys((kind.display, "name"))),
        **given,
    )


def readable() -> tuple[Kind, ...]:
    """Return the kinds that can be listed: by a call of their own, or with what they are a part of.

    What is only referred to and lies in no project has a view of its own.
    """
    there = (kind for kind in BY_NAME.values() if (kind.declarable or kind.in_project) and kind.sown is None)
    return tuple(kind for kind in there if kind.listing or (owner_of(kind) and _with_owner(kind)))


def dashed(name: str) -> str:
    """Return the name of a kind as `get` takes it: `DashboardComponent` is `dashboard-component`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _name_of(kind: Kind) -> str:
    return str(_MORE.get(kind.name, {}).get("name", dashed(kind.name)))


def _with_owner(kind: Kind) -> bool:
    owner = owner_of(kind)
    return owner is not None and any(part.kind is kind for part in owner.embedded) and owner.listing is not None


def _is_reference(kind: Kind, name: str) -> bool:
    return bool(kind.fields.fields.get(name) and kind.fields.fields[name].ref)
