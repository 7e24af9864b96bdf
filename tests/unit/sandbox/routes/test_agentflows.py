"""Test agentflows and agents: fields that the server fills in, shapes of writes and reads, missing calls."""

from __future__ import annotations

import pytest

from wexa_sync.sandbox import ORG_ID, USER_ID

from ..client import NOWHERE, Client, agent_body, agent_update_body


def test_the_server_fills_in_the_rest_of_a_new_agentflow(api: Client, project: str) -> None:
    flow = api.flow(project)
    assert (flow["organization_id"], flow["projectID"]) == (ORG_ID, project)
    assert (flow["isActive"], flow["is_deleted"], flow["is_cron_scheduled"]) == (True, False, False)
    assert (flow["agentflow_type"], flow["default_goal"], flow["agents"]) == ("master", "", [])
    assert (flow["parent_agentflow_id"], flow["failover_goal"]) == (None, None)
    assert flow["image"].endswith(".png")
    assert flow["anomaly_detection"] == {"is_enabled": False, "instructions": ""}
    assert flow["cron_details"]["goal"] == {"template": "", "display_template": ""}
    assert (flow["cron_details"]["frequency"], flow["cron_details"]["query"]) == ("", {})
    assert flow["created_at"] == flow["updated_at"] == flow["last_used"]
    assert isinstance(flow["created_at"], float)
    assert api.get(f"/agentflow/{flow['_id']}") == flow


def test_an_agentflow_takes_agents_cron_and_anomaly_detection_at_once(api: Client, project: str) -> None:
    agent = agent_body()
    flow = api.flow(
        project, agents=[agent], cron_details={"frequency": "0 9 * * *"}, anomaly_detection={"is_enabled": True}
    )
    assert flow["initialAgent"] == agent["_id"]
    assert (flow["is_cron_scheduled"], flow["cron_details"]["frequency"]) == (True, "0 9 * * *")
    assert flow["anomaly_detection"] == {"is_enabled": True, "instructions": ""}


def test_the_project_stands_in_query_and_body(api: Client, project: str) -> None:
    body = {"name": "n", "description": "d", "role": "r", "projectID": project}
    assert api.refused("POST", "/agentflow/", body)[1]["detail"][0]["loc"] == ["query", "projectID"]
    assert api.refused("POST", "/agentflow/", body, projectID=NOWHERE)[0] == 400
    del body["projectID"]
    assert api.refused("POST", "/agentflow/", body, projectID=project)[1]["detail"][0]["loc"] == ["body", "projectID"]
    body["projectID"] = NOWHERE
    assert api.refused("POST", "/agentflow/", body, projectID=NOWHERE)[0] == 404


def test_an_added_agent_is_answered_with_the_whole_agentflow(api: Client, project: str) -> None:
    flow, skill = api.flow(project), api.skill(project)
    sent = agent_body(skills=[skill["_id"]])
    changed = api.post(f"/agentflow/{flow['_id']}/skilled", sent, projectID=project)
    assert changed["initialAgent"] == sent["_id"]
    (agent,) = changed["agents"]
    assert agent["skills"] == [skill]
    assert agent["pre_and_post_execution_input"] is None
    assert {key: agent[key] for key in sent if key != "skills"} == {key: sent[key] for key in sent if key != "skills"}
    assert changed["updated_at"] > flow["updated_at"]
    assert changed["last_used"] == flow["last_used"]
    again = api.agent(project, flow["_id"])
    assert (len(again["agents"]), again["initialAgent"]) == (2, sent["_id"])


def test_an_update_rewrites_one_agent_but_not_its_type_and_conditions(api: Client, project: str) -> None:
    flow = api.working_flow(project)
    flow = api.agent(project, flow["_id"])
    first, second = flow["agents"]
    path = f"/agentflow/{flow['_id']}/update/skilled/{second['_id']}"
    body = agent_update_body(title="Editor", conditions=[], agent_type="decision_agent")
    changed = api.post(path, body, projectID=project)
    assert changed["agents"][0] == first
    assert changed["agents"][1] == second | {"title": "Editor"}
    del body["memory"]
    status, answer = api.refused("POST", path, body, projectID=project)
    assert (status, answer["detail"][0]["loc"]) == (422, ["body", "memory"])


