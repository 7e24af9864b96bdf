"""`wexa-sync dashboard refresh`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.groups import Commands
from wexa_sync.errors import UsageError
from wexa_sync.render import VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.group("dashboard", cls=Commands)
def command() -> None:
    """Compute the dashboard of a project anew. `wexa-sync get dashboard` shows one."""


@command.command()
@options.argument("project")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
@options.option("--auto-approve", is_flag=True, help="Do not ask.")
def refresh(request: Request, project: str, auto_approve: bool) -> int:
    """Let the server compute the dashboard of PROJECT, its handle, name or id, anew, and show it.

    Nobody knows what that costs, so the command asks.
    """
    from wexa_sync import engine
    from wexa_sync.cli.terminal import agrees, note, say
    from wexa_sync.cli.viewed import show
    from wexa_sync.model import Asked

    with request.workspace() as workspace:
        id, name = engine.find_project(workspace, project)
        if not auto_approve:
            _require_terminal()
            yes = agrees(f"Refresh the dashboard of {name!a}? That may spend credits.")
            say("")
            if not yes:
                note("Nothing was sent.")
                return 1
        engine.refresh_dashboard(workspace, id)
        show(engine.get(workspace, "dashboard", Asked(project=id)), request.output.format)
    return 0


def _require_terminal() -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on, so nothing was sent",
            hint="A refresh may spend credits: agree with --auto-approve.",
        )
