"""Configure, list, query and delete connectors. The only field that can be changed is the status."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from wexa_sync.sandbox.bodies import ConnectorConfig, ConnectorQuery, ConnectorStatus
from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import configured, deleted, listing, reply, updated
from wexa_sync.sandbox.routes.params import Here, Limit, MaybeProject, ProjectQuery, check_same_project
from wexa_sync.sandbox.world import connectors
from wexa_sync.sandbox.world.catalogue import CATEGORIES
from wexa_sync.sandbox.world.connectors import to_verify, view
from wexa_sync.sandbox.world.seed import ORG_ID
from wexa_sync.sandbox.world.store import Json
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Connectors"])


@router.post("/actions/{category}/config", summary="Configure connector")
@turn
def configure_connector(world: Here, category: str, body: ConnectorConfig, project_id: MaybeProject = None) -> Response:
    """Create a connector. A second one of the same name in the project is refused [test]."""
    if category != body.category:
        raise ApiError(400, f"category differs: {category} in the path, {body.category} in the body")
    check_same_project(project_id, body.project_id)
    world.find_live("project", body.project_id)
    world.refuse_taken_name("connector", body.name, project=body.project_id)
    connector = connectors.add_connector(world, body.json_form())
    return configured(world, view(world, connector), to_verify(connector))


@router.get("/actions/{category}/config/{ident}", summary="Get config")
@turn
def get_config(world: Here, category: str, ident: str) -> Response:
    """Return the connector of a category. `ident` is its project's id (SDK) or its own id (a real client)."""
    world.check_id(ident)
    one = world.store.get("connector", ident)
    for row in [one] if one else world.store.rows("connector", project=ident):
        if row.body["category"] == category and not row.is_deleted:
            shown = view(world, row)["config"] | to_verify(row)
            return reply({"configured": row.body["is_configured"], "config": shown})
    return reply({"configured": False, "config": {}})


@router.get("/connectors/", summary="List connectors")
@turn
def list_connectors(world: Here, project_id: MaybeProject = None) -> Response:
    """List connectors without groups; known from the SDK only."""
    return listing(world, "connectors", [view(world, row) for row in world.store.rows("connector", project=project_id)])


@router.post("/retrieve/connectors/{org_id}/on/query", summary="Query connectors")
@turn
def query_connectors(world: Here, org_id: str, body: ConnectorQuery) -> Response:
    """List the connectors that match a query, with the fields of the projection [client]."""
    if org_id != ORG_ID:
        raise ApiError(404, f"Organization not found: {org_id}")
    wanted = {"_id", *(name for name, one in body.projection.items() if one)} if body.projection else None
    found = [view(world, row) | to_verify(row) for row in connectors.of_query(world, body.query)]
    items = [{name: each[name] for name in each if wanted is None or name in wanted} for each in found]
    return listing(world, "connectors", items, bare=True)


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


@router.get("/connectors/{project_id}/retrieve/linkedin_params", summary="Retrieve linkedin params")
@turn
def retrieve_linkedin_params(
    *,
    world: Here,
    project_id: str,
    search_type: Annotated[str | None, Query(pattern="^[A-Z_]+$", description="PEOPLE, COMPANY ...")] = None,
    keyword: str = "",
    limit: Limit = None,
    connector_id: str | None = None,
) -> Response:
    """Suggest search parameters, by a project's LinkedIn connector [sdk]."""
    rows = [row for row in world.store.rows("connector", project=project_id) if row.body["category"] == "linkedin"]
    if not any(connector_id in (None, row.id) and not row.is_deleted for row in rows):
        raise ApiError(404, "No LinkedIn connector is configured")
    kind = search_type or "PEOPLE"
    found = [{"id": str(number), "title": f"{keyword} {kind.lower()} {number}".strip()} for number in (1, 2, 3)]
    return listing(world, "items", found[:limit])


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
    connectors.change_status(world, connector, body.new_status, body.data_loader_config)
    return updated(world, view(world, connector))


@router.get("/connector/{connector_id}", summary="Get connector by Id")
@router.get("/v1/connector/{connector_id}", summary="Get connector by Id (v1)")
@turn
def get_connector(world: Here, connector_id: str) -> Response:
    """Return one connector. `config.config` holds the configured values, credentials included [client]."""
    return reply(view(world, world.find("connector", connector_id)))


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
    connectors.drop(world, connector)
    return deleted(world, view(world, connector))


def _trigger_actions(world: World, project_id: str) -> Response:
    world.check_id(project_id)
    events = [
        {"connectorID": row.id, "category": row.body["category"], "available_events": row.body["available_events"]}
        for row in world.store.rows("connector", project=project_id)
        if not row.is_deleted
    ]
    return listing(world, "trigger_actions", events)
