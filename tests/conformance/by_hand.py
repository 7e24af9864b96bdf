"""Make a workspace as a person's script or the web application does: by plain HTTP, without manifests or a handle."""

from __future__ import annotations

from typing import Any

import requests
from msgspec import Struct, field

from wexa_sync.kinds.agent import display_text
from wexa_sync.sandbox.world.store import Json

FUTURE = 2_051_222_400  # in 2035


class ByHand(Struct, kw_only=True):
    """Hold the address of a workspace. What a method makes has the id that the method returns."""

    url: str
    org: str
    made: int = field(default=0)

    def project(self, name: str, **more: Any) -> str:
        """Make a project."""
        return self._post(
            "/v1/project", {"orgId": self.org, "projectName": name, "description": "", "coworker_role": ""} | more
        )

    def connector(self, project: str, name: str, **more: Any) -> str:
        """Configure a connector with a credential."""
        form = [{"field_id": "host", "is_secret": False}, {"field_id": "pin", "is_secret": True}]
        body: dict[str, Any] = {
            "name": name,
            "category": "mail",
            "description": "d",
            "org_id": self.org,
            "projectID": project,
        }
        body |= {"logo": "l", "ui_form": form, "config": {"pin": "s3cr3t-pin", "host": "h.example"}, "status": "ready"}
        return self._post("/actions/mail/config", {**body, **more}, projectID=project)

    def seed_connector(self, project: str) -> str:
        """Return the id of a connector that the project came with."""
        groups = self._get(f"/connectors/{project}")
        return next(str(each["connectorID"]) for group in groups for each in group["accountDetails"])

    def skill(self, project: str, connector: str, name: str, **more: Any) -> str:
        """Make a skill."""
        body = {"name": name, "logo": "", "connector_name": "", "description": "", "projectID": project}
        return self._post("/skills/", {**body, "connector_id": connector, "user_id": None, **more}, projectID=project)

    def flow(self, project: str, name: str, **more: Any) -> str:
        """Make a flow without agents."""
        body = {"name": name, "description": "", "role": "r", "projectID": project}
        return self._post("/agentflow/", {**body, **more}, projectID=project)

    def agent(self, project: str, flow: str, title: str, *, after: str = "", branch: str = "", **more: Any) -> str:
        """Add an agent to a flow, at its end or behind another one."""
        template = more.pop("template", "Do it.")
        prompt = {"template": template, "variables": [], "display_template": display_text(template)}
        body = {
            "_id": self._id(),
            "role": "r",
            "title": title,
            "skills": [],
            "context": [],
            "triggers": [],
            "llm": {"model": "azure/gpt-4o", "max_tokens": 10000, "temperature": 0},
            "role_description": "",
            "memory": {"memory_type": "lt"},
            "prompt": prompt,
            "has_knowledge_base": False,
            "conditions": [],
            "is_user_specific_task": False,
            "is_preview_mode_enabled": False,
            "agent_type": "skilled_agent",
        }
        kind = "decider" if "conditions" in more else "skilled"
        query = {"projectID": project, "after_agent": after, "add_on_side_if_decider": branch}
        self._post(f"/agentflow/{flow}/{kind}", {**body, **more}, **{key: to for key, to in query.items() if to})
        return str(body["_id"])

    def schedule(self, project: str, flow: str, template: str, at: int = FUTURE) -> str:
        """Make a schedule."""
        text = {"template": template, "display_template": display_text(template)}
        return self._post(
            "/schedule/coworker", {"coworker_id": flow, "goal": text, **text, "schedule": at}, projectID=project
        )

    def table(self, project: str, name: str, columns: list[Json]) -> str:
        """Make a table with columns; the project's storage too."""
        requests.post(f"{self.url}/storage", params={"projectID": project}, headers={"x-api-key": "k"}, timeout=60)
        body = {"projectID": project, "table_name": name, "columns": columns}
        return self._post("/create/table", body, projectID=project)

    def trigger(self, connector: str, flow: str, name: str, category: str = "mail") -> str:
        """Write the list of a connector's triggers: that one alone."""
        item = {"_id": self._id(), "name": name, "trigger_name": name, "event": "e", "goal": "g", "agentflow_id": flow}
        body = {"triggers": [{**item, "trigger_type": "coworker"}]}
        self._send("PUT", f"/triggers/connector/{connector}/{category}", body)
        return str(item["_id"])

    def _id(self) -> str:
        self.made += 1
        return f"{self.made:024x}"

    def _post(self, path: str, body: object, **query: str) -> str:
        found = self._send("POST", path, body, **query)
        return str((found.get("data") or found)["_id"]) if isinstance(found, dict) else ""

    def _get(self, path: str) -> Any:
        found = self._send("GET", path, None)
        return found.get("data", found) if isinstance(found, dict) else found

    def _send(self, method: str, path: str, body: object, **query: str) -> Any:
        head = {"x-api-key": "k"}
        answer = requests.request(method, f"{self.url}{path}", json=body, params=query, headers=head, timeout=60)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None
