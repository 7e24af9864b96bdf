"""What the real API does not have: the sandbox's own endpoints to drive and watch it, under /_sandbox/."""

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.bodies import ClockMove, FaultText, OutcomeScript
from wexa_sync.sandbox.errors import ApiError, FaultError, invalid
from wexa_sync.sandbox.faults.table import FORM, described
from wexa_sync.sandbox.readings import READINGS
from wexa_sync.sandbox.replies import reply
from wexa_sync.sandbox.routes.params import Here
from wexa_sync.sandbox.world.clock import LAST_DATE
from wexa_sync.sandbox.world.outcomes import remember_scripts, scripts
from wexa_sync.sandbox.world.turn import catch_up, turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(prefix="/_sandbox", tags=["Sandbox"])


@router.get("/clock", summary="The sandbox's time")
@turn
def get_clock(world: Here) -> Response:
    """The time in epoch seconds, whether it stands still, and its distance from the real one in seconds."""
    return _clock(world)


@router.post("/clock", summary="Move or freeze the sandbox's time")
@turn
def move_clock(world: Here, body: ClockMove) -> Response:
    """`{"advance": seconds}` moves the clock, `{"freeze": true|false}` stops it or lets it go on."""
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
    """The scripts, oldest first; the newest that matches a run decides."""
    return reply({"outcomes": scripts(world)})


@router.post("/outcomes", summary="Script what runs come to")
@turn
def add_outcome(world: Here, body: OutcomeScript) -> Response:
    """Runs that match and start running from now on come to this outcome."""
    remember_scripts(world, [*scripts(world), body.json_form()])
    return reply({"outcomes": scripts(world)})


@router.delete("/outcomes", summary="Forget the scripted outcomes")
@turn
def clear_outcomes(world: Here) -> Response:
    """All runs succeed again."""
    remember_scripts(world, [])
    return reply({"outcomes": []})


@router.get("/faults", summary="The scripted faults")
async def get_faults(world: Here) -> Response:
    """The faults in force with how many requests each has matched and struck, and the table of all kinds."""
    return reply({"faults": world.script.as_data(), "form": FORM, "kinds": list(described())})


@router.post("/faults", summary="Script a fault")
async def add_fault(world: Here, body: FaultText) -> Response:
    """One more fault, in the words of `--fault`; it counts requests from now on."""
    try:
        world.script.add(body.fault)
    except FaultError as error:
        raise ApiError(422, [invalid("body", "fault", "fault", f"{error}. {error.hint}", body.fault)]) from None
    return reply({"faults": world.script.as_data()})


@router.delete("/faults", summary="Forget the scripted faults")
async def clear_faults(world: Here) -> Response:
    """Nothing goes wrong any more; what hangs is closed, what waits goes on, and every list is fresh."""
    world.script.clear()
    return reply({"faults": []})


@router.get("/requests", summary="The requests so far")
async def get_requests(world: Here) -> Response:
    """Method, path, query, status and fault of each request in order of arrival; none to /_sandbox/, and no headers."""
    return reply({"requests": list(world.requests)})


@router.delete("/requests", summary="Forget the requests so far")
async def clear_requests(world: Here) -> Response:
    """Start counting anew."""
    world.requests.clear()
    return reply({"requests": []})


@router.get("/readings", summary="The readings")
async def get_readings(world: Here) -> Response:
    """Every reading with its value here and the values it can have."""
    chosen = world.readings.as_dict()
    entries = [
        {"name": item.name, "value": chosen[item.name], "values": item.values, "meaning": item.meaning}
        for item in READINGS
    ]
    return reply({"readings": entries})


def _clock(world: World) -> Response:
    return reply({"now": world.now(), "frozen": world.clock.frozen, "offset": world.clock.offset})
