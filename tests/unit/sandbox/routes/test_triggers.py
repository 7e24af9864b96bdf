"""Test triggers of connectors: replaced as one list, every key kept, and run."""

from __future__ import annotations

from typing import Any

from ..client import NOWHERE, Client

OURS = {"_id": NOWHERE, "name": "Auto reply", "event": "message_received", "goal": "Answer.", "agentflow_id": None}
THEIRS = {"_id": "a" * 24, "name": "Theirs", "is_active": True, "x": {"y": [1, None, 1.0]}}


def listed(api: Client, connector: str) -> Any:
    return api.get(f"/triggers/connector/{connector}")


def replaced(api: Client, connector: str, *triggers: Any) -> Any:
    answer = api.send("PUT", f"/triggers/connector/{connector}/mail", {"triggers": list(triggers)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_list_is_replaced_whole_with_every_key(api: Client, project: str) -> None:
    connector = api.connector_id(project, "mail")
    whole = {"connector_id": connector, "connector_type": "mail", "triggers": [THEIRS, OURS]}
    assert replaced(api, connector, THEIRS, OURS) == listed(api, connector) == whole
    assert replaced(api, connector, OURS)["triggers"] == [OURS]
    assert replaced(api, connector)["triggers"] == []
    assert listed(api, connector) is None


def test_each_connector_has_a_list_of_its_own(api: Client, project: str) -> None:
    replaced(api, api.connector_id(project, "mail"), OURS)
    assert listed(api, api.connector_id(project, "whatsapp")) is None


def test_a_trigger_without_an_id_gets_one(api: Client, project: str) -> None:
    connector = api.connector_id(project, "mail")
    (made,) = replaced(api, connector, {"name": "New"})["triggers"]
    assert len(made["_id"]) == 24


def test_what_is_wrong_is_refused(api: Client, project: str) -> None:
    connector = api.connector_id(project, "mail")
    assert api.refused("GET", f"/triggers/connector/{NOWHERE}")[0] == 404
    assert api.refused("PUT", f"/triggers/connector/{connector}/whatsapp", {"triggers": []})[0] == 400
    assert api.refused("PUT", f"/triggers/connector/{connector}/mail", {})[0] == 422
    assert api.refused("PUT", f"/triggers/connector/{connector}/mail", {"triggers": [{"_id": "short"}]})[0] == 404


def test_a_trigger_that_is_run_starts_its_flow(api: Client, project: str) -> None:
    connector, flow = api.connector_id(project, "mail"), api.working_flow(project)["_id"]
    replaced(api, connector, {**OURS, "agentflow_id": flow}, {**THEIRS})
    run = api.post(f"/trigger/{project}/{connector}/{NOWHERE}", {"text": "hello"})
    assert (run["status"], run["execution"]["goal"]) == ("success", "Answer.")
    assert run["execution"]["input_variables"] == {"text": "hello"}
    assert api.post(f"/trigger/{project}/{connector}/{THEIRS['_id']}")["status"] == "error"
    assert api.refused("POST", f"/trigger/{project}/{connector}/{'b' * 24}")[0] == 404


def test_several_triggers_are_run_at_once(api: Client, project: str) -> None:
    flow = api.working_flow(project)["_id"]
    body = {"triggers": [{**OURS, "agentflow_id": flow}, THEIRS], "response_data": {"id": 1}, "triggered_by": "table"}
    assert [each["status"] for each in api.post(f"/trigger/{project}/coworker", body)] == ["success", "error"]
    assert len(api.get(f"/{project}/execution_flows")["data"]) == 1
