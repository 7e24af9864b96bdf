"""Decide how a run ends, and write what a finished run leaves: its results and its credits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wexa_sync.sandbox.world import results
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

NO_SKILLS = "No skills found for the agent"
"""The error of an agent without skills, as it was seen."""

CREDITS_PER_RUN = 0.03149925037481259


class Outcome(Struct, frozen=True, kw_only=True):
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


def unskilled(agents: list[Json]) -> int:
    """Return the place of the first agent that works and has no skills; -1 where all have some."""
    skilled = [bool(agent["skills"]) or agent["agent_type"] == "decider_agent" for agent in agents]
    return -1 if all(skilled) else skilled.index(False)


def _failure(world: World, row: Row, outcome: str) -> tuple[int, str]:
    """Return the place of the agent at which a run fails, and its error; -1 where none does."""
    execution, without = row.body, row.inner.get("unskilled", -1)
    agents = execution["agentflow"]["agents"]
    if without >= 0 and world.readings.says("agent_without_skills", "fails"):
        return without, NO_SKILLS
    if outcome == "failed" and agents:
        return 0, f"{agents[0]['title']} could not finish: {execution['goal']}"
    return -1, ""


def finish(world: World, row: Row, outcome: str, at: float) -> str:
    """Write an execution's end at `at`: the results of its agents, and their credits. Return the outcome."""
    execution = row.body
    last, error = _failure(world, row, outcome)
    outcome = "failed" if error else outcome
    agents = execution["agentflow"]["agents"]
    worked = agents[: last + 1] if error else agents
    began = row.inner.get("began", at)
    seconds = max(at - began, 0.0) / max(len(worked), 1)
    steps = [
        results.Step(
            agent=agent,
            began=began + seconds * number,
            seconds=seconds,
            error=error if number == last else None,
            **({"tokens": 0} if error == NO_SKILLS and number == last else {}),
        )
        for number, agent in enumerate(worked)
    ]
    results.write(execution, steps, failed=outcome == "failed", at=at)
    for step in steps:
        _charge(world, execution, step, at)
    return outcome


def _charge(world: World, execution: Json, step: results.Step, at: float) -> None:
    flow, agent = execution["agentflow"], step.agent
    project = world.find("project", execution["projectID"])
    body = {
        "operation": "agent_execution",
        "model": agent["llm"].get("model"),
        "tokens_consumed": step.tokens,
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
