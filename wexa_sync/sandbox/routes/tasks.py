"""Read and move tasks. Each execution has one task, which has the execution's status."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.replies import listing, reply
from wexa_sync.sandbox.routes.paging import by_skip, page_of
from wexa_sync.sandbox.routes.params import Here, Limit, MaybeProject, ProjectQuery, Skip
from wexa_sync.sandbox.world import executions
from wexa_sync.sandbox.world.store import Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Tasks"])


@router.get("/tasks/", summary="Get tasks (old path)")
@turn
def list_tasks_by_query(
    world: Here, project_id: ProjectQuery, skip: Skip = None, limit: Limit = None, created_by: str | None = None
) -> Response:
    """List a project's tasks by the path of SDK 0.1.1 to 0.1.10."""
    return _listing(world, project_id, skip, limit, created_by)


@router.get("/tasks/{project_id}", summary="Get tasks")
@turn
def list_tasks(
    world: Here, project_id: str, skip: Skip = None, limit: Limit = None, created_by: str | None = None
) -> Response:
    """List a project's tasks by skip and limit, without their executions."""
    return _listing(world, project_id, skip, limit, created_by)


@router.get("/task/{task_id}", summary="Get task by id")
@turn
def get_task(world: Here, task_id: str, project_id: MaybeProject = None) -> Response:
    """Return one task with its executions."""
    return _answer(world, world.find("task", task_id, project=project_id))


@router.post("/task/{task_id}/pause", summary="Pause running task")
@turn
def pause_task(world: Here, task_id: str) -> Response:
    """Pause the task's execution."""
    return _move(world, executions.pause, task_id)


@router.post("/task/{task_id}/resume", summary="Resume task")
@turn
def resume_task(world: Here, task_id: str) -> Response:
    """Let the task's execution continue."""
    return _move(world, executions.resume, task_id)


@router.post("/task/{task_id}/stop", summary="Stop task")
@turn
def stop_task(world: Here, task_id: str) -> Response:
    """Cancel the task's execution. The API's word is stop for tasks and cancel for executions."""
    return _move(world, executions.cancel, task_id)


def _listing(world: World, project_id: str, skip: int | None, limit: int | None, created_by: str | None) -> Response:
    world.check_id(project_id)
    wanted = None if created_by is None else lambda row: row.body["created_by"] == created_by
    rows, _ = page_of(world, "task", by_skip(world, skip, limit), wanted, project=project_id)
    words = [executions.status_word(world, _execution_of(world, row)) for row in rows]
    return listing(world, "tasks", [row.body | {"status": word} for row, word in zip(rows, words, strict=True)])


def _move(world: World, move: Callable[[World, Row], None], task_id: str) -> Response:
    task = world.find_live("task", task_id)
    move(world, _execution_of(world, task))
    return _answer(world, task)


def _answer(world: World, task: Row) -> Response:
    execution = executions.view(world, _execution_of(world, task))
    return reply(task.body | {"status": execution["status"], "executions": [execution]})


def _execution_of(world: World, task: Row) -> Row:
    return world.find("execution", task.body["execution_ids"][0])
