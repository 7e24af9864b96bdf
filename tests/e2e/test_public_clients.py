"""The calls that five public clients of the API make, in their order, work on the sandbox as they do there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests
from msgspec import Struct

from tests.unit.sandbox.client import agent_body, project_body

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.conftest import Remote

FIRST, SECOND, THIRD = ("a" * 24, "b" * 24, "c" * 24)


class Person(Struct, frozen=True):
    """Call the API as a client does, in a project of its own."""

    remote: Remote
    project: str

    def __call__(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Return the body of a response that is no error."""
        response = self.remote.raw(method, path, body, **query)
        assert response.ok, (method, path, response.status_code, response.text)
        return response.json()

    def flow(self, **more: Any) -> str:
        """Make an agentflow, and return its id."""
        body = {"name": "Triage", "description": "d", "role": "r", "kind": "flow", "projectID": self.project, **more}
        made: str = self("POST", "/agentflow/", body, projectID=self.project)["_id"]
        return made

    def add(self, flow: str, agent: str, **query: str) -> Any:
        """Add an agent, and return the agentflow."""
        return self("POST", f"/agentflow/{flow}/skilled", agent_body(_id=agent), projectID=self.project, **query)


def person(remote: Remote) -> Person:
    """Return a client with a project of its own."""
    return Person(remote, remote.raw("POST", "/v1/project", project_body(projectName="Desk")).json()["_id"])


def agent_of(flow: Any, agent: str) -> Any:
    """Return an agent of an agentflow."""
    return next(each for each in flow["agents"] if each["_id"] == agent)


def test_the_web_application_links_agents_decides_and_removes(
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
) -> None:
    back_end = {"after_agent": "links", "decider": "present", "agent_delete": "ends_chain", "flow_delete": "both"}
    with open_sandbox(readings=back_end) as remote:
        call = person(remote)
        flow = call.flow(default_goal="is lost")
        assert call.add(flow, FIRST)["initialAgent"] == FIRST
        decision = [{"decision": each, "condition": f"it is {each}"} for each in ("approved", "rejected")]
        body = agent_body(_id=SECOND, agent_type="decider_agent", conditions=decision)
        call("POST", f"/agentflow/{flow}/decider", body, projectID=call.project, after_agent=FIRST)
        added = call.add(flow, THIRD, after_agent=SECOND, add_on_side_if_decider="approved")
        assert agent_of(added, FIRST)["next_agent"] == SECOND
        assert agent_of(added, SECOND)["next_agents"]["approved"] == THIRD
        read = call("GET", f"/agentflow/{flow}", projectId=call.project)
        assert not read["default_goal"]
        assert [each["_id"] for each in call("GET", "/agentflows", projectID=call.project)["agentflows"]] == [flow]
        assert call("GET", "/skills/category", projectId=call.project) == {"total_count": 0, "skills": []}
        call("DELETE", f"/agentflow/{flow}/agent/{THIRD}", projectID=call.project)
        assert remote.raw("DELETE", f"/agentflow/{flow}", projectID=call.project).status_code == 200
        assert call("GET", "/agentflows", projectID=call.project)["agentflows"] == []
        gone = remote.raw("GET", f"/agentflow/{'0' * 24}")
        assert (gone.status_code, type(gone.json()["detail"])) == (404, str)
        refused = requests.get(f"{remote.server.base_url}/agentflows", timeout=60)
        assert (refused.status_code, type(refused.json()["detail"])) == (401, str)


