"""Drive and watch the sandbox: its own endpoints under /_sandbox/, which the real API does not have."""

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from wexa_sync.sandbox.bodies import ClockMove, FaultText, OutcomeScript
from wexa_sync.sandbox.errors import ApiError, FaultError, invalid
from wexa_sync.sandbox.faults.table import FORM, described
from wexa_sync.sandbox.readings import READINGS
from wexa_sync.sandbox.replies import reply
from wexa_sync.sandbox.routes.params import Here
from wexa_sync.sandbox.world.clock import LAST_DATE
from wexa_sync.sandbox.world.outcomes import remember_scripts, scripts
from wexa_sync.sandbox.world.store import Json
from wexa_sync.sandbox.world.turn import catch_up, turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(prefix="/_sandbox", tags=["Sandbox"])


@router.get("/clock", summary="The sandbox's time")
@turn
def get_clock(world: Here) -> Response:
    """Return the time (epoch seconds), whether the clock stands still, and its offset from the real time in seconds."""
    return _clock(world)


@router.post("/clock", summary="Move or freeze the sandbox's time")
@turn
def move_clock(world: Here, body: ClockMove) -> Response:
    """Move the clock by `{"advance": seconds}`; stop it or let it run by `{"freeze": true|false}`."""
    if world.clock.now() + body.advance > LAST_DATE:
        raise ApiError(422, "The clock ends with the year 9999")
    if body.freeze is not None:
        world.clock.freeze() if body.freeze else world.clock.thaw()
    world.clock.advance(body.advance)
    catch_up(world)
    return _clock(world)


@router.get("/outcomes", summary="The scripted outcomes")
@turn
def get_outcomes(world: Here) -> Response:
    """Return the scripts, oldest first. The newest that matches a run decides."""
    return reply({"outcomes": scripts(world)})


@router.post("/outcomes", summary="Script the outcome of runs")
@turn
def add_outcome(world: Here, body: OutcomeScript) -> Response:
    """Add an outcome for the matching runs that start running from now on."""
    remember_scripts(world, [*scripts(world), body.json_form()])
    return reply({"outcomes": scripts(world)})


@router.delete("/outcomes", summary="Remove the scripted outcomes")
@turn
def clear_outcomes(world: Here) -> Response:
    """Remove every script: all runs succeed again."""
    remember_scripts(world, [])
    return reply({"outcomes": []})


@router.get("/faults", summary="The scripted faults")
async def get_faults(world: Here) -> Response:
    """Return the faults in force with the number of requests each has matched and struck, and the table of kinds."""
    return reply({"faults": world.script.as_data(), "form": FORM, "kinds": list(described())})


@router.post("/faults", summary="Script a fault")
async def add_fault(world: Here, body: FaultText) -> Response:
    """Add a fault, written as for `--fault`. The fault counts requests from now on."""
    try:
        world.script.add(body.fault)
    except FaultError as error:
        raise ApiError(422, [invalid("body", "fault", "fault", f"{error}. {error.hint}", body.fault)]) from None
    return reply({"faults": world.script.as_data()})


@router.delete("/faults", summary="Remove the scripted faults")
async def clear_faults(world: Here) -> Response:
    """Remove every fault: hanging requests are closed, waiting ones continue, and lists show all their objects."""
    world.script.clear()
    return reply({"faults": []})


@router.get("/requests", summary="The requests so far")
async def get_requests(world: Here) -> Response:
    """Return each request's method, path, query, status and fault, in order of arrival; none to /_sandbox/."""
    return reply({"requests": list(world.requests)})


@router.delete("/requests", summary="Remove the notes of requests")
async def clear_requests(world: Here) -> Response:
    """Remove the notes of all requests so far."""
    world.requests.clear()
    return reply({"requests": []})


@router.get("/readings", summary="The readings")
async def get_readings(world: Here) -> Response:
    """Return every reading with its value and its possible values."""
    chosen = world.readings.as_dict()
    entries = [
        {"name": item.name, "value": chosen[item.name], "values": item.values, "meaning": item.meaning}
        for item in READINGS
    ]
    return reply({"readings": entries})


@router.post("/quota", summary="Change what the organization's plan allows")
@turn
def change_quota(world: Here, body: Annotated[Json, Body()]) -> Response:
    """Put limits in the place of those that GET /customer shows. They are shown, not enforced."""
    world.store.remember("quota", body)
    return reply({"quota": body})


def _clock(world: World) -> Response:
    return reply({"now": world.now(), "frozen": world.clock.frozen, "offset": world.clock.offset})
