"""List the types of connectors, and describe and run their actions."""

from collections.abc import Iterator

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import listing, reply
from wexa_sync.sandbox.routes.params import Here, Limit, MaybeProject, ProjectQuery
from wexa_sync.sandbox.world.catalogue import TYPES, action_field, type_of
from wexa_sync.sandbox.world.store import Json
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Actions"])


@router.get("/public/connectors/all", summary="Get all connectors")
@turn
def list_public_types(world: Here, search_key: str, project_id: ProjectQuery, filter_type: str) -> Response:
    """List the types of connectors. `search_key` may be empty; of `filter_type` only `all` is known."""
    del filter_type
    world.check_id(project_id)
    return listing(world, "connectors", _types(search_key))


@router.get("/retrieve/all/connectors", summary="Retrieve all connectors")
@turn
def retrieve_all_types(world: Here, search_key: str = "", limit: Limit = None, category: str | None = None) -> Response:
    """List the same types as another client does, under `data` [client]."""
    found = [each for each in _types(search_key) if category in (None, "", each["category"])]
    return listing(world, "data", found[:limit])


@router.get("/actions/{category}/{action}", summary="Get action")
@turn
def get_action(world: Here, category: str, action: str) -> Response:
    """Describe an action: its input and its output [client]. `action` is the sort key."""
    found = _action(world, category, action)
    field = action_field("What to work on") | {"default_value": None}
    return reply({"description": found["description"], "input": {"fields": [field]}, "output": {"fields": [field]}})


@router.post("/actions/{category}/{action}", summary="Run a connector action (no connector)")
@turn
def run_action(world: Here, category: str, action: str, project_id: MaybeProject = None) -> Response:
    """Run an action by the category alone. Any body is accepted, none too."""
    del project_id
    return _ran(_action(world, category, action))


@router.post("/actions/{category}/{action}/{connector_id}", summary="Run a connector action")
@turn
def run_action_of(
    world: Here, category: str, action: str, connector_id: str, project_id: MaybeProject = None
) -> Response:
    """Run an action by one connector. Any body is accepted, none too."""
    connector = world.find_live("connector", connector_id, project=project_id)
    if connector.body["category"] != category:
        raise ApiError(400, f"Connector {connector_id} is of category {connector.body['category']}")
    return _ran(_action(world, category, action))


def _types(search_key: str) -> list[Json]:
    return [each.as_listed() for each in TYPES if search_key.casefold() in each.name.casefold()]


def _action(world: World, category: str, action: str) -> Json:
    for each in _offered(world, category):
        if each.get("sort") == action:
            return {"description": "", **each}
    raise ApiError(404, f"Action not found: {category}/{action}")


def _offered(world: World, category: str) -> Iterator[Json]:
    """Give the actions of the category's type, and then those of the configured connectors of that category."""
    known = type_of(category)
    yield from known.own_actions() if known else ()
    for row in world.store.rows("connector"):
        if row.body["category"] == category:
            yield from row.body["actions"]


def _ran(action: Json) -> Response:
    return reply({"status": "success", "action": action["sort"], "output": {}})
