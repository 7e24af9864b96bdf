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
    """Show what changed on the live side since the last apply. Exit with 2 if anything did. Sends GET only.

    Exit with 1 if nothing did as far as can be seen, and not all can be.
    """
    from wexa_sync import engine
    from wexa_sync.cli.again import view_of_plan
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.errors import ExitCode, WexaSyncError

    with outputs(request, "plan") as show:
        with request.workspace() as workspace:
            view = view_of_plan(engine.drift(workspace, ignore=request.settings.unmanaged_ignore))
        show(view)
    if view.unseen and not view.work:
        raise WexaSyncError(
            "not all can be seen, so nobody knows whether it changed",
            hint="The warnings say what can't be read, and why. Run the command again where all can be.",
        )
    return int(ExitCode.CHANGES_PENDING if view.work else ExitCode.DONE)
