"""Declare DashboardComponent: the product makes them, and all that a call can do is delete one."""

from __future__ import annotations

from wexa_sync.kinds.endpoint import Endpoint

REFRESH = Endpoint(method="POST", path="/dashboard/refresh/{project}", known_from="the vendor's SDK")
"""Compute a dashboard anew. What that costs is not known."""
