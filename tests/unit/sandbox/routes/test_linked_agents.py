"""Test how agents are linked, decision agents, and the deletes that no vendor page has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..client import NOWHERE, Client, agent_body, execution_body, sandbox
from ..linked import CONDITIONS, add, chain, three

PRESENT = {"after_agent": "links", "decider": "present", "agent_delete": "ends_chain", "flow_delete": "both"}


@pytest.fixture(scope="module")
def web() -> Iterator[Client]:
    """Return a sandbox with every call of the vendor's web application."""
    with sandbox(readings=PRESENT) as client:
        yield client


def test_a_decision_leads_to_an_agent_for_each_of_its_branches(web: Client) -> None:
    flow = web.flow(web.project()["_id"])
    add(web, flow, "Route", "decider")
    add(web, flow, "Answer", after="Route", add_on_side_if_decider="approved")
    shown = add(web, flow, "Refuse", after="Route", add_on_side_if_decider="rejected")
    route, answer, refuse = shown["agents"]
    assert (route["agent_type"], route["conditions"]) == ("decider_agent", CONDITIONS)
    assert route["next_agents"] == {"approved": answer["_id"], "rejected": refuse["_id"]}
    assert chain(shown) == ["Route", None, None, None]
    assert "next_agents" not in answer


def test_an_agent_behind_nothing_or_behind_no_such_decision_is_refused(web: Client) -> None:
    flow = web.flow(web.project()["_id"])
    route = add(web, flow, "Route", "decider")["agents"][0]["_id"]
    path, project = f"/agentflow/{flow['_id']}/skilled", flow["projectID"]
    assert web.refused("POST", path, agent_body(), projectID=project, after_agent=NOWHERE)[0] == 404
    side = {"after_agent": route, "add_on_side_if_decider": "perhaps"}
    assert web.refused("POST", path, agent_body(), projectID=project, **side)[0] == 400
    assert len(web.get(f"/agentflow/{flow['_id']}")["agents"]) == 1


def test_a_removed_first_agent_leaves_no_beginning(web: Client) -> None:
    flow = three(web)
    path = f"/agentflow/{flow['_id']}/agent"
    for agent in flow["agents"]:
        left = web.send("DELETE", f"{path}/{agent['_id']}", projectID=flow["projectID"]).json()
    assert (left["agents"], left["initialAgent"]) == ([], None)
    assert web.refused("DELETE", f"{path}/{flow['agents'][0]['_id']}", projectID=flow["projectID"])[0] == 404


def test_a_put_of_the_agents_keeps_their_links(web: Client) -> None:
    flow = three(web, after=True)
    a, b, c = flow["agents"]
    kept = web.send("PUT", f"/agentflow/{flow['_id']}", {"agents": [{"_id": each["_id"]} for each in (a, c)]}).json()
    assert chain(kept) == ["a", "c", None]
    assert chain(web.send("PUT", f"/agentflow/{flow['_id']}", {"agents": [b, a, c]}).json()) == ["a", None, "c", None]


def test_a_deleted_flow_takes_its_schedules_along_and_leaves_its_runs(web: Client) -> None:
    flow = three(web)
    project = flow["projectID"]
    web.schedule(project, flow["_id"], web.now() + 10)
    run = web.execution(project, flow["_id"])
    assert web.send("DELETE", f"/agentflow/{project}/{flow['_id']}").json() == {
        "message": "Agentflow deleted successfully"
    }
    web.advance(60)
    assert web.get("/agentflows", projectID=project)["agentflows"] == []
    assert web.get("/schedules/coworker", projectID=project)["schedules"] == []
    assert [each["_id"] for each in web.get(f"/{project}/execution_flows")["data"]] == [run["_id"]]
    assert web.status(run) == "completed"
    assert web.refused("DELETE", f"/agentflow/{flow['_id']}")[0] == 404


def test_a_run_has_the_project_in_the_query_alone(web: Client) -> None:
    flow = three(web)
    body = execution_body(flow["projectID"], flow["_id"])
    del body["projectID"]
    run = web.post("/execute_flow", body, projectID=flow["projectID"], query="anything")
    assert run["projectID"] == flow["projectID"]
    assert [agent["next_agent"] for agent in run["agentflow"]["agents"]] == [
        agent["next_agent"] for agent in flow["agents"]
    ]
