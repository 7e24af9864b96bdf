"""Declare DashboardComponent: the product makes them, and all that a call can do is delete one."""

from __future__ import annotations

from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.exported import Exported

_SDK = "the vendor's SDK"

REFRESH = Endpoint(method="POST", path="/dashboard/refresh/{project}", known_from=_SDK)
"""Compute a dashboard anew. What that costs is not known."""


def _titled(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the components, each with a title: no response was seen, so the name or the id may have to serve."""
    return [
        {**each, "title": next((each[name] for name in ("title", "name", "_id") if each.get(name)), "")}
        for each in components
    ]


DASHBOARD_COMPONENT = Kind(
    name="DashboardComponent",
    schema="dashboard-component.schema.json",
    exported=Exported(file="dashboard.yaml"),
    display="title",
    identity=("title",),
    goes_along=True,
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/dashboard/{project}", known_from=_SDK),
        scope=Scope.PROJECT,
        keys=("components",),
        items=_titled,
        nothing=True,
    ),
    endpoints={
        Operation.DELETE: Endpoint(method="DELETE", path="/dashboard/component/{project}/{id}", known_from=_SDK),
    },
    hints={
        Operation.CREATE: "Wexa makes components by itself: correct the title to that of a live one, or take the "
        "manifest out. `wexa-sync get dashboard` shows what is there.",
        Operation.UPDATE: "Change it in Wexa Studio.",
    },
)
