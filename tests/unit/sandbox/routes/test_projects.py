"""Test the camelCase part: spelling, paging by page, errors as `{message}`, and the cascade of a delete."""

from __future__ import annotations

import re

import pytest

from wexa_sync.sandbox import ORG_ID, USER_ID

from ..client import NOWHERE, Client, project_body, sandbox


def test_a_project_reads_back_under_other_spellings(api: Client) -> None:
    made = api.project(projectName="Pulse")
    assert set(made) == {
        "_id",
        "projectName",
        "description",
        "orgId",
        "coworkerRole",
        "status",
        "createdAt",
        "updatedAt",
    }
    assert made["coworkerRole"] == "testrole"
    assert made["status"] == "published"
    assert re.fullmatch(r"[0-9a-f]{24}", made["_id"])
    assert api.get(f"/v1/project/{made['_id']}") == made


def test_both_ids_are_needed_to_see_any_project() -> None:
    with sandbox() as api:
        ids = [api.project(projectName=f"P{number}", status=status)["_id"] for number, status in enumerate("aab")]
        both = {"userId": USER_ID, "orgId": ORG_ID}
        assert api.get("/v1/project") == {"projectList": [], "totalCount": 0}
        assert api.get("/v1/project", orgId=ORG_ID)["totalCount"] == 0
        assert api.get("/v1/project", userId=USER_ID, orgId=NOWHERE)["totalCount"] == 0
        assert [item["_id"] for item in api.get("/v1/project", **both)["projectList"]] == ids
        second = api.get("/v1/project", **both, page=2, limit=2)
        assert ([item["_id"] for item in second["projectList"]], second["totalCount"]) == (ids[2:], 3)
        assert api.get("/v1/project", **both, status="b")["totalCount"] == 1
        assert api.get("/v1/project/all", userId=USER_ID)["totalCount"] == 3
        assert api.get("/v1/project/all", userId=NOWHERE)["totalCount"] == 0


def test_the_list_of_a_user_is_matched_before_ids(api: Client) -> None:
    assert api.refused("GET", "/v1/project/all") == (400, {"message": "userId: Field required"})


@pytest.mark.parametrize("in_path", [False, True])
def test_an_update_takes_the_id_in_query_or_path_and_the_whole_body(api: Client, project: str, in_path: bool) -> None:
    path, query = (f"/v1/project/{project}", {}) if in_path else ("/v1/project", {"projectId": project})
    answer = api.send("PUT", path, project_body(projectName="Renamed", coworker_role="other"), **query)
    assert answer.json()["coworkerRole"] == "other"
    assert api.get(f"/v1/project/{project}")["projectName"] == "Renamed"
    status, body = api.refused("PUT", path, {"orgId": ORG_ID, "projectName": "x"}, **query)
    assert (status, body) == (400, {"message": "description: Field required; coworker_role: Field required"})


def test_a_project_is_found_by_its_name_slash_included(api: Client) -> None:
    made = api.project(projectName="Wexa/Recruit 7")
    assert api.get("/project/projectName/Wexa%2FRecruit%207")["_id"] == made["_id"]
    assert api.refused("GET", "/project/projectName/Nobody") == (404, {"detail": "Project not found: Nobody"})


def test_unknown_organizations_and_projects_are_not_found(api: Client) -> None:
    expected = (404, {"message": f"Organization not found: {NOWHERE}"})
    assert api.refused("POST", "/v1/project", project_body(orgId=NOWHERE)) == expected
    assert api.refused("GET", f"/v1/project/{NOWHERE}") == (404, {"message": f"Project not found: {NOWHERE}"})


def test_a_new_project_has_the_seed_connectors(api: Client, project: str) -> None:
    groups = {group["category"]: group["accounts"] for group in api.get(f"/connectors/{project}")}
    assert groups == {
        "content_creator": 1,
        "mail": 1,
        "whatsapp": 1,
        "restful": 1,
        "linkedin": 0,
        "google_drive": 0,
        "web_search_mcp": 0,
    }


def test_deleting_a_project_takes_all_with_it(api: Client, project: str) -> None:
    skill = api.skill(project)
    flow = api.working_flow(project)
    schedule = api.schedule(project, flow["_id"], api.now() + 1000)
    run = api.execution(project, flow["_id"])
    connector = api.connector_id(project)
    assert api.send("DELETE", f"/v1/project/{project}").json() == {"message": "Deleted successfully"}
    for path in (
        f"/v1/project/{project}",
        f"/skills/{skill['_id']}",
        f"/agentflow/{flow['_id']}",
        f"/schedule/coworker/{schedule['_id']}",
        f"/execute_flow/{run['execution_id']}",
        f"/task/{run['task_id']}",
        f"/connector/{connector}",
    ):
        assert api.send("GET", path).status_code == 404, path
    assert api.get("/agentflows", projectID=project) == {"agentflows": [], "total_count": 0}
    assert api.send("DELETE", f"/v1/project/{project}").status_code == 404
