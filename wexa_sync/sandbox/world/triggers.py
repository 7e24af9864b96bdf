"""Store the triggers of a connector as one list, and start the runs that a trigger asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world import executions

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json, Row
    from wexa_sync.sandbox.world.world import World


def triggers_of(connector: Row) -> list[Json]:
    """Return the triggers of a connector, as they were sent."""
    found: list[Json] = connector.body["triggers"]
    return found


def replace_all(world: World, connector: Row, sent: list[Json]) -> None:
    """Replace the whole list. Every key of a trigger is kept, also those that nobody knows."""
    known = {trigger.get("_id") for trigger in triggers_of(connector)}
    connector.body["triggers"] = [_stored(world, trigger, known) for trigger in sent]
    world.store.save(connector)


def fire(world: World, project: str, trigger: Json, *, inputs: Json, executed_by: str) -> Row:
    """Start the run that a trigger asks for. Raise ApiError where its agentflow is not one of the project's."""
    flow = world.find_live("agentflow", str(trigger.get("agentflow_id") or ""), project=project)
    goal = str(trigger.get("goal") or "")
    return executions.start(
        world, flow, goal=goal, inputs=inputs, executed_by=executed_by, at=world.now(), how="trigger"
    )


def _stored(world: World, trigger: Json, known: set[str | None]) -> Json:
    """Return the trigger with an id: the one that was sent, unless the reading says that the server makes it."""
    ident = trigger.get("_id")
    if ident is not None:
        if not isinstance(ident, str):
            raise ApiError(422, f"Invalid id of a trigger: {ident}")
        world.check_id(ident)
    if ident is None or (ident not in known and world.readings.says("trigger_id", "reassigned")):
        return {"_id": world.new_id(), **{key: value for key, value in trigger.items() if key != "_id"}}
    return trigger
