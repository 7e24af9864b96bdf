"""Keep the inbox items of runs that wait for a person. Times are epoch MILLISECONDS, as on the vendor's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world.store import Row

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_SUMMARY = {
    "preview": "Please look at the preview of this execution",
    "runtime_input": "This execution needs input to go on",
    "anomaly_detection": "This execution did something unusual",
}


def open_item(world: World, execution: Json, kind: str, at: float) -> None:
    """Add an inbox item for a run. `kind` is preview, runtime_input or anomaly_detection; `at` is epoch seconds."""
    flow = execution["agentflow"]
    agent = flow["agents"][0] if flow["agents"] else {"_id": None, "title": ""}
    body = {
        "_id": world.new_id(at),
        "type": kind,
        "status": "pending",
        "created_at": at * 1000,
        "updated_at": at * 1000,
        "agent_id": agent["_id"],
        "coworker_id": execution["agentflow_id"],
        "coworker_name": flow["name"],
        "agent_title": agent["title"],
        "summary": _SUMMARY[kind],
        "execution_id": execution["execution_id"],
        "projectID": execution["projectID"],
        "executed_by": execution["executed_by"]["_id"],
    }
    if kind == "preview":
        body["preview"] = {
            "is_approved": False,
            "modified_inputs_during_preview": [],
            "preview_input": _preview(execution),
        }
    if kind == "anomaly_detection":
        execution["anomaly_detected"] = {"agent_id": agent["_id"], "reason": _SUMMARY[kind], "is_approved": False}
    project = execution["projectID"]
    world.store.add(Row(kind="inbox", id=body["_id"], project=project, owner=execution["execution_id"], body=body))


def pending_item(world: World, execution_id: str, kind: str, agent_id: str | None) -> Row:
    """Return the open item of that kind of a run (and of that agent, if the call names one)."""
    for row in world.store.rows("inbox", owner=execution_id):
        body = row.body
        if (body["type"], body["status"]) == (kind, "pending") and agent_id in (None, body["agent_id"]):
            return row
    raise ApiError(404, f"No pending {kind} request for execution {execution_id}")


def shown(world: World, item: Json) -> Json:
    """Return an item as clients see it."""
    return item | {"status": world.readings.cased(item["status"])}


def touch(world: World, row: Row, status: str) -> None:
    """Write an item with its new status."""
    row.body |= {"status": status, "updated_at": world.now() * 1000}
    world.store.save(row)


def _preview(execution: Json) -> Json:
    thought = f"About to work on: {execution['goal']}"
    return {
        "thoughts": dict.fromkeys(("text", "reasoning", "plan", "criticism", "speak"), thought),
        "skill": {"name": "", "id": None, "input": {"content": execution["input_variables"]}},
    }
