"""Test settings, tags, members and analytics: there for every project, and for no other id."""

from __future__ import annotations

from ..client import NOWHERE, Client
from ..observe_overviews import PLACES


def test_a_new_project_has_settings_a_member_and_no_tags(api: Client, project: str) -> None:
    assert api.get(f"/settings/{project}")["projectID"] == project
    (member,) = api.get(f"/project-member/{project}")
    assert member["role"] == "owner"
    assert api.get(f"/project-member/{project}/summary")["total_members"] == 1
    assert api.get(f"/tagsbyprojectId/{project}") == []
    assert api.get("/analytics", projectID=project)["total_executions"] == 0


def test_nothing_is_shown_of_a_project_that_is_none(api: Client) -> None:
    for place in (*PLACES, "/tagsbyprojectId/{}", "/project-member/{}"):
        assert api.refused("GET", place.format(NOWHERE))[0] == 404, place
    assert api.refused("GET", "/analytics")[0] == 422
