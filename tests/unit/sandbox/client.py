"""Call the sandbox over plain HTTP, with shorthands for the objects that most tests need first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from wexa_sync.sandbox import ORG_ID, USER_ID, SandboxConfig, running

KEY = "3f0c1c1e-0000-4000-8000-sandboxkey01"
NOWHERE = "0123456789abcdef01234567"

_numbers = itertools.count(1)


class Client:
    """Call one sandbox with a key. Every method but `send` returns the parsed body."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers["x-api-key"] = KEY

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.session.request(method, self.base_url + path, json=body, params=query, timeout=60)

    def get(self, path: str, **query: Any) -> Any:
        return self._body(self.send("GET", path, **query))

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return self._body(self.send("POST", path, body, **query))

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        answer = self.send(method, path, body, **query)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()

    def advance(self, seconds: float) -> None:
        self.post("/_sandbox/clock", {"advance": seconds})

    def now(self) -> float:
        return float(self.get("/_sandbox/clock")["now"])

    def script(self, outcome: str, **more: Any) -> None:
        self.post("/_sandbox/outcomes", {"outcome": outcome, **more})

    def script_fault(self, text: str) -> Any:
        return self.post("/_sandbox/faults", {"fault": text})

    def fault(self) -> Any:
        """Return the fault that struck the last request to the API, None if none did."""
        return self.get("/_sandbox/requests")["requests"][-1]["fault"]

    def projects(self) -> int:
        return int(self.get("/v1/project", userId=USER_ID, orgId=ORG_ID)["totalCount"])

    def project(self, **fields: Any) -> Any:
        return self.post("/v1/project", project_body(**fields))

    def connector_id(self, project: str, category: str = "content_creator") -> str:
        groups = self.get(f"/connectors/{project}")
        return next(str(g["accountDetails"][0]["connectorID"]) for g in groups if g["category"] == category)

    def skill(self, project: str, name: str = "Content creator - Content creation") -> Any:
        return self.post("/skills/", skill_body(project, self.connector_id(project), name=name))

    def flow(self, project: str, **fields: Any) -> Any:
        body = {"name": "triage", "description": "d", "role": "r", "projectID": project} | fields
        return self.post("/agentflow/", body, projectID=project)

    def agent(self, project: str, flow: str, **fields: Any) -> Any:
        return self.post(f"/agentflow/{flow}/skilled", agent_body(**fields), projectID=project)

    def working_flow(self, project: str) -> Any:
        flow = self.flow(project)
        return self.agent(project, flow["_id"])

    def execution(self, project: str, flow: str, goal: str = "run") -> Any:
        return self.post("/execute_flow", execution_body(project, flow, goal=goal), projectID=project)

    def status(self, execution: Any) -> str:
        return str(self.get(f"/execute_flow/{execution['execution_id']}")["status"])

    def schedule(self, project: str, flow: str, at: float) -> Any:
        return self.post("/schedule/coworker", schedule_body(flow, at), projectID=project)

    @staticmethod
    def _body(answer: requests.Response) -> Any:
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()


@contextmanager
def sandbox(*, data: Any = ":memory:", **config: Any) -> Iterator[Client]:
    """Run a sandbox for one test."""
    with running(SandboxConfig(data=data, **config)) as started:
        client = Client(started.base_url)
        # Closed first: the server would wait for a connection that is kept alive.
        with client.session:
            yield client


def reading(name: str, value: str, **config: Any) -> Any:
    """Run a sandbox with one reading chosen."""
    return sandbox(readings={name: value}, **config)


def project_body(**fields: Any) -> Any:
    return {"orgId": ORG_ID, "projectName": "New", "description": "demo", "coworker_role": "testrole"} | fields


def skill_body(project: str, connector: str, **fields: Any) -> Any:
    return {
        "name": "Content creator - Content creation",
        "logo": "https://storage.example/logo.png",
        "connector_name": "Content creator",
        "description": "Creates content",
        "projectID": project,
        "connector_id": connector,
        "user_id": None,
    } | fields


def agent_body(**fields: Any) -> Any:
    return {
        "_id": f"{next(_numbers):024x}",
        "role": "writer",
        "title": "Writer",
        "skills": [],
        "context": [],
        "triggers": [],
        "llm": {"model": "azure/gpt-4o", "max_tokens": 10000, "temperature": 0},
        "memory": {"memory_type": "lt"},
        "agent_type": "skilled_agent",
        "role_description": "writes",
        "prompt": {"template": "write", "variables": [], "display_template": "[]"},
        "has_knowledge_base": False,
        "is_user_specific_task": False,
        "is_preview_mode_enabled": False,
        "conditions": [{"decision": "", "condition": ""}],
    } | fields


def agent_update_body(**fields: Any) -> Any:
    not_in_update = ("_id", "agent_type", "conditions")
    return {key: value for key, value in agent_body().items() if key not in not_in_update} | fields


def execution_body(project: str, flow: str, **fields: Any) -> Any:
    return {
        "agentflow_id": flow,
        "executed_by": USER_ID,
        "goal": "run",
        "input_variables": {"topic": "science"},
        "projectID": project,
    } | fields


def schedule_body(flow: str, at: float, **fields: Any) -> Any:
    return {
        "coworker_id": flow,
        "goal": {"template": "t", "display_template": "dt"},
        "template": "t",
        "display_template": "dt",
        "schedule": int(at),
    } | fields


def connector_body(project: str, **fields: Any) -> Any:
    return {
        "name": "Second",
        "description": "d",
        "category": "whatsapp",
        "org_id": ORG_ID,
        "projectID": project,
        "logo": "l",
        "ui_form": [{"field_id": "pin", "type": "string", "is_secret": True}],
        "config": {"pin": "0000"},
        "available_events": [{"name": "On a new message", "description": "", "event": "message_received"}],
    } | fields
