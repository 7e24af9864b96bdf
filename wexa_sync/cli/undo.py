"""`wexa-sync undo`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.values import PlanFile

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("undo")
@options.argument("apply", required=False, default="")
@options.filled(options.workspace, options.timeout, options.output, options.approval)
@options.option("--out", type=PlanFile(), metavar="FILE", help="Save the plan, and apply nothing.")
@options.option("--force", is_flag=True, help="Also set back what others changed since.")
def command(request: Request, apply: str, out: Path | None, force: bool) -> int:  # click's way
    """Make what an apply touched as it was before: the newest apply, or the one of that id in the history."""
    from wexa_sync import engine
    from wexa_sync.cli.again import view_of_plan
    from wexa_sync.cli.exit_code import plan_exit_code
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.cli.plan_and_apply import carry_out
    from wexa_sync.plan.file import save

    past = engine.find_past(request.store, apply)
    if out is not None:
        with outputs(request, "plan", out) as show, request.workspace() as workspace:
            plan = engine.plan_to_undo(past, workspace, os.environ, force=force)
            save(plan, out)
            show(view_of_plan(plan))
        return int(plan_exit_code(plan, detailed=False, strict=False))
    with outputs(request, "report") as show, request.workspace() as found, engine.locked(found) as workspace:
        plan = engine.plan_to_undo(past, workspace, os.environ, force=force)
        return carry_out(plan, engine.commanded(workspace, f"undo {past.id}"), request, None, show)
