"""Configure, list and delete connectors. The only field that can be changed is the status."""

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.bodies import ConnectorConfig, ConnectorStatus
from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import created, deleted, listing, reply, updated
from wexa_sync.sandbox.routes.params import Here, MaybeProject, ProjectQuery, check_same_project
from wexa_sync.sandbox.world.seed import CATEGORIES, PICTURES
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Connectors"])


def add_connector(world: World, sent: Json) -> Row:
    """Add a connector to its project."""
    body = {"_id": world.new_id(), **ConnectorConfig.model_validate(sent).json_form()}
    return world.store.add(Row(kind="connector", id=body["_id"], project=body["projectID"], body=body))


@router.post("/actions/{category}/config", summary="Configure connector")
@turn
def configure_connector(world: Here, category: str, body: ConnectorConfig, project_id: MaybeProject = None) -> Response:
    """Create a connector. A second one of the same name in the project is refused [test]."""
    if category != body.category:
        raise ApiError(400, f"category differs: {category} in the path, {body.category} in the body")
    check_same_project(project_id, body.project_id)
    world.find_live("project", body.project_id)
    world.refuse_taken_name("connector", "name", body.name, project=body.project_id)
    connector = add_connector(world, body.json_form())
    return created(world, _view(connector) | _to_verify(connector))


@router.get("/actions/{category}/config/{ident}", summary="Get config")
@turn
def get_config(world: Here, category: str, ident: str) -> Response:
    """Return the connector of a category. `ident` is its project's id (SDK) or its own id (a real client)."""
    world.check_id(ident)
    for row in world.store.rows("connector"):
        if ident in (row.id, row.project) and row.body["category"] == category:
            return reply({"configured": row.body["is_configured"], "config": row.body | _to_verify(row)})
    return reply({"configured": False, "config": {}})


@router.get("/connectors/", summary="List connectors")
@turn
def list_connectors(world: Here, project_id: MaybeProject = None) -> Response:
    """List connectors without groups; known from the SDK only."""
    return listing(world, "connectors", [_view(row) for row in world.store.rows("connector", project=project_id)])


@router.get("/connectors/trigger_actions", summary="List trigger actions (project in the query)")
@turn
def list_trigger_actions(world: Here, project_id: ProjectQuery) -> Response:
    """List the events of a project's connectors."""
    return _trigger_actions(world, project_id)


@router.get("/connectors/{project_id}/trigger_actions", summary="Get all available trigger actions")
@turn
def list_trigger_actions_by_path(world: Here, project_id: str) -> Response:
    """List the same events, with the project in the path."""
    return _trigger_actions(world, project_id)


@router.get("/connectors/{project_id}", summary="Get connectors by projectid")
@turn
def list_connector_groups(world: Here, project_id: str) -> Response:
    """List a project's connectors grouped by category. A category without an account has 0 accounts [client]."""
    world.check_id(project_id)
    groups: dict[str, list[Json]] = {category: [] for category in CATEGORIES}
    for row in world.store.rows("connector", project=project_id):
        account = {"connectorID": row.id, "sourceName": row.body["name"], "status": row.body["status"]}
        groups.setdefault(row.body["category"], []).append(account | ({"is_deleted": True} if row.is_deleted else {}))
    items = [{"category": name, "accounts": len(found), "accountDetails": found} for name, found in groups.items()]
    return listing(world, "connectors", items, bare=True)


@router.post("/connectors/change_status", summary="Connector update status")
@turn
def change_status(world: Here, body: ConnectorStatus) -> Response:
    """Change a connector's status."""
    connector = world.find_live("connector", body.connector_id)
    connector.body |= {"status": body.new_status, "data_loader_config": body.data_loader_config}
    world.store.save(connector)
    return updated(world, _view(connector))


@router.get("/connector/{connector_id}", summary="Get connector by Id")
@router.get("/v1/connector/{connector_id}", summary="Get connector by Id (v1)")
@turn
def get_connector(world: Here, connector_id: str) -> Response:
    """Return one connector. `config.config` holds the configured values, credentials included [client]."""
    return reply(_view(world.find("connector", connector_id)))


@router.delete("/connector/{connector_id}", summary="Delete a connector")
@turn
def delete_connector(world: Here, connector_id: str, project_id: ProjectQuery) -> Response:
    """Delete a connector; this path requires `projectID`."""
    return _delete(world, connector_id, project_id)


@router.delete("/v1/connector/{connector_id}", summary="Delete a connector (v1)")
@turn
def delete_connector_v1(world: Here, connector_id: str, project_id: MaybeProject = None) -> Response:
    """Delete a connector; this path does not require `projectID`."""
    return _delete(world, connector_id, project_id)


def _delete(world: World, connector_id: str, project_id: str | None) -> Response:
    connector = world.find("connector", connector_id, project=project_id)
    world.delete(connector)
    if world.readings.says("connector_delete", "drops_skills"):
        for skill in world.store.rows("skill", owner=connector_id):
            world.delete(skill)
    return deleted(world, _view(connector))


def _view(row: Row) -> Json:
    return row.body | {"config": row.body}


def _to_verify(row: Row) -> Json:
    pending_chat = row.body["category"] == "whatsapp"
    return {"data_to_verify": {"url": f"{PICTURES}/verify/{row.id}"}} if pending_chat else {}


def _trigger_actions(world: World, project_id: str) -> Response:
    world.check_id(project_id)
    connectors = world.store.rows("connector", project=project_id)
    events = [
        {"connectorID": row.id, "category": row.body["category"], "available_events": row.body["available_events"]}
        for row in connectors
    ]
    return listing(world, "trigger_actions", events)
