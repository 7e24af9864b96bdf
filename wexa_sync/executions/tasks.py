"""Pause, resume or stop a task. It is read first, the call is sent once, and it is read again.

Nothing of it is in the state. After a lost response the task itself shows what happened, so a repeated command is safe.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Call, Ids, Raw
from wexa_sync.api.checks import unwrap
from wexa_sync.api.client import Api
from wexa_sync.errors import ApiError, NotFound, UsageError, WexaSyncError
from wexa_sync.kinds.running import Move
from wexa_sync.kinds.task import TASK_MOVES, TASK_RUNNING
from wexa_sync.kinds.views.of_projects import TASK
from wexa_sync.text.ids import ID_HINT, is_id
from wexa_sync.text.json import plain


class Task(Struct, frozen=True, kw_only=True):
    """Describe one live task: its id, its project, its status in small letters, and the ids of its runs."""

    id: str
    status: str
    project_id: str = ""
    runs: tuple[str, ...] = ()


def find_task(api: Api, id: str) -> Task:  # the field's name
    """Return the task of that id. Raise UsageError where there is none."""
    if not is_id(id):
        raise UsageError(f"{id!a} can't be the id of a task", hint=ID_HINT)
    assert TASK.read is not None
    try:
        raw = unwrap(api.get(TASK.read, api.values(Ids(id=id))))
    except NotFound:
        raw = {}
    if id not in (raw.get("_id"), raw.get("task_id")):
        raise UsageError(f"there is no task {id}", hint="`wexa-sync tasks list` shows those of the projects.")
    return _task(id, raw)


def _task(id: str, raw: Raw) -> Task:
    project, runs = raw.get("projectID"), raw.get("execution_ids")
    return Task(
        id=id,
        status=TASK_RUNNING.status_of(raw) or "unknown",
        project_id=project if isinstance(project, str) and is_id(project) else "",
        runs=tuple(run for run in runs if isinstance(run, str)) if isinstance(runs, list) else (),
    )


def move_task(api: Api, id: str, verb: str) -> tuple[Task, bool]:
    """Return the task after the move, and whether a call was sent. Raise WexaSyncError where it can't be made."""
    task, move = find_task(api, id), TASK_MOVES[verb]
    if move.heeds_questions and (item := _question(api, task)):
        raise WexaSyncError(
            f"the task waits for an answer ({task.status}), and can't be {move.past}",
            hint=f"`wexa-sync inbox show {item}` shows what it asks and how to answer.",
        )
    if task.status in move.done:
        return task, False
    if task.status in move.never:
        raise WexaSyncError(f"the task is {task.status}, and can't be {move.past} any more", hint=_look(task))
    try:
        api.send(Call(endpoint=move.endpoint, ids=Ids(project=task.project_id, id=id), repeatable=False))
    except ApiError as error:
        return _after_failure(api, task, move, error), True
    return find_task(api, id), True


def _after_failure(api: Api, task: Task, move: Move, error: ApiError) -> Task:
    """Return the task where the call was carried out all the same. Raise the error else."""
    try:
        now = find_task(api, task.id)
    except ApiError:
        now = replace(task, status="unknown")
    if error.may_be_processed and now.status in move.done:
        return now
    again = "Repeat the command: the task is read before anything is sent." if error.may_be_processed else error.hint
    raise WexaSyncError(f"{error.message}; the task is {now.status}", hint=again or _look(task)) from None


def _question(api: Api, task: Task) -> str:
    """Return the id of an inbox item that a run of the task waits for; empty where none does."""
    inbox = TASK_RUNNING.inbox
    if inbox is None or not task.project_id or task.status in TASK_RUNNING.ended:
        return ""
    items: list[dict[str, Any]] = api.list(inbox.pending, Ids(project=task.project_id))
    return next((plain(item.get("_id") or "") for item in items if item.get(inbox.run) in task.runs), "")


def _look(task: Task) -> str:
    return f"`wexa-sync tasks show {task.id}` shows it."
