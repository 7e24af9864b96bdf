"""Show and refresh a project's dashboard, and delete its components. No call makes one; a refresh fills the first."""

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.replies import deleted, reply, updated
from wexa_sync.sandbox.routes.params import Here
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(prefix="/dashboard", tags=["Dashboard"])

_FIRST = (("Runs", "line_chart"), ("Credits used", "number"), ("Open tasks", "table"))


@router.get("/{project_id}", summary="Get dashboard")
@turn
def get_dashboard(world: Here, project_id: str) -> Response:
    """Return a project's dashboard in the form of reading `dashboard`."""
    return reply(_view(world, world.find("project", project_id)))


@router.post("/refresh/{project_id}", summary="Refresh dashboard")
@turn
def refresh_dashboard(world: Here, project_id: str) -> Response:
    """Compute the dashboard anew. The first time in a project, it gets its components [guess]."""
    project = world.find_live("project", project_id)
    at = world.now()
    if "dashboard_at" not in project.inner:
        for title, chart in _FIRST:
            body: Json = {"_id": world.new_id(at), "title": title, "type": chart, "projectID": project_id, "data": []}
            world.store.add(Row(kind="component", id=body["_id"], project=project_id, body=body))
    project.inner["dashboard_at"] = at
    world.store.save(project)
    view = _view(world, project)
    return updated(world, view if isinstance(view, dict) else {"components": view})


@router.delete("/component/{project_id}/{component_id}", summary="Delete component in dashboard")
@turn
def delete_component(world: Here, project_id: str, component_id: str) -> Response:
    """Delete one component. A refresh does not bring it back [guess]."""
    component = world.find("component", component_id, project=project_id)
    world.delete(component)
    return deleted(world, component.body)


def _view(world: World, project: Row) -> Json | list[Json]:
    components = [row.body for row in world.store.rows("component", project=project.id)]
    form = world.readings.value("dashboard")
    if form == "list":
        return components
    if form == "empty" and not components:
        return {}
    return {"projectID": project.id, "components": components, "updated_at": project.inner.get("dashboard_at")}
