"""Create, read, update and delete projects: the camelCase part of the API, with `{message}` errors."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from wexa_sync.sandbox.bodies import ConnectorConfig, ProjectCreate, ProjectUpdate
from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import created, deleted, listing, reply, updated
from wexa_sync.sandbox.routes.paging import by_page, page_of
from wexa_sync.sandbox.routes.params import Here
from wexa_sync.sandbox.world.clock import iso_millis
from wexa_sync.sandbox.world.connectors import add_connector
from wexa_sync.sandbox.world.seed import ORG_ID, USER_ID, seed_connectors
from wexa_sync.sandbox.world.shown import as_read, row_as_read, rows_as_read
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Project"])


@router.post("/v1/project", summary="Create project")
@turn
def create_project(world: Here, body: ProjectCreate) -> Response:
    """Create a project in an organization. Reading `project_connectors` says whether it starts with connectors."""
    _check_organization(body)
    world.check_name("project", body.project_name)
    at = world.now()
    project = {
        "_id": world.new_id(at),
        **_fields(body),
        "status": body.status,
        "createdAt": iso_millis(at),
        "updatedAt": iso_millis(at),
    }
    world.store.add(Row(kind="project", id=project["_id"], body=project))
    if world.readings.says("project_connectors", "seeded"):
        for connector in seed_connectors(project["_id"]):
            add_connector(world, ConnectorConfig.model_validate(connector).json_form())
    return created(world, as_read(world.readings, project), seen=True)


@router.get("/v1/project", summary="Get all projects")
@turn
def list_projects(
    *,
    world: Here,
    status: str | None = None,
    user_id: Annotated[str | None, Query(alias="userId")] = None,
    org_id: Annotated[str | None, Query(alias="orgId")] = None,
    page: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """List the projects of a user in an organization. Without both ids the list is empty [client]."""
    at_home = (user_id, org_id) == (USER_ID, ORG_ID)
    wanted = None if status is None else lambda row: row.body["status"] == status
    rows, total = page_of(world, "project", by_page(world, page, limit), wanted) if at_home else ([], 0)
    return listing(world, "projectList", rows_as_read(world.readings, rows), total=("totalCount", total))


@router.get("/v1/project/all", summary="Get all projects of a user")
@turn
def list_projects_of_user(world: Here, user_id: Annotated[str, Query(alias="userId")]) -> Response:
    """List all projects of a user; known from the SDK only."""
    projects = world.store.rows("project") if user_id == USER_ID else []
    return listing(world, "projectList", projects, total=("totalCount", len(projects)))


@router.get("/v1/project/{project_id}", summary="Get project")
@turn
def get_project(world: Here, project_id: str) -> Response:
    """Return one project."""
    return reply(row_as_read(world.readings, world.find("project", project_id)))


@router.put("/v1/project", summary="Update project")
@turn
def update_project(world: Here, project_id: Annotated[str, Query(alias="projectId")], body: ProjectUpdate) -> Response:
    """Update a project; its id is in the query, spelled with a lower-case d."""
    return _update(world, project_id, body)


@router.put("/v1/project/{project_id}", summary="Update project (id in the path)")
@turn
def update_project_by_path(world: Here, project_id: str, body: ProjectUpdate) -> Response:
    """Update a project with its id in the path, as SDK 0.1.1 and 0.1.5 do."""
    return _update(world, project_id, body)


@router.delete("/v1/project/{project_id}", summary="Delete project")
@turn
def delete_project(world: Here, project_id: str) -> Response:
    """Delete a project and everything in it. The API has no other way to delete agentflows and skills."""
    project = world.find("project", project_id)
    for row in (*world.store.of_project(project_id), project):
        world.delete(row)
    return deleted(world, project.body)


@router.get("/project/projectName/{project_name:path}", summary="Get project by projectName")
@turn
def get_project_by_name(world: Here, project_name: str) -> Response:
    """Return the first project of that name; known from the SDK only. The path has no /v1."""
    for row in world.store.rows("project", name=project_name):
        return reply(row)
    raise ApiError(404, f"Project not found: {project_name}")


def _update(world: World, project_id: str, body: ProjectUpdate) -> Response:
    project = world.find_live("project", project_id)
    _check_organization(body)
    project.body |= _fields(body) | {"updatedAt": iso_millis(world.now())}
    world.store.save(project)
    return updated(world, as_read(world.readings, project.body))


def _check_organization(body: ProjectUpdate) -> None:
    if body.org_id != ORG_ID:
        raise ApiError(404, f"Organization not found: {body.org_id}")


def _fields(body: ProjectUpdate) -> Json:
    sent = body.json_form()
    return {key: sent[key] for key in ("projectName", "description", "orgId")} | {"coworkerRole": body.coworker_role}