def test_unknown_flows_agents_and_skills_are_refused(api: Client, project: str) -> None:
    flow = api.working_flow(project)
    add = f"/agentflow/{flow['_id']}/skilled"
    assert api.refused("POST", add, agent_body(skills=[NOWHERE]), projectID=project)[0] == 400
    assert api.refused("POST", add, agent_body(), projectID=NOWHERE)[0] == 404
    assert api.refused("POST", add, agent_body(_id="short"), projectID=project)[0] == 404
    update = f"/agentflow/{flow['_id']}/update/skilled"
    assert api.refused("POST", f"{update}/{NOWHERE}", agent_update_body(), projectID=project)[0] == 404
    known = f"{update}/{flow['agents'][0]['_id']}"
    assert api.refused("POST", known, agent_update_body(skills=[NOWHERE]), projectID=project)[0] == 400


def test_agentflows_are_listed_by_skip_and_limit(api: Client, project: str) -> None:
    ids = [api.flow(project, name=f"flow {number}")["_id"] for number in range(5)]

    def page(**query: int) -> list[str]:
        return [item["_id"] for item in api.get("/agentflows", projectID=project, **query)["agentflows"]]

    assert page() == ids
    assert (page(limit=2), page(limit=2, skip=2), page(limit=2, skip=4)) == (ids[:2], ids[2:4], ids[4:])
    assert page(skip=3) == ids[3:]
    status, body = api.refused("GET", "/agentflows", projectID=project, skip=0)
    assert (status, body["detail"][0]["loc"]) == (422, ["query", "skip"])
    assert len(api.get("/agentflows")["agentflows"]) >= 5


def test_an_agentflow_is_read_with_its_user_and_project(api: Client, project: str) -> None:
    flow = api.flow(project)
    assert api.get(f"/agentflow/{flow['_id']}/user/{USER_ID}/project/{project}") == flow
    assert api.refused("GET", f"/agentflow/{flow['_id']}/user/{USER_ID}/project/{NOWHERE}")[0] == 404


def test_a_put_merges_and_replaces_the_list_of_agents(api: Client, project: str) -> None:
    flow = api.working_flow(project)
    kept = flow["agents"][0]
    body = {"name": "renamed", "agents": [{"_id": kept["_id"], "title": "Chief"}, agent_body()]}
    changed = api.send("PUT", f"/agentflow/{flow['_id']}", body).json()
    assert (changed["name"], changed["description"]) == ("renamed", flow["description"])
    assert (changed["agents"][0], len(changed["agents"])) == (kept | {"title": "Chief"}, 2)
    emptied = api.send("PUT", f"/agentflow/{flow['_id']}", {"agents": []}).json()
    assert (emptied["agents"], emptied["initialAgent"]) == ([], None)


def test_a_put_checks_what_it_is_sent(api: Client, project: str) -> None:
    flow = api.flow(project)
    status, body = api.refused("PUT", f"/agentflow/{flow['_id']}", {"agents": [{"title": "half"}]})
    assert status == 422
    assert ["body", "agents", 0, "role"] in [entry["loc"] for entry in body["detail"]]
    assert api.refused("PUT", f"/agentflow/{flow['_id']}", {"name": 7})[0] == 422


@pytest.mark.parametrize(
    "path",
    [
        "/agentflow/{flow}",
        "/agentflow/{project}/{flow}",
        "/agentflow/{flow}/agent/{agent}",
        "/agentflow/{flow}/skilled/{agent}",
    ],
)
def test_nothing_deletes_an_agentflow_or_an_agent(api: Client, project: str, path: str) -> None:
    flow = api.working_flow(project)
    place = path.format(flow=flow["_id"], project=project, agent=flow["agents"][0]["_id"])
    assert api.refused("DELETE", place)[0] in (404, 405)
    assert api.get(f"/agentflow/{flow['_id']}") == flow