def test_the_plugin_of_an_assistant_finds_connectors_and_runs_a_flow(remote: Remote) -> None:
    call = person(remote)
    flow = call.flow()
    call.add(flow, FIRST)
    kinds = call("GET", "/retrieve/all/connectors", search_key="", limit="20")
    kinds = kinds if isinstance(kinds, list) else kinds["data"]
    category, action = kinds[0]["category"], kinds[0]["actions"][0]["sort"]
    described = call("GET", f"/actions/{category}/{action}")
    assert {"description", "input", "output"} <= set(described)
    query = {"category": "content_creator", "projectID": call.project}
    shown = {"_id": 1, "category": 1, "name": 1, "status": 1}
    where = f"/retrieve/connectors/{remote.server.org_id}/on/query"
    (found,) = call("POST", where, {"query": query, "projection": shown})
    assert found["name"] == "Content creator"
    by = {"_id": remote.server.user_id, "name": "assistant", "type": "api", "is_external_application": False}
    goal = {"agentflow_id": flow, "executed_by": by, "goal": "Post ID: {{id}}", "input_variables": {"id": "7"}}
    run = call("POST", "/execute_flow", {**goal, "projectID": call.project}, projectID=call.project)
    call("POST", "/_sandbox/clock", {"advance": 3600})
    assert call("GET", f"/execute_flow/{run['execution_id']}")["status"] == "completed"


def test_the_chat_names_the_project_in_the_query_alone_and_polls(remote: Remote) -> None:
    call = person(remote)
    flow = call.flow()
    call.add(flow, FIRST)
    body = {"agentflow_id": flow, "executed_by": remote.server.user_id, "goal": "hello", "input_variables": {}}
    run = call("POST", "/execute_flow", body, projectID=call.project, query="hello")
    call("POST", "/_sandbox/clock", {"advance": 3600})
    whole = call("GET", f"/execute_flow/{run['execution_id']}", projectID=call.project)
    assert whole["status"] == "completed"
    assert {"conclusion", "tokens_used"} <= set(whole["conclusion"])
    assert [each["status"] for each in call("GET", f"/{call.project}/execution_flows")["data"]] == ["completed"]


def test_the_messenger_configures_a_connector_and_sets_its_triggers(remote: Remote) -> None:
    call = person(remote)
    flow = call.flow()
    call.add(flow, FIRST)
    body: dict[str, Any] = {"name": "Line", "description": "d", "category": "whatsapp", "org_id": remote.server.org_id}
    body |= {"projectID": call.project, "config": {"pin": "1"}, "ui_form": [], "logo": "l", "actions": []}
    call("POST", "/actions/whatsapp/config", body, projectID=call.project)
    again = remote.raw("POST", "/actions/whatsapp/config", body, projectID=call.project)
    assert "already exists" in again.text
    groups = {each["category"]: each["accountDetails"] for each in call("GET", f"/connectors/{call.project}")}
    line = next(each["connectorID"] for each in groups["whatsapp"] if each["sourceName"] == "Line")
    trigger = {"_id": THIRD, "name": "Reply", "event": "message_received", "agentflow_id": flow, "goal": "Answer."}
    where = f"/triggers/connector/{line}"
    call("PUT", f"{where}/whatsapp", {"triggers": [{**trigger, "start_from_agent_id": FIRST}]})
    assert [each["name"] for each in call("GET", where)["triggers"]] == ["Reply"]
    fired = call("POST", f"/trigger/{call.project}/{line}/{THIRD}", {"text": "hello"})
    assert fired["status"] == "success"
    assert call("GET", "/inbox", projectID=call.project)["inbox_requests"] == []


def test_the_recruiter_keeps_candidates_in_a_table(remote: Remote) -> None:
    call = person(remote)
    columns = [{"column_id": name, "column_name": name, "column_type": "String"} for name in ("email", "stage")]
    remote.raw("POST", "/storage", projectID=call.project).raise_for_status()
    body = {"projectID": call.project, "table_name": "Candidates", "columns": columns}
    table = call("POST", "/create/table", body, projectID=call.project)["_id"]
    rows = f"/storage/{call.project}/{table}"
    call("POST", rows, [{"email": f"{number}@x.y", "stage": "new"} for number in range(3)])
    page = call("GET", rows, page="1", limit="2", sort="1", sort_key="email")
    assert page["total_count"] == 3
    row = page["records"][0]["_id"]
    call("PUT", f"{rows}/{row}", {"stage": "hired"})
    assert call("GET", f"{rows}/{row}")["stage"] == "hired"
    call("DELETE", rows, {"storage_ids": [row]}, projectID=call.project)
    assert call("GET", rows, page="1", limit="10")["total_count"] == 2
