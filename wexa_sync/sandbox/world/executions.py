"""Move an execution from status to status, by the clock and by calls.

    ready ──▶ running ──▶ completed | failed
      │          ├──▶ waiting (an inbox item) ──▶ running
      └── paused ┘            cancelled: from anywhere but the end

`inner["phase"]` is the run's real status; the word that clients see depends on readings. `inner["told"]` counts how
often the run was started by hand, so that the data shows a second start. `due` is the moment of the next step.
Nothing runs in the background: every request first takes the steps that have come due (`turn.catch_up`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world import outcomes, results
from wexa_sync.sandbox.world.ids import new_execution_id
from wexa_sync.sandbox.world.inbox import open_item
from wexa_sync.sandbox.world.seed import USER_ID, USER_NAME
from wexa_sync.sandbox.world.store import Row

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_NAMED = {"ready": "ready_word", "waiting": "waiting_word", "cancelled": "cancelled_word"}
_CLIENTS_WORDS = {"completed": "finished", "failed": "error"}
_UNSTARTED: Json = {
    "status": "ready",
    "schedule": None,
    "start_from_agent_id": None,
    "parent_execution_id": None,
    "execution_context": {},
    "files": [],
    "agents_output": [],
    "anomaly_detected": None,
    "previews": {},
    "runtime_inputs": {},
    "conclusion": None,
    "end_time": None,
}
_FROM_OUTSIDE: Json = {"is_external_application": False, "application_user_id": None}
"""Who started a run from another application. An execution says it twice, the second time in `executed_by`."""


def start(world: World, flow: Row, *, goal: str, inputs: Json, executed_by: str, at: float, how: str = "manual") -> Row:
    """Create an execution of an agentflow, and the task that shows it. `how`: "manual", "schedule" or "api"."""
    fills_in = world.readings.says("goal", "filled_in")
    name = USER_NAME if executed_by == USER_ID else executed_by
    runner = {"_id": executed_by, "metadata": None, "name": name, "type": how}
    body: Json = (
        _UNSTARTED
        | _FROM_OUTSIDE
        | {
            "_id": world.new_id(at),
            "execution_id": new_execution_id(),
            "task_id": world.new_id(at),
            "agentflow_id": flow.id,
            "projectID": flow.project,
            "agentflow": _frozen_copy(flow.body),
            "goal": _filled_in(goal, inputs) if fills_in else goal,
            "goal_template": goal if fills_in else None,
            "input_variables": inputs,
            "executed_by": runner | _FROM_OUTSIDE,
            "agentflow_name": flow.body["name"],
            "created_at": at,
        }
    )
    row = Row(
        kind="execution", id=body["_id"], alias=body["execution_id"], project=flow.project, owner=flow.id, body=body
    )
    row.inner |= {"phase": "ready", "unskilled": outcomes.unskilled(flow.body["agents"])}
    row.due = at + world.ready_seconds if world.readings.says("execution_start", "auto") else None
    world.store.add(row)
    world.store.add(_task(world, row, at))
    return row


def view(world: World, row: Row) -> Json:
    """Return an execution as clients see it."""
    return row.body | {"status": status_word(world, row)}


def brief(world: World, row: Row) -> Json:
    """Return an execution as the list shows it."""
    whole = view(world, row)
    if world.readings.says("execution_items", "full"):
        return whole
    return {key: whole[key] for key in ("_id", "execution_id", "agentflow_id", "status")}


def status_word(world: World, row: Row) -> str:
    """Return the API's word for the run's status."""
    return world.readings.cased(_word(world, row))


def _word(world: World, row: Row) -> str:
    phase: str = row.inner["phase"]
    if phase == "waiting" and row.inner["outcome"]["name"] == "input_required":
        return "input_required"
    if phase in _NAMED:
        return world.readings.value(_NAMED[phase])
    return _CLIENTS_WORDS.get(phase, phase) if world.readings.says("end_words", "client") else phase


def step(world: World, row: Row) -> None:
    """Take the step that was due."""
    at = row.due
    assert at is not None  # only a due run is stepped
    if row.inner["phase"] == "ready":
        _run(world, row, at)
    else:
        _conclude(world, row, at)


def pause(world: World, row: Row) -> None:
    """Pause an ongoing run; keep the rest of its running time."""
    _require(world, row, "paused", ("ready", "running"))
    if row.inner["phase"] == "running" and row.due is not None:
        row.inner["rest"] = row.due - world.now()
    _enter(world, row, "paused", None)


def resume(world: World, row: Row) -> None:
    """Let a paused run continue."""
    _require(world, row, "resumed", ("paused",))
    if world.readings.says("after_resume", "ready"):
        _enter(world, row, "ready", world.now() + world.ready_seconds)
    else:
        _run(world, row, world.now())


def cancel(world: World, row: Row) -> None:
    """End a run for good."""
    _require(world, row, "cancelled", ("ready", "running", "paused", "waiting"))
    row.body["end_time"] = world.now()
    _enter(world, row, "cancelled", None)


def execute(world: World, row: Row) -> None:
    """Start a run by hand. Under a reading, run a finished run again."""
    again = ("completed", "failed") if world.readings.says("execute_finished", "restart") else ()
    _require(world, row, "executed", ("ready", "paused", *again))
    told = row.inner.get("told", 0) + 1
    if row.inner["phase"] in again:
        results.erase(row.body)
        row.inner = {"phase": "ready"}
    row.inner["told"] = told
    already_due = row.due if row.inner["phase"] == "ready" else None
    _enter(world, row, "ready", already_due or world.now() + world.ready_seconds)


def answered(world: World, row: Row, *, approved: bool = True) -> None:
    """Let a run continue after a person answered its inbox item; let it fail if the answer is no."""
    _require(world, row, "answered", ("waiting",))
    row.inner["outcome"]["name"] = "completed" if approved else "failed"
    _enter(world, row, "running", world.now() + (world.run_seconds if approved else 0.0))


def _run(world: World, row: Row, at: float) -> None:
    if "outcome" not in row.inner:
        outcome = outcomes.outcome_for(world, row.body)
        row.inner |= {"outcome": {"name": outcome.name}, "rest": outcome.seconds, "began": at}
        _mark_used(world, row, at)
    _enter(world, row, "running", at + row.inner.pop("rest"))


def _conclude(world: World, row: Row, at: float) -> None:
    outcome = row.inner["outcome"]["name"]
    if outcome in outcomes.INBOX_TYPES:
        open_item(world, row.body, outcomes.INBOX_TYPES[outcome], at)
        _enter(world, row, "waiting", None)
        return
    _enter(world, row, outcomes.finish(world, row, outcome, at), None)


def _enter(world: World, row: Row, phase: str, due: float | None) -> None:
    row.inner["phase"] = phase
    row.due = due
    world.store.save(row)


def _require(world: World, row: Row, wanted: str, allowed: tuple[str, ...]) -> None:
    if row.is_deleted or row.inner["phase"] not in allowed:
        word = status_word(world, row)
        raise ApiError(int(world.readings.value("illegal_move")), f"Execution is {word} and can't be {wanted}")


def _mark_used(world: World, row: Row, at: float) -> None:
    flow = world.store.get("agentflow", row.body["agentflow_id"])
    if flow is not None:  # else it was deleted since
        flow.body["last_used"] = at
        world.store.save(flow)


def _filled_in(goal: str, inputs: Json) -> str:
    """Replace each `{{name}}` by its input; a name without an input stays."""
    return re.sub(r"\{\{\s*([^{}]+?)\s*\}\}", lambda found: str(inputs.get(found[1], found[0])), goal)


def _frozen_copy(flow: Json) -> Json:
    names = ("_id", "llm", "role", "role_description", "title", "agent_type", "next_agent")
    agents = [{key: agent.get(key) for key in names} for agent in flow["agents"]]
    return {
        "agentflow_id": flow["_id"],
        "agents": agents,
        "image": flow["image"],
        "initialAgent": flow["initialAgent"],
        "name": flow["name"],
        "role": flow["role"],
        "conclusion": None,
    }


def _task(world: World, execution: Row, at: float) -> Row:
    body = {
        "_id": execution.body["task_id"],
        "projectID": execution.project,
        "created_at": at,
        "updated_at": at,
        "status": "ready",
        "created_by": execution.body["executed_by"]["_id"],
        "execution_ids": [execution.alias],
        "execution_nodes": [
            {"execution_id": execution.alias, "_id": world.new_id(at), "execution_type": "execution", "children": []}
        ],
        "name": execution.body["agentflow"]["name"],
    }
    return Row(kind="task", id=body["_id"], alias=None, project=execution.project, owner=execution.alias, body=body)
