"""Declare the views of the organisation and of the public catalogues: plan, quota, credits, marketplace, connectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from wexa_sync.kinds.connector import CATALOGUE
from wexa_sync.kinds.endpoint import Endpoint, Listing, Scope
from wexa_sync.kinds.paging import Single
from wexa_sync.kinds.view import Filter, Form, View, column
from wexa_sync.kinds.views.of_kinds import ID
from wexa_sync.kinds.views.of_projects import SDK

_CUSTOMER = Endpoint(method="GET", path="/customer", query={"organization_id": "{org}"})


def _limits(account: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each limit of the plan, with what is used of it where the account says that."""
    quota, usage = ({**found} if isinstance(found := account.get(key), Mapping) else {} for key in ("quota", "usage"))
    return [
        {"name": name, "limit": limit, "used": usage.get(name)} for name, limit in _flat(quota) if limit is not None
    ]


def _flat(value: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    return [
        pair
        for name, inner in value.items()
        for pair in (_flat(inner, f"{above}{name}.") if isinstance(inner, Mapping) else [(f"{above}{name}", inner)])
    ]


CUSTOMER = View(
    name="customer",
    about="the organisation's account: plan, quota, usage",
    scope=Scope.ORGANISATION,
    read=_CUSTOMER,
)

QUOTA = View(
    name="quota",
    about="the limits of the plan, and what is used of them",
    scope=Scope.ORGANISATION,
    read=_CUSTOMER,
    rows=_limits,
    ids=(),
    columns=(column("LIMIT", "name"), column("OF THE PLAN", "limit"), column("USED", "used")),
)

CREDIT = View(
    name="credit",
    about="the credits that were used, newest first",
    scope=Scope.ORGANISATION,
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/customer/credit_history", query={"organization_id": "{org}"}),
        scope=Scope.ORGANISATION,
        paging=Single(limit_param="limit", limit=1000),
        total="total",  # of the vendor's page: 17, where ten are shown
    ),
    columns=(
        column("AT", "created_at", form=Form.TIME),
        column("CREDITS", "credits_consumed"),
        column("TOKENS", "tokens_consumed"),
        column("FLOW", "coworker_name"),
        column("PROJECT", "project_name"),
        column("MODEL", "model"),
    ),
    filters={
        "project": Filter(fields=("projectID", "project_name")),
        "flow": Filter(fields=("coworker_name",)),
        "execution": Filter(fields=("execution_id",)),
        "operation": Filter(fields=("operation",)),
    },
)

MARKETPLACE = View(
    name="marketplace",
    about="the coworkers that can be hired",
    aliases=("marketplace-coworker",),
    item="coworker",
    scope=Scope.ORGANISATION,
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/public/marketplace/coworkers", query={"search_key": ""}, known_from=SDK),
        scope=Scope.ORGANISATION,
        paging=Single(limit_param="limit", limit=1000),
        keys=("coworkers",),
    ),
    read=Endpoint(method="GET", path="/public/marketplace/coworker/{id}", known_from=SDK),
    columns=(column("NAME", "name"), column("ROLE", "role"), column("ABOUT", "description"), ID),
    filters={"search_key": Filter(query="search_key")},
)

MARKETPLACE_UPDATE = View(
    name="marketplace-update",
    about="whether the marketplace has a newer version of a coworker",
    scope=Scope.ORGANISATION,
    listing=MARKETPLACE.listing,
    read=Endpoint(method="GET", path="/marketplace/coworker/update/{id}/check", known_from=SDK),
)


def _actions(types: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the actions of a list of connector types, each with its category."""
    return [
        {"category": type_.get("category"), **action}
        for type_ in types
        for action in type_.get("actions") or ()
        if isinstance(action, dict)
    ]


CONNECTOR_TYPE = View(
    name="connector-type",
    about="the connectors that can be configured",
    aliases=("catalogue", "catalog"),
    listing=CATALOGUE.listing,
    columns=(
        column("CATEGORY", "category"),
        column("NAME", "name"),
        column("MCP", "is_mcp"),
        column("ABOUT", "description"),
    ),
    filters={
        "category": Filter(fields=("category",)),
        "search_key": Filter(query="search_key"),
        "filter_type": Filter(query="filter_type"),
    },
)

ACTION = View(
    name="action",
    about="what connectors can do: the actions of each category, and the input of one",
    listing=replace(CATALOGUE.listing, items=_actions),
    # `sort` is the key of an action.
    read=Endpoint(method="GET", path="/actions/{filter.category}/{id}", known_from="one public client"),
    read_by_name=True,
    ids=("sort", "_id"),
    columns=(
        column("CATEGORY", "category"),
        column("ACTION", "sort"),
        column("NAME", "name"),
        column("ABOUT", "description"),
    ),
    filters={"category": Filter(fields=("category",))},
)

EVENT = View(
    name="event",
    about="the events of connectors that a trigger can wait for",
    aliases=("trigger-action",),
    listing=Listing(
        endpoint=Endpoint(
            method="GET",
            path="/connectors/{project}/trigger_actions",
            known_from=SDK,
            otherwise=Endpoint(
                method="GET", path="/connectors/trigger_actions", query={"projectID": "{project}"}, known_from=SDK
            ),
        ),
        scope=Scope.PROJECT,
        keys=("trigger_actions",),
    ),
    ids=("connectorID", "_id"),
    display=("category",),
    columns=(
        column("CATEGORY", "category"),
        column("EVENTS", "available_events", "events"),
        column("CONNECTOR", "connectorID", form=Form.ID),
    ),
    filters={"category": Filter(fields=("category",)), "connector": Filter(fields=("connectorID",), names="connector")},
)

VIEWS = (CUSTOMER, QUOTA, CREDIT, MARKETPLACE, MARKETPLACE_UPDATE, CONNECTOR_TYPE, ACTION, EVENT)
"""The views of the organisation, and of what is the same for everybody."""
