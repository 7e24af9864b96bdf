"""List, replace and run the triggers of connectors. A list is only written whole; the client chooses the ids."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.bodies import Body
from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import reply
from wexa_sync.sandbox.routes.params import Here
from wexa_sync.sandbox.world import executions
from wexa_sync.sandbox.world.seed import USER_ID
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.triggers import fire, replace_all, triggers_of
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Triggers"])


class TriggerList(Body):
    """Replace the triggers of a connector. A trigger keeps every key that is sent."""

    triggers: list[Json]


class TriggersRun(Body):
    """Run several triggers, which are sent whole; `execution_id` is that of the run that asks, if any."""

    triggers: list[Json]
    response_data: Any
    triggered_by: str
    execution_id: str | None = None


@router.get("/triggers/connector/{connector_id}", summary="List triggers of a connector")
@turn
def list_triggers(world: Here, connector_id: str) -> Response:
    """List the triggers of a connector. The SDK says that the answer may be null where there are none."""
    connector = world.find_live("connector", connector_id)
    form = world.readings.value("triggers_none")
    if triggers_of(connector) or form == "empty":
        return reply(_view(connector))
    if form == "404":
        raise ApiError(404, f"No triggers found for connector: {connector_id}")
    return reply(None)


@router.put("/triggers/connector/{connector_id}/{category}", summary="Replace triggers of a connector")
@turn
def replace_triggers(world: Here, connector_id: str, category: str, body: TriggerList) -> Response:
    """Replace the WHOLE list: a trigger that is not sent is gone, and an empty list removes all."""
    connector = world.find_live("connector", connector_id)
    if category != connector.body["category"]:
        raise ApiError(400, f"category differs: {category} in the path, {connector.body['category']} of the connector")
    replace_all(world, connector, body.triggers)
    forms: dict[str, Json | None] = {"object": _view(connector), "message": {"message": "Triggers updated"}}
    return reply(forms.get(world.readings.value("triggers_put_answer")))


@router.post("/trigger/{project_id}/coworker", summary="Run several triggers")
@turn
def run_triggers(world: Here, project_id: str, body: TriggersRun) -> Response:
    """Start a run for each trigger in the body."""
    world.find_live("project", project_id)
    inputs = {"response_data": body.response_data}
    return reply([_run(world, project_id, each, inputs, body.triggered_by) for each in body.triggers])


@router.post("/trigger/{project_id}/{connector_id}/{trigger_id}", summary="Run one trigger")
@turn
def run_trigger(world: Here, project_id: str, connector_id: str, trigger_id: str, body: Json | None = None) -> Response:
    """Start the run of one trigger of a connector."""
    connector = world.find_live("connector", connector_id, project=project_id)
    world.check_id(trigger_id)
    trigger = next((each for each in triggers_of(connector) if each.get("_id") == trigger_id), None)
    if trigger is None:
        raise ApiError(404, f"Trigger not found: {trigger_id}")
    return reply(_run(world, project_id, trigger, body or {}, USER_ID))


def _view(connector: Row) -> Json:
    body = connector.body
    return {"connector_id": connector.id, "connector_type": body["category"], "triggers": triggers_of(connector)}


def _run(world: World, project: str, trigger: Json, inputs: Json, executed_by: str) -> Json:
    try:
        row = fire(world, project, trigger, inputs=inputs, executed_by=executed_by)
    except ApiError as error:
        return {"status": "error", "execution": None, "error": str(error.detail)}
    return {"status": "success", "execution": executions.view(world, row), "error": None}
