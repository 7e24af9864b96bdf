"""Show what can be read of the workspace, and move its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wexa_sync.errors import UsageError
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.executions.tasks import Task
    from wexa_sync.model import Asked, Run, Viewed


def find_project(workspace: Workspace, word: str) -> tuple[str, str]:
    """Return the id of the live project with that handle, name or id, and what people call it. Sends GET only."""
    from wexa_sync.kinds.views import views
    from wexa_sync.model import Asked
    from wexa_sync.observe.views.places import places_of

    workspace.api.sign_in()
    (spot,) = places_of(workspace.api, workspace.store.load(), views()["dashboard"], Asked(project=word))
    return spot.project_id, spot.project


def refresh_dashboard(workspace: Workspace, project_id: str) -> None:
    """Let the server compute the dashboard of the project with that id anew, once. It may spend credits."""
    from wexa_sync.executions.dashboard import refresh

    refresh(workspace.api, project_id)


def get(workspace: Workspace, name: str, asked: Asked) -> Viewed:
    """Return what the view of that name shows. Raises UsageError for a name that is none. Sends GET only."""
    from wexa_sync.kinds.views import view_named, views
    from wexa_sync.observe.views import look_at
    from wexa_sync.text.suggest import did_you_mean

    view = view_named(name)
    if view is None:
        there = f"There are: {', '.join(views())}."
        raise UsageError(f"nothing is called {name!a}", hint=did_you_mean(name, views(), there))
    workspace.api.sign_in()
    return look_at(workspace.api, workspace.store.load(), view, asked)


def credits_used(workspace: Workspace, by: str, most: int) -> Viewed:
    """Return what was used of the plan's credits, totalled. Sends GET only."""
    from wexa_sync.observe.views.credits import total_credits

    workspace.api.sign_in()
    return total_credits(workspace.api, by, most)


def move_task(workspace: Workspace, id: str, verb: str) -> tuple[Task, bool]:
    """Pause, resume or stop a task. Return the task afterwards, and whether a call was sent."""
    from wexa_sync.executions import tasks

    workspace.api.sign_in()
    return tasks.move_task(workspace.api, id, verb)


def find_asking(workspace: Workspace, item: str) -> Run:
    """Return the run that an item of the inbox is about, with its open questions. Raises UsageError where none is.

    Sends GET only.
    """
    from wexa_sync.engine.executions import find_run, with_questions
    from wexa_sync.model import Asked

    shown = get(workspace, "inbox", Asked(name=item)).rows[0]
    run = shown.value.get("execution_id") if isinstance(shown.value, Mapping) else None
    if not isinstance(run, str) or not run:
        raise UsageError(f"the inbox item {item!a} names no run", hint="Answer it in Wexa Studio.")
    return with_questions(workspace, find_run(workspace, run))
