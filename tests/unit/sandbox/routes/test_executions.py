"""Test the steps of an execution by the clock, by calls and by script, and the data that it leaves."""

from __future__ import annotations

import re
from typing import Any

import pytest

from wexa_sync.sandbox import ORG_ID, USER_ID

from ..client import NOWHERE, Client, execution_body, reading

UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.fixture
def run(api: Client, project: str) -> Any:
    """Return a new run while the clock stands still."""
    flow = api.working_flow(project)
    api.post("/_sandbox/clock", {"freeze": True})
    return api.execution(project, flow["_id"], "write about science")


def test_a_new_execution_has_the_documented_shape(project: str, run: Any) -> None:
    assert re.fullmatch(UUID4, run["execution_id"])
    assert re.fullmatch(r"[0-9a-f]{24}", run["_id"])
    assert (run["status"], run["projectID"], run["goal"]) == ("ready", project, "write about science")
    by = {"_id": USER_ID, "metadata": None, "name": "sandbox-user", "type": "manual"}
    from_outside = {"is_external_application": False, "application_user_id": None}
    assert run["executed_by"] == by | from_outside
    assert run | from_outside == run
    assert run["agentflow_name"] == run["agentflow"]["name"]
    assert (run["input_variables"], run["runtime_inputs"], run["previews"]) == ({"topic": "science"}, {}, {})
    assert (run["files"], run["agents_output"], run["execution_context"]) == ([], [], {})
    empty = ("schedule", "start_from_agent_id", "parent_execution_id", "anomaly_detected", "conclusion", "end_time")
    assert [run[key] for key in (*empty, "goal_template")] == [None] * 7
    assert isinstance(run["created_at"], float)


def test_an_execution_holds_a_frozen_copy_of_its_agentflow(api: Client, project: str) -> None:
    flow = api.working_flow(project)
    flow = api.agent(project, flow["_id"])
    first, second = (agent["_id"] for agent in flow["agents"])
    copy = api.execution(project, flow["_id"])["agentflow"]
    assert set(copy) == {"agentflow_id", "agents", "image", "initialAgent", "name", "role", "conclusion"}
    assert (copy["agentflow_id"], copy["initialAgent"]) == (flow["_id"], first)
    assert [(agent["_id"], agent["next_agent"]) for agent in copy["agents"]] == [(first, second), (second, None)]
    assert set(copy["agents"][0]) == {"_id", "llm", "role", "role_description", "title", "agent_type", "next_agent"}


def test_time_moves_a_run_to_its_end(api: Client, run: Any) -> None:
    assert api.status(run) == "ready"
    api.advance(0.5)
    assert api.status(run) == "running"
    api.advance(2)
    done = api.get(f"/execute_flow/{run['_id']}")
    assert done["status"] == "completed"
    assert done["end_time"] == pytest.approx(run["created_at"] + 2.5)
    assert done["conclusion"]["conclusion"].startswith("## triage")
    assert (done["conclusion"]["links"], done["conclusion"]["created_at"]) == ([], done["end_time"])
    agent = run["agentflow"]["agents"][0]["_id"]
    assert [(each["agent_id"], each["type"]) for each in done["agents_output"]] == [
        (agent, "observation"),
        (agent, "plan"),
        (agent, "output"),
    ]


def test_a_finished_run_says_what_each_agent_did_and_what_that_cost(api: Client, project: str) -> None:
    flow = api.agent(project, api.working_flow(project)["_id"])
    first, second = (agent["_id"] for agent in flow["agents"])
    api.post("/_sandbox/clock", {"freeze": True})
    run = api.execution(project, flow["_id"])
    assert not {"analytics", "categorized_data"} & run.keys()
    api.advance(3)
    done = api.get(f"/execute_flow/{run['_id']}")
    context, analytics = done["execution_context"], done["analytics"]
    assert [*context] == [*analytics["agent_analytics"]] == [first, second]
    assert context[second]["started_at"] == pytest.approx(context[first]["started_at"] + 1)
    assert [each["status"] for each in context.values()] == ["completed"] * 2
    used = [each["tokens_used"] for each in context.values()]
    assert used == [each["tokens_used"] for each in analytics["agent_analytics"].values()]
    overall = analytics["overall"]
    assert overall["total_tokens_used"] == sum(used)
    assert overall["total_execution_time"] == pytest.approx(2)
    assert overall["total_price"] == sum(each["price"] for each in analytics["agent_analytics"].values())
    sorted_ = done["categorized_data"]
    assert sorted_["logs"] == done["agents_output"][::-1]
    assert [each["agent_id"] for each in sorted_["output"]] == [second, first]


