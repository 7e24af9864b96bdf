"""`wexa-sync drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("drift")
@options.filled(options.workspace, options.timeout, options.output, options.notify)
def command(request: Request) -> int:
    """Show what changed on the live side since the last apply. Exit with 2 if anything did. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.errors import ExitCode
    from wexa_sync.render.view.plan import plan_view

    with outputs(request, "plan") as show:
        with request.workspace() as workspace:
            view = plan_view(engine.drift(workspace, ignore=request.settings.unmanaged_ignore))
        show(view)
    return int(ExitCode.CHANGES_PENDING if view.work else ExitCode.DONE)
