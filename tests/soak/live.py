"""Act on the server as other people: rename, edit and delete our objects, and create others."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from msgspec import Struct

from tests.soak.items import edit_live_items
from tests.soak.server import Json, Server, Thing
from tests.soak.world import FIELDS, World, epoch, far
from wexa_sync.sandbox.world.seed import ORG_ID

KINDS = {"Project": "project", "Skill": "skill", "AgentFlow": "agentflow", "Schedule": "schedule"}
NAMES = {KINDS.get(kind, "execution"): name for kind, name in FIELDS.items()}


def handle_of(thing: Thing) -> str:
    """Return the handle that the object's display name begins with."""
    return str(thing.body[NAMES[thing.kind]]).partition(" ")[0]


class Live(Struct, frozen=True):
    """Change the server as somebody who does not know of manifests."""

    server: Server
    world: World

    def ours(self, kind: str) -> list[Thing]:
        """Return the live objects of a kind, without those that others made."""
        return [thing for thing in self.server.things(kind) if thing.id not in self.world.foreign]

    def projects(self) -> dict[str, str]:
        """Return the ids of our live projects by handle."""
        return {handle_of(thing): thing.id for thing in self.ours("project")}

    def names(self) -> dict[str, str]:
        """Return the display names of our live objects by address."""
        handles = {id: f"{handle}/" for handle, id in self.projects().items()}
        return {
            f"{handles.get(thing.project, '')}{kind}/{handle_of(thing)}": str(thing.body[FIELDS[kind]])
            for kind, name in KINDS.items()
            for thing in self.ours(name)
        }

    def at(self, address: str) -> list[Thing]:
        """Return the live objects of an address (not of an agent or a run): at most one, unless something is wrong."""
        parts = address.split("/")
        kind, name, project = parts[-2], parts[-1], parts[0] if len(parts) == 3 else ""
        inside = self.projects().get(project) if project else ""
        return [t for t in self.ours(KINDS[kind]) if handle_of(t) == name and t.project == inside]

    def edit(self, *, but: Collection[str]) -> str | None:
        """Change a field of one of our objects that the API can change.

        What is in doubt (`but`) is found by its name alone: renamed, nobody could tell that it is ours.
        """
        world, chance = self.world, self.world.chance
        kind = chance.choice(("Project", "AgentFlow", "Schedule"))
        found = [a for a in world.sound(kind) if a not in world.soon and a not in but and self.at(a)]
        if not found:
            return None
        address = chance.choice(found)
        (thing, *_) = self.at(address)
        if kind == "Project":
            role = thing.body["coworkerRole"]
            body = {"orgId": ORG_ID, "projectName": world.text(handle_of(thing)), "description": "live"}
            self.server.raw("PUT", "/v1/project", {**body, "coworker_role": role}, projectId=thing.id)
        elif kind == "Schedule":
            change: Json = {"template": world.text(handle_of(thing))}
            if chance.random() < 0.5:
                change = {"schedule": epoch(far(world))}
            self.server.raw("PATCH", f"/schedule/coworker/{thing.id}", change, projectID=thing.project)
        else:
            return self._edit_agent(address, thing)
        return f"live edit of {address}"

    def _edit_agent(self, address: str, flow: Thing) -> str | None:
        chance = self.world.chance
        agents = [each for each in flow.body["agents"] if each["_id"] not in self.world.foreign_agents]
        if not agents:
            return None
        agent = chance.choice(agents)
        body = {name: value for name, value in agent.items() if name not in ("_id", "agent_type", "conditions")}
        if chance.random() < 0.4:
            edit_live_items(self.world, agent["_id"], body["triggers"])
        elif chance.random() < 0.5:
            body["role"] = self.world.text("live")
        else:
            body["prompt"] = {**body["prompt"], "template": self.world.text("live")}
        path = f"/agentflow/{flow.id}/update/skilled/{agent['_id']}"
        self.server.raw("POST", path, body, projectID=flow.project)
        return f"live edit of an agent of {address}"

    def rename_flow(self) -> str | None:
        """Rename a flow by the call that only the vendor's SDK has."""
        world = self.world
        found = [a for a in world.sound("AgentFlow") if a in world.ids and self.at(a)]
        if self.server.readings.get("agentflow_put") == "absent" or not found:
            return None
        address = world.chance.choice(found)
        (thing, *_) = self.at(address)
        before = thing.body["name"]
        self._put_flow(thing.id, world.text(handle_of(thing)))
        if not world.allowed:
            world.wrong[address] = lambda: self._put_flow(thing.id, before)
        return f"live rename of {address}"

    def _put_flow(self, id: str, name: str) -> None:
        (flow,) = [thing for thing in self.server.things("agentflow") if thing.id == id]
        kept = ("description", "role", "agents", "anomaly_detection", "cron_details", "default_goal", "isActive")
        self.server.raw("PUT", f"/agentflow/{id}", {**{k: flow.body[k] for k in kept}, "name": name})

    def delete_schedule(self) -> str | None:
        """Delete one of our schedules, declared or not."""
        found = [
            t for t in self.ours("schedule") if f"{self._project_of(t)}/Schedule/{handle_of(t)}" not in self.world.soon
        ]
        if not found:
            return None
        thing = self.world.chance.choice(found)
        self.server.raw("DELETE", f"/schedule/coworker/{thing.id}", projectID=thing.project)
        return f"live delete of schedule {handle_of(thing)}"

    def delete_project(self) -> str | None:
        """Delete one of our projects and everything in it."""
        found = self.ours("project")
        if not found or self.world.wrong:
            return None
        thing = self.world.chance.choice(found)
        inside = {t.id for kind in NAMES for t in self.server.things(kind) if t.project == thing.id}
        self.server.raw("DELETE", f"/v1/project/{thing.id}")
        self.world.foreign = {id: body for id, body in self.world.foreign.items() if id not in inside}
        name = handle_of(thing)  # a new one is created as declared by then
        gone = [a for a in self.world.ids if a == f"Project/{name}" or a.startswith(f"{name}/")]
        for address in gone:
            del self.world.ids[address]
        return f"live delete of project {name}"

    def make_foreign(self, *, twins: bool) -> str | None:
        """Create an object as somebody else. With `twins` its name may be one that is declared here."""
        world, chance = self.world, self.world.chance
        kind = chance.choice(("Project", "Skill", "AgentFlow", "Agent", "Schedule", "Execution"))
        known = self.projects()
        if kind == "Project":
            body = {"orgId": ORG_ID, "projectName": world.text("foreign"), "description": "", "coworker_role": ""}
            return self._noted("project", lambda: self.server.raw("POST", "/v1/project", body))
        flows = [t for t in self.ours("agentflow") if t.project in known.values()]
        if not known or (kind in ("Agent", "Schedule", "Execution") and not flows):
            return None
        if kind in ("Skill", "AgentFlow"):
            project = chance.choice([*known.items()])
            declared = [world.docs[a]["spec"]["name"] for a in world.of(kind, project[0])]
            name = chance.choice(declared) if twins and declared and chance.random() < 0.4 else world.text("foreign")
            return self._noted(KINDS[kind], lambda: self._make(kind, project[1], name))
        flow = chance.choice(flows)
        if kind == "Agent":
            return self._make_agent(flow)
        field = {"Schedule": "template", "Execution": "goal"}[kind]
        handle = next(name for name, id in known.items() if id == flow.project)
        specs = [world.docs[a]["spec"] for a in world.of(kind, handle) if a not in world.soon]
        alike = [s for s in specs if handle_of(flow) in (s.get("coworker_id"), s.get("agentflow_id"))]
        spec = chance.choice(alike) if twins and alike and chance.random() < 0.4 else {field: world.text("foreign")}
        if kind == "Schedule":
            return self._noted("schedule", lambda: self._schedule(flow, spec["template"]))
        return self._noted("execution", lambda: self._run(flow, spec))

    def _noted(self, kind: str, make: Any) -> str:
        before = {thing.id for thing in self.server.things(kind)}
        make()
        (made,) = [thing for thing in self.server.things(kind) if thing.id not in before]
        self.world.foreign[made.id] = essence(made)
        return f"somebody makes {kind} {made.body[NAMES[kind]]!r}"

    def _make(self, kind: str, project: str, name: str) -> None:
        if kind == "AgentFlow":
            body: Json = {"name": name, "description": "theirs", "role": "r", "projectID": project}
            self.server.raw("POST", "/agentflow/", body, projectID=project)
            return
        (connector, *_) = [t for t in self.server.things("connector") if t.project == project]
        body = {"name": name, "logo": "", "connector_name": "", "description": "theirs", "projectID": project}
        self.server.raw("POST", "/skills/", {**body, "connector_id": connector.id, "user_id": None})

    def _make_agent(self, flow: Thing) -> str:
        id = secrets.token_hex(12)
        texts = {
            "role": "theirs",
            "title": self.world.text("foreign"),
            "role_description": "",
            "agent_type": "skilled_agent",
        }
        lists: Json = {"skills": [], "context": [], "triggers": [], "conditions": []}
        flags = dict.fromkeys(("has_knowledge_base", "is_user_specific_task", "is_preview_mode_enabled"), False)
        model = {"model": "m", "max_tokens": 1, "temperature": 0}
        prompt = {"template": "t", "variables": [], "display_template": "[]"}
        body = {"_id": id, **texts, **lists, **flags, "llm": model, "memory": {"memory_type": "lt"}, "prompt": prompt}
        self.server.raw("POST", f"/agentflow/{flow.id}/skilled", body, projectID=flow.project)
        self.world.foreign_agents[id] = flow.id
        return f"somebody adds an agent to {handle_of(flow)}"

    def _schedule(self, flow: Thing, template: str) -> None:
        goal = {"template": template, "display_template": "[]"}
        body = {"coworker_id": flow.id, "goal": goal, **goal, "schedule": epoch(far(self.world))}
        self.server.raw("POST", "/schedule/coworker", body, projectID=flow.project)

    def _run(self, flow: Thing, spec: Json) -> None:
        body = {"agentflow_id": flow.id, "executed_by": "somebody", "goal": spec["goal"], "projectID": flow.project}
        inputs = spec.get("input_variables", {})
        self.server.raw("POST", "/execute_flow", {**body, "input_variables": inputs}, projectID=flow.project)

    def _project_of(self, thing: Thing) -> str:
        return next((name for name, id in self.projects().items() if id == thing.project), "")


def essence(thing: Thing) -> Json:
    """Return the fields of a foreign object that only its owner changes."""
    volatile = {"updated_at", "last_used", "updatedAt", "status", "agents_output", "conclusion", "end_time", "agents"}
    volatile |= {"analytics", "categorized_data", "execution_context"}
    return {name: value for name, value in thing.body.items() if name not in {*volatile, "initialAgent"}}
