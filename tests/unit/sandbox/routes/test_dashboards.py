"""Test dashboards: filled by a refresh, and their components deleted."""

from __future__ import annotations

from ..client import NOWHERE, Client


def test_a_component_of_a_dashboard_is_deleted_for_good(api: Client, project: str) -> None:
    api.post(f"/dashboard/refresh/{project}")
    first, *rest = api.get(f"/dashboard/{project}")["components"]
    assert api.send("DELETE", f"/dashboard/component/{project}/{first['_id']}").status_code == 200
    api.post(f"/dashboard/refresh/{project}")
    assert api.get(f"/dashboard/{project}")["components"] == rest
    assert api.refused("DELETE", f"/dashboard/component/{project}/{first['_id']}")[0] == 404
    assert api.refused("DELETE", f"/dashboard/component/{NOWHERE}/{rest[0]['_id']}")[0] == 404
