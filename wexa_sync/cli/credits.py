"""`wexa-sync credits`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import asked, options
from wexa_sync.render import VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("credits")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
@options.option(
    "--by",
    type=click.Choice(["flow", "project", "model", "operation"]),
    default="flow",
    show_default=True,
    help="What to total them by.",
)
@asked.most
def command(request: Request, by: str, limit: int | None) -> None:
    """Show what was used of the plan's credits. `wexa-sync get credit` lists each use."""
    from wexa_sync import engine
    from wexa_sync.cli.viewed import show

    with request.workspace() as workspace:
        viewed = engine.credits_used(workspace, by, limit or 0)
    show(viewed, request.output.format)
