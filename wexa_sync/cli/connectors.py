"""`wexa-sync connectors catalogue|actions|events`: short forms of `wexa-sync get` for who declares a connector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.groups import Commands
from wexa_sync.render import VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.group("connectors", cls=Commands)
def command() -> None:
    """Show what connectors there are to configure, what they can do, and what triggers can wait for."""


def _shown(function: Callable[..., None]) -> click.Command:
    """Make a command that shows a view of one project of a function."""
    project = options.option(
        "--project", default="", metavar="PROJECT", help="One project, by its handle, its name or its id."
    )
    return command.command()(options.filled(options.workspace, options.shape(VIEW_RENDERERS))(project(function)))


_SEARCH = options.option("--search", default="", metavar="TEXT", help="Show only what has that text in its name.")
_CATEGORY = options.option("--category", default="", metavar="CATEGORY", help="Show only that category.")


@_shown
@_SEARCH
@_CATEGORY
def catalogue(request: Request, project: str, search: str, category: str) -> None:
    """List the types of connectors. Their category is what a manifest names."""
    _show(request, "connector-type", project, search_key=search, category=category)


@_shown
@options.argument("category", required=False, default="")
@options.argument("action", required=False, default="")
def actions(request: Request, project: str, category: str, action: str) -> None:
    """List the actions of connectors, of one CATEGORY; or show the input of one ACTION of it."""
    _show(request, "action", project, action, category=category)


@_shown
@_CATEGORY
def events(request: Request, project: str, category: str) -> None:
    """List the events of a project's connectors that a trigger can wait for."""
    _show(request, "event", project, category=category)


def _show(request: Request, view: str, project: str, name: str = "", **filters: str) -> None:
    from wexa_sync import engine
    from wexa_sync.cli.viewed import show
    from wexa_sync.model import Asked

    asked = Asked(name=name, project=project, filters={key: text for key, text in filters.items() if text})
    with request.workspace() as workspace:
        show(engine.get(workspace, view, asked), request.output.format)
