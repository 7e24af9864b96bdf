"""Show what can be read of the workspace."""

from __future__ import annotations

from wexa_sync.errors import UsageError
from wexa_sync.model import Asked, Viewed
from wexa_sync.workspace import Workspace


def find_project(workspace: Workspace, word: str) -> tuple[str, str]:
    """Return the id of the live project with that handle, name or id, and what people call it. Sends GET only."""
    from wexa_sync.kinds.views import views
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
