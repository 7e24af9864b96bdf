"""`wexa-sync apply`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("apply")
@options.filled(
    options.manifests_or_plan, options.workspace, options.timeout, options.choice, options.output, options.consent
)
def command(request: Request, saved: Path | None) -> int:
    """Make the changes of a plan: of the manifests in PATHS, or of a saved plan."""
    from wexa_sync import engine
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.cli.plan_and_apply import carry_out
    from wexa_sync.render.view.report import ReportView

    with outputs(request, ReportView, reads=[saved] if saved else ()) as show:
        if saved is not None:
            _require_no_choice(request)
            plan = engine.saved_plan(saved, request.sources, os.environ)
            with request.workspace() as found, engine.locked(found) as workspace:
                engine.require_planned_here(plan, workspace)
                return carry_out(plan, workspace, request, request.limits, show)
        desired = request.desired()
        scope = engine.scope_of(desired, request.sources)
        with request.workspace() as found, engine.locked(found) as workspace:
            plan = engine.plan(desired, workspace, request.choice, scope=scope)
            return carry_out(plan, workspace, request, request.limits, show)


def _require_no_choice(request: Request) -> None:
    """Raise UsageError for flags that would have to change a plan that was reviewed without them."""
    from wexa_sync.errors import UsageError

    choice = request.choice
    flags = {
        "--prune": choice.prune,
        "--adopt": choice.adopt,
        "--target": choice.targets,
        "--exclude": choice.excludes,
        "--var": request.sources.assignments,
    }
    if said := [flag for flag, value in flags.items() if value]:
        raise UsageError(
            f"a saved plan is applied as it was reviewed: {' and '.join(said)} can't change it",
            hint="Make a new plan with these options, and apply that plan.",
        )
