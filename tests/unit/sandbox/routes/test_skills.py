"""Test skills: whole objects with actions from the connector, which can only be created and read."""

from __future__ import annotations

import pytest

from ..client import NOWHERE, Client, skill_body


def test_a_skill_reads_back_with_the_action_its_name_says(api: Client, project: str) -> None:
    skill = api.skill(project)
    assert skill == api.get(f"/skills/{skill['_id']}")
    assert (skill["is_deleted"], skill["user_id"]) == (False, None)
    (action,) = skill["actions"]
    assert (action["name"], action["sort"]) == ("Content creation", "generate")
    assert (action["endpoint"], action["category"]) == ("/content_creator/generate", "content_creator")
    assert (action["previous_action_id"], action["next_action_id"], action["is_terminal"]) == (None, None, True)
    assert {"field_id", "label", "type", "required"} <= set(action["input_schema"]["fields"][0])
    assert action["output_schema"]["fields"]


def test_a_skill_of_any_other_name_has_all_actions_of_its_connector(api: Client, project: str) -> None:
    assert [action["sort"] for action in api.skill(project, "Summarise")["actions"]] == ["generate", "review"]


def test_skills_are_listed_by_name_category_and_limit(api: Client, project: str) -> None:
    skills = [api.skill(project, name)["_id"] for name in ("one", "two", "three")]
    assert [item["_id"] for item in api.get("/skills/", projectID=project)["skills"]] == skills
    assert len(api.get("/skills/", projectID=project, limit=2)["skills"]) == 2
    assert [item["_id"] for item in api.get("/skills/", projectID=project, name="two")["skills"]] == [skills[1]]
    assert api.get("/skills/", projectID=project, name="tw")["skills"] == []
    by_category = {"projectId": project, "category": "content_creator"}
    assert len(api.get("/skills/category", **by_category, limit=2)["skills"]) == 2
    assert api.get("/skills/category", projectId=project, category="mail")["skills"] == []


def test_the_project_is_spelled_with_a_small_d_in_the_category_list_alone(api: Client, project: str) -> None:
    assert api.refused("GET", "/skills/category", projectID=project, category="mail")[0] == 422
    assert api.refused("GET", "/skills/", projectId=project)[0] == 422


def test_user_id_must_be_there_and_may_be_null(api: Client, project: str) -> None:
    body = skill_body(project, api.connector_id(project))
    del body["user_id"]
    status, answer = api.refused("POST", "/skills/", body)
    assert status == 422
    assert answer["detail"][0]["loc"] == ["body", "user_id"]
    assert answer["detail"][0]["type"] == "missing"


def test_a_skill_needs_a_connector_of_its_project(api: Client, project: str) -> None:
    foreign = api.connector_id(api.project()["_id"])
    for connector in (foreign, NOWHERE):
        expected = (404, {"detail": f"Connector not found: {connector}"})
        assert api.refused("POST", "/skills/", skill_body(project, connector)) == expected


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
def test_there_is_no_update_and_no_delete_of_a_skill(api: Client, project: str, method: str) -> None:
    assert api.refused(method, f"/skills/{api.skill(project)['_id']}", {})[0] == 405