def test_a_run_marks_its_agentflow_as_used_and_no_agent_change_does(api: Client, run: Any) -> None:
    before = api.get(f"/agentflow/{run['agentflow_id']}")
    api.advance(1)
    after = api.get(f"/agentflow/{run['agentflow_id']}")
    assert after["last_used"] > before["last_used"]
    assert after["updated_at"] == before["updated_at"]


def test_a_paused_run_keeps_the_rest_of_its_time(api: Client, run: Any) -> None:
    path = f"/execute_flow/{run['execution_id']}"
    api.advance(1.5)
    assert api.post(f"{path}/pause") == {"execution_id": run["execution_id"], "status": "paused"}
    api.advance(100)
    assert api.status(run) == "paused"
    assert api.post(f"{path}/resume")["status"] == "running"
    api.advance(0.9)
    assert api.status(run) == "running"
    api.advance(0.2)
    assert api.status(run) == "completed"


def test_a_run_paused_before_it_started_runs_its_whole_time(api: Client, run: Any) -> None:
    path = f"/execute_flow/{run['execution_id']}"
    api.post(f"{path}/pause")
    api.post(f"{path}/resume")
    api.advance(1.9)
    assert api.status(run) == "running"


@pytest.mark.parametrize("suffix", ["/cancel", ""])
def test_cancelling_is_final_under_either_path(api: Client, run: Any, suffix: str) -> None:
    path = f"/execute_flow/{run['execution_id']}"
    assert api.post(path + suffix) == {"execution_id": run["execution_id"], "status": "cancelled"}
    assert api.get(path)["end_time"] is not None
    for move in ("/resume", "/pause", "/cancel"):
        assert api.refused("POST", path + move)[0] == 409
    assert api.refused("POST", path + "/execute", projectID=run["projectID"])[0] == 409


@pytest.mark.parametrize("move", ["pause", "cancel"])
def test_moves_accept_json_bodies_and_empty_bodies_of_type_json(api: Client, run: Any, move: str) -> None:
    url = f"{api.base_url}/execute_flow/{run['execution_id']}/{move}"
    body = {"projectID": run["projectID"], "execution_id": run["execution_id"]}
    if move == "pause":
        assert api.session.post(url, json=body, params={"projectID": run["projectID"]}).status_code == 200
    else:
        assert api.session.post(url, data=b"", headers={"content-type": "application/json"}).status_code == 200


def test_illegal_moves_change_nothing(api: Client, run: Any) -> None:
    path = f"/execute_flow/{run['execution_id']}"
    assert api.refused("POST", f"{path}/resume") == (409, {"detail": "Execution is ready and can't be resumed"})
    api.advance(3)
    assert api.refused("POST", f"{path}/pause")[0] == 409
    assert api.refused("POST", f"{path}/execute", projectID=run["projectID"])[0] == 409
    assert api.status(run) == "completed"


def test_execute_answers_ready_with_the_id_of_the_body(api: Client, run: Any) -> None:
    body = {"projectID": run["projectID"], "execution_id": run["execution_id"]}
    query = {"projectID": run["projectID"], "execution_id": NOWHERE}
    answer = api.post(f"/execute_flow/{NOWHERE}/execute", body, **query)
    assert answer == {"execution_id": run["execution_id"], "status": "ready"}
    assert api.refused("POST", f"/execute_flow/{run['execution_id']}/execute", body)[0] == 422
    api.advance(0.5)
    assert api.status(run) == "running"


def test_an_execution_needs_its_agentflow_and_project(api: Client, project: str) -> None:
    flow = api.flow(project)["_id"]
    body = execution_body(project, flow)
    assert api.refused("POST", "/execute_flow", body)[0] == 422
    assert api.refused("POST", "/execute_flow", body | {"projectID": NOWHERE}, projectID=project)[0] == 400
    assert api.refused("POST", "/execute_flow", execution_body(project, NOWHERE), projectID=project)[0] == 404
    status, answer = api.refused("POST", "/execute_flow", body | {"goal": {"text": "g"}}, projectID=project)
    assert (status, answer["detail"][0]["loc"]) == (422, ["body", "goal"])
    assert (
        api.post("/execute_flow", body | {"executed_by": "anyone"}, projectID=project)["executed_by"]["name"]
        == "anyone"
    )


def test_executions_are_listed_by_project_and_by_agentflow(api: Client, project: str, run: Any) -> None:
    other = api.execution(project, api.flow(project)["_id"])
    both = api.get(f"/{project}/execution_flows", projectID=project)["data"]
    assert [item["_id"] for item in both] == [run["_id"], other["_id"]]
    assert [item["_id"] for item in api.get(f"/execute_flow/{run['agentflow_id']}/monitor")["data"]] == [run["_id"]]
    assert api.refused("GET", f"/{project}/execution_flows", projectID=NOWHERE)[0] == 400


