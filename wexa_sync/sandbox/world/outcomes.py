"""Decide how a run ends, and write what a finished run leaves: outputs, conclusion, credits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wexa_sync.sandbox.world.clock import iso
from wexa_sync.sandbox.world.seed import ORG_ID
from wexa_sync.sandbox.world.store import Row

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

OUTCOMES = ("completed", "failed", "input_required", "preview", "anomaly")
"""The outcomes that a run can be scripted to have. The last three wait for a person, then complete."""

INBOX_TYPES = {"input_required": "runtime_input", "preview": "preview", "anomaly": "anomaly_detection"}
"""The type of the inbox item for each outcome that waits."""

TOKENS_PER_RUN = 1362
CREDITS_PER_RUN = 0.03149925037481259


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold a run's outcome, and the seconds that the run takes."""

    name: str
    seconds: float


def outcome_for(world: World, execution: Json) -> Outcome:
    """Return the outcome of the newest script that matches this run, else success after the usual time."""
    for script in reversed(scripts(world)):
        match = script["match"]
        if match["goal_contains"] in execution["goal"] and match["agentflow_name"] in (
            "",
            execution["agentflow"]["name"],
        ):
            seconds = script["seconds"]
            return Outcome(name=script["outcome"], seconds=world.run_seconds if seconds is None else seconds)
    return Outcome(name="completed", seconds=world.run_seconds)


def scripts(world: World) -> list[Json]:
    """Return the scripted outcomes, oldest first."""
    return world.store.setting("outcomes") or []


def remember_scripts(world: World, entries: list[Json]) -> None:
    """Replace the scripted outcomes."""
    world.store.remember("outcomes", entries)


def finish(world: World, execution: Json, outcome: str, at: float) -> None:
    """Write an execution's end at `at`: the outputs of its agents, the conclusion, the end time and the credits."""
    failed = outcome == "failed"
    agents = execution["agentflow"]["agents"]
    worked = agents[:1] if failed else agents
    execution["agents_output"] = [_output(agent, execution, failed) for agent in worked]
    word = "failed" if failed else "completed"
    execution["conclusion"] = {
        "conclusion": f"## {execution['agentflow']['name']}\n\nThe run {word}: {execution['goal']}"
    }
    execution["end_time"] = at
    for agent in worked:
        _charge(world, execution, agent, at)


def _output(agent: Json, execution: Json, failed: bool) -> Json:
    text = f"{agent['title']} {'could not finish' if failed else 'finished'}: {execution['goal']}"
    return {
        "agent_id": agent["_id"],
        "agent_title": agent["title"],
        "status": "failed" if failed else "completed",
        "input": execution["input_variables"],
        "output": None if failed else {"text": text},
        "error": {"code": 500, "message": text} if failed else None,
    }


def _charge(world: World, execution: Json, agent: Json, at: float) -> None:
    flow = execution["agentflow"]
    project = world.find("project", execution["projectID"])
    body = {
        "operation": "agent_execution",
        "model": agent["llm"].get("model"),
        "tokens_consumed": TOKENS_PER_RUN,
        "projectID": execution["projectID"],
        "execution_id": execution["execution_id"],
        "agent_id": agent["_id"],
        "metadata": None,
        "connector_category": None,
        "connector_sort": None,
        "executed_by": execution["executed_by"]["_id"],
        "_id": world.new_id(at),
        "created_at": iso(at),
        "credits_consumed": CREDITS_PER_RUN,
        "organization_id": ORG_ID,
        "agent_title": agent["title"],
        "project_name": project.body["projectName"],
        "coworker_role": flow["role"],
        "coworker_name": flow["name"],
        "coworker_image": flow["image"],
        "executed_by_name": execution["executed_by"]["name"],
    }
    # Credits belong to the organization: they stay when the project is deleted.
    world.store.add(Row(kind="credit", id=body["_id"], body=body, owner=ORG_ID))
