"""Test runs that wait for a person: the inbox item, and the three calls that let the run continue."""

from __future__ import annotations

from typing import Any

import pytest

from ..client import NOWHERE, Client

ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "input_required": ("runtime_input", {"is_submitted": True, "values": {"city": "Berlin"}}),
    "preview": ("preview", {"is_approved": True, "preview_input": {"title": "T"}}),
    "anomaly": ("anomaly_detection", {"is_approved": True}),
}


def waiting_run(api: Client, project: str, outcome: str) -> tuple[Any, Any]:
    """Return a run that waits, and its inbox item."""
    api.script(outcome)
    run = api.execution(project, api.working_flow(project)["_id"])
    api.advance(3)
    (item,) = api.get("/inbox", projectID=project)["inbox_requests"]
    return run, item


@pytest.mark.parametrize("outcome", ANSWERS)
def test_a_waiting_run_shows_in_the_inbox_and_goes_on_when_answered(api: Client, project: str, outcome: str) -> None:
    kind, answer = ANSWERS[outcome]
    run, item = waiting_run(api, project, outcome)
    assert api.status(run) == "input_required"
    assert (item["type"], item["status"], item["execution_id"]) == (kind, "pending", run["execution_id"])
    assert (item["coworker_id"], item["coworker_name"]) == (run["agentflow_id"], "triage")
    assert item["created_at"] == pytest.approx((run["created_at"] + 2.5) * 1000)
    assert ("preview" in item) == (outcome == "preview")
    assert api.get(f"/inbox/{item['_id']}", projectID=project) == item

    body = answer | ({} if outcome == "anomaly" else {"agent_id": item["agent_id"]})
    settled = api.post(f"/inbox/update/{kind}/{run['execution_id']}", body, projectID=project)
    assert settled["status"] == ("resolved" if outcome == "input_required" else "approved")
    assert settled["updated_at"] > item["updated_at"]
    assert api.status(run) == "running"
    api.advance(2)
    assert api.status(run) == "completed"
    assert api.refused("POST", f"/inbox/update/{kind}/{run['execution_id']}", body)[0] == 404


def test_drafts_are_kept_and_the_run_goes_on_waiting(api: Client, project: str) -> None:
    run, item = waiting_run(api, project, "input_required")
    path = f"/inbox/update/runtime_input/{run['execution_id']}"
    draft = {"is_submitted": False, "values": {"city": "B"}, "agent_id": item["agent_id"]}
    assert api.post(path, draft)["status"] == "pending"
    seen = api.get(f"/execute_flow/{run['_id']}")
    assert (seen["status"], seen["runtime_inputs"]) == ("input_required", {item["agent_id"]: {"city": "B"}})
    assert api.refused("POST", path, draft | {"agent_id": NOWHERE})[0] == 404


def test_a_preview_draft_keeps_its_input(api: Client, project: str) -> None:
    run, item = waiting_run(api, project, "preview")
    assert set(item["preview"]["preview_input"]) == {"thoughts", "skill"}
    body = {"is_approved": False, "agent_id": item["agent_id"], "preview_input": {"title": "draft"}}
    api.post(f"/inbox/update/preview/{run['execution_id']}", body)
    kept = api.get(f"/inbox/{item['_id']}")["preview"]
    assert (kept["is_approved"], kept["preview_input"]) == (False, {"title": "draft"})


def test_a_refused_anomaly_fails_the_run(api: Client, project: str) -> None:
    run, _ = waiting_run(api, project, "anomaly")
    assert api.get(f"/execute_flow/{run['_id']}")["anomaly_detected"]["is_approved"] is False
    settled = api.post(f"/inbox/update/anomaly_detection/{run['execution_id']}", {"is_approved": False})
    assert settled["status"] == "completed"
    assert api.status(run) == "failed"


def test_a_cancelled_run_can_not_be_answered(api: Client, project: str) -> None:
    run, _ = waiting_run(api, project, "anomaly")
    api.post(f"/execute_flow/{run['execution_id']}/cancel")
    path = f"/inbox/update/anomaly_detection/{run['execution_id']}"
    assert api.refused("POST", path, {"is_approved": True})[0] == 409
    assert api.get("/inbox", projectID=project)["inbox_requests"][0]["status"] == "pending"


def test_the_inbox_is_filtered_and_paged_by_the_last_id(api: Client, project: str) -> None:
    flow = api.flow(project)["_id"]
    api.script("preview")
    for _ in range(3):
        api.execution(project, flow)
    api.advance(3)

    def page(**query: Any) -> Any:
        return api.get("/inbox", projectID=project, **query)

    ids = [item["_id"] for item in page()["inbox_requests"]]
    first = page(limit=2)
    assert (first["total_count"], [item["_id"] for item in first["inbox_requests"]]) == (3, ids[:2])
    assert [item["_id"] for item in page(limit=2, after_id=ids[1], view="studio")["inbox_requests"]] == ids[2:]
    assert page(status="pending", type="preview", search_key="preview")["total_count"] == 3
    for other in ({"status": "approved"}, {"type": "runtime_input"}, {"search_key": "nothing"}):
        assert page(**other) == {"total_count": 0, "inbox_requests": []}
    assert api.refused("GET", "/inbox", projectID=project, view="all")[0] == 422
    assert api.refused("GET", "/inbox", projectID=project, after_id=NOWHERE)[0] == 404


def test_an_item_may_be_made_by_hand(api: Client, project: str) -> None:
    made = api.post("/inbox/create", {"type": "preview", "projectID": project, "summary": "By hand"})
    assert (made["status"], made["summary"]) == ("pending", "By hand")
    assert [item["_id"] for item in api.get("/inbox", projectID=project)["inbox_requests"]] == [made["_id"]]
    assert api.get(f"/inbox/{made['_id']}")["projectID"] == project