def test_a_run_without_agents_completes_with_no_output(api: Client, project: str) -> None:
    run = api.execution(project, api.flow(project)["_id"])
    api.advance(3)
    done = api.get(f"/execute_flow/{run['_id']}")
    assert (done["status"], done["agents_output"]) == ("completed", [])


def test_a_script_can_fail_a_run_at_once(api: Client, run: Any) -> None:
    api.script("failed", match={"goal_contains": "science"}, seconds=0)
    api.script("completed", match={"goal_contains": "science", "agentflow_name": "another flow"})
    api.advance(0.5)
    failed = api.get(f"/execute_flow/{run['_id']}")
    (context,) = failed["execution_context"].values()
    assert (failed["status"], context["status"]) == ("failed", "failed")
    assert context["error"] == failed["agents_output"][-1]["error"]
    assert "could not finish" in context["error"]


def test_the_newest_script_that_matches_decides(api: Client, run: Any) -> None:
    api.script("failed", match={"agentflow_name": "triage"})
    api.script("completed", seconds=7)
    api.advance(7.4)
    assert api.status(run) == "running"
    api.advance(0.2)
    assert api.status(run) == "completed"
    assert api.refused("POST", "/_sandbox/outcomes", {"outcome": "exploded"})[0] == 422
    assert len(api.get("/_sandbox/outcomes")["outcomes"]) == 2


def test_a_finished_run_is_charged_and_counted(api: Client, project: str, run: Any) -> None:
    path, query = "/customer/credit_history", {"organization_id": ORG_ID}
    before = api.get(path, **query)["total"]
    counted = api.get("/customer", **query)["usage"]["number_of_agent_executions"]["llm_wise_usage"]
    api.advance(3)
    history = api.get(path, **query, limit=1)
    assert (history["total"], len(history["data"])) == (before + 1, 1)
    row = history["data"][0]
    assert (row["operation"], row["model"], row["projectID"]) == ("agent_execution", "azure/gpt-4o", project)
    assert (row["execution_id"], row["executed_by"]) == (run["execution_id"], USER_ID)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", row["created_at"])
    usage = api.get("/customer", **query)["usage"]["number_of_agent_executions"]["llm_wise_usage"]
    assert usage["azure/gpt-4o"] == counted.get("azure/gpt-4o", 0) + 1


def test_the_customer_has_quota_and_usage(api: Client) -> None:
    before = api.get("/customer", organization_id=ORG_ID)
    project = api.project()["_id"]
    api.flow(project)
    after = api.get("/customer", organization_id=ORG_ID)
    assert after["quota"]["number_of_coworkers"] == 50
    assert after["quota"]["access_controls"]["api_access"] is True
    for key in ("number_of_coworkers", "number_of_workspaces"):
        assert after["usage"][key] == before["usage"][key] + 1
    assert (after["organization_id"], after["user_id"], after["plan"]) == (ORG_ID, USER_ID, "pro")
    for path in ("/customer", "/customer/credit_history"):
        assert api.refused("GET", path, organization_id=NOWHERE)[0] == 404


def test_each_execution_makes_a_task(api: Client, project: str, run: Any) -> None:
    path = f"/task/{run['task_id']}"
    task = api.get(path, projectID=project)
    assert (task["name"], task["created_by"], task["status"]) == ("triage", USER_ID, "ready")
    assert task["execution_ids"] == [run["execution_id"]]
    (node,) = task["execution_nodes"]
    assert (node["execution_type"], node["children"]) == ("execution", [])
    assert task["executions"][0]["_id"] == run["_id"]
    assert api.post(f"{path}/pause")["status"] == "paused"
    assert api.post(f"{path}/resume")["status"] == "running"
    assert api.post(f"{path}/stop")["status"] == "cancelled"
    assert api.status(run) == "cancelled"


def test_tasks_are_listed_under_both_paths(api: Client, project: str) -> None:
    flow = api.flow(project)["_id"]
    tasks = [api.execution(project, flow)["task_id"] for _ in range(3)]
    listed = api.get(f"/tasks/{project}")["tasks"]
    assert [task["_id"] for task in listed] == tasks
    assert "executions" not in listed[0]
    assert api.get("/tasks/", projectID=project, skip=1, limit=1)["tasks"] == listed[1:2]
    assert api.get(f"/tasks/{project}", created_by=NOWHERE)["tasks"] == []
    assert api.refused("GET", f"/tasks/{project}", skip=0)[0] == 422


def test_an_explicit_start_lets_a_run_wait_forever() -> None:
    with reading("execution_start", "explicit") as own:
        project = own.project()["_id"]
        run = own.execution(project, own.working_flow(project)["_id"])
        own.advance(1000)
        assert own.status(run) == "ready"
        own.post(f"/execute_flow/{run['execution_id']}/pause")
        own.post(f"/execute_flow/{run['execution_id']}/execute", projectID=project)
        own.advance(0.5)
        assert own.status(run) == "running"
