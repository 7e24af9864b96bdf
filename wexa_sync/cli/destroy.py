"""`wexa-sync destroy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("destroy")
@options.filled(options.manifests, options.workspace, options.timeout, options.output, options.approval)
def command(request: Request) -> int:
    """Delete the resources that PATHS declare, or without a path all managed ones. Exits with 3 if any stays."""
    from wexa_sync import engine
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.cli.plan_and_apply import carry_out
    from wexa_sync.errors import ExitCode
    from wexa_sync.model import Action

    with outputs(request, "report") as show:
        scope = engine.scope_to_destroy(request.sources)
        with request.workspace() as found, engine.locked(found) as workspace:
            plan = engine.plan_to_destroy(workspace, scope)
            code = carry_out(plan, engine.commanded(workspace, "destroy"), request, None, show)
    stays = code == ExitCode.BLOCKED or (code == ExitCode.DONE and plan.count(Action.ADOPT))
    return int(ExitCode.NEEDS_A_PERSON) if stays else code
