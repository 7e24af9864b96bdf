"""Create, read, pause, resume, cancel and start executions of agentflows."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.bodies import ExecutionCreate, ExecutionMove
from wexa_sync.sandbox.replies import execution_listing, reply
from wexa_sync.sandbox.routes.params import Here, MaybeProject, ProjectQuery, check_same_project
from wexa_sync.sandbox.world import executions
from wexa_sync.sandbox.world.store import Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Executeflow"])


@router.post("/execute_flow", summary="Create executeflow")
@turn
def create_execution(world: Here, project_id: ProjectQuery, body: ExecutionCreate) -> Response:
    """Create an execution. It starts by itself unless reading `execution_start` says otherwise."""
    check_same_project(project_id, body.project_id)
    flow = world.find_live("agentflow", body.agentflow_id, project=project_id)
    by = body.executed_by
    by, how = (by, "manual") if isinstance(by, str) else (by.id, by.type)
    inputs = body.input_variables
    row = executions.start(world, flow, goal=body.goal, inputs=inputs, executed_by=by, at=world.now(), how=how)
    return reply(executions.view(world, row))


@router.get("/execute_flow/{agentflow_id}/monitor", summary="Get execution details for monitoring")
@turn
def monitor_agentflow(world: Here, agentflow_id: str) -> Response:
    """List the executions of an AGENTFLOW. Its id is where the other paths have an execution's (SDK only)."""
    flow = world.find("agentflow", agentflow_id)
    return execution_listing(
        world, [executions.brief(world, row) for row in world.store.rows("execution", owner=flow.id)]
    )


@router.get("/execute_flow/{execution_id}", summary="Get execution by execution id")
@turn
def get_execution(world: Here, execution_id: str) -> Response:
    """Return one execution, by its UUID or its `_id`."""
    return reply(executions.view(world, world.find("execution", execution_id)))


@router.post("/execute_flow/{execution_id}/execute", summary="Execute agentflow")
@turn
def execute_execution(
    world: Here, execution_id: str, project_id: ProjectQuery, body: ExecutionMove | None = None
) -> Response:
    """Start a run by hand."""
    return _move(world, executions.execute, execution_id, project_id, body)


@router.post("/execute_flow/{execution_id}/pause", summary="Pause executeflow")
@turn
def pause_execution(
    world: Here, execution_id: str, project_id: MaybeProject = None, body: ExecutionMove | None = None
) -> Response:
    """Pause an ongoing run. The page requires query and body; the SDK sends neither."""
    return _move(world, executions.pause, execution_id, project_id, body)


@router.post("/execute_flow/{execution_id}/resume", summary="Resume execution")
@turn
def resume_execution(
    world: Here, execution_id: str, project_id: MaybeProject = None, body: ExecutionMove | None = None
) -> Response:
    """Let a paused run continue."""
    return _move(world, executions.resume, execution_id, project_id, body)


@router.post("/execute_flow/{execution_id}/cancel", summary="Cancel executeflow")
@router.post("/execute_flow/{execution_id}", summary="Cancel executeflow (path of the page)")
@turn
def cancel_execution(
    world: Here, execution_id: str, project_id: MaybeProject = None, body: ExecutionMove | None = None
) -> Response:
    """Cancel a run. The page shows the path without /cancel; every SDK version sends it."""
    return _move(world, executions.cancel, execution_id, project_id, body)


listing_router = APIRouter(tags=["Executeflow"])


@listing_router.get("/{project_id}/execution_flows", summary="Get executions")
@turn
def list_executions(world: Here, project_id: str, project_query: MaybeProject = None) -> Response:
    """List all executions of a project. The router is separate, and last: its path matches other paths too."""
    world.check_id(project_id)
    if project_query is not None:
        check_same_project(project_query, project_id)
    return execution_listing(
        world, [executions.brief(world, row) for row in world.store.rows("execution", project=project_id)]
    )


def _move(
    world: World,
    move: Callable[[World, Row], None],
    execution_id: str,
    project_id: str | None,
    body: ExecutionMove | None,
) -> Response:
    # The id may be in the path and in the body; the page's response repeats the one in the body.
    ident = (body.execution_id if body else None) or execution_id
    row = world.find("execution", ident, project=project_id)
    move(world, row)
    return reply({"execution_id": ident, "status": executions.status_word(world, row)})
