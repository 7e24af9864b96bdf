"""Show the coworkers of the marketplace, hire one, and look whether a newer one is there."""

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import enveloped, reply
from wexa_sync.sandbox.routes.customers import check_organization
from wexa_sync.sandbox.routes.params import Here, Limit
from wexa_sync.sandbox.world.agents import flow_view
from wexa_sync.sandbox.world.marketplace import COWORKERS, hire, hired
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Marketplace"])


@router.get("/public/marketplace/coworkers", summary="Get marketplace coworkers")
@turn
def list_coworkers(world: Here, search_key: str, limit: Limit) -> Response:
    """List the coworkers whose name or description has the text. There is a limit and no second page."""
    wanted = search_key.casefold()
    found = [each for each in COWORKERS if wanted in f"{each['name']}\n{each['description']}".casefold()]
    count = {"total_count": len(found)}
    return reply(enveloped(world.readings.value("marketplace_list"), "coworkers", found[:limit], count))


@router.get("/public/marketplace/coworker/{coworker_id}", summary="Get marketplace coworker by id")
@turn
def get_coworker(world: Here, coworker_id: str) -> Response:
    """Return one coworker."""
    return reply(_find(world, coworker_id))


@router.post("/marketplace/coworker/{coworker_id}/purchase", summary="Hire a coworker")
@turn
def purchase_coworker(world: Here, coworker_id: str, organization_id: str) -> Response:
    """Copy a coworker into the organization, and charge its price. The body is free, and not read."""
    check_organization(organization_id)
    coworker = _find(world, coworker_id)
    if world.readings.says("hire_twice", "refused") and hired(world, coworker):
        raise ApiError(400, f"Coworker is hired already: {coworker['name']}")
    project, flow = hire(world, coworker)
    if world.readings.says("hire_answer", "empty"):
        return Response(status_code=200)
    return reply(_answer(world, project, flow))


@router.get("/marketplace/coworker/update/{coworker_id}/check", summary="Check marketplace coworker update")
@turn
def check_coworker_update(world: Here, coworker_id: str) -> Response:
    """Tell whether the marketplace has a newer version of a coworker than the copies; here never [guess]."""
    coworker = _find(world, coworker_id)
    return reply({"coworker_id": coworker_id, "update_available": False, "version": coworker["version"]})


def _find(world: World, ident: str) -> Json:
    world.check_id(ident)
    found = next((each for each in COWORKERS if each["_id"] == ident), None)
    if found is None:
        raise ApiError(404, f"Coworker not found: {ident}")
    return found


def _answer(world: World, project: Row, flow: Row) -> Json:
    forms: dict[str, Json] = {
        "flow": flow_view(world, flow),
        "project": project.body,
        "ids": {"agentflow_id": flow.id, "projectID": project.id},
        "message": {"message": "Coworker hired successfully"},
    }
    return forms[world.readings.value("hire_answer")]
