"""`wexa-sync plan`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.command("plan")
@options.manifests
@options.workspace
@options.timeout
@options.choice
@options.output
@options.option("--out", type=options.PlanFile(), metavar="FILE", help="Save the plan, to apply it later as it is.")
@options.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where changes are pending.")
@options.option(
    "--details/--no-details", default=None, help="Show every field; by default, in plans that are not large."
)
def command(
    paths: tuple[Path, ...],
    assignments: tuple[str, ...],
    var_files: tuple[Path, ...],
    out: Path | None,
    detailed_exitcode: bool,
    **given: Any,
) -> int:
    """Show what differs between the manifests and the live workspace. Sends GET only."""
    from wexa_sync.cli.exit_code import plan_exit_code
    from wexa_sync.cli.plan_and_apply import limits_of, planned, show_plan
    from wexa_sync.cli.setup import desired_for, require_apart, scope_for, settings_for, workspace_for
    from wexa_sync.plan.file import save

    settings = settings_for(paths, given)
    require_apart((out, given["output"]), (*paths, *var_files), settings)
    desired = desired_for(paths, settings, assignments=assignments, var_files=var_files)
    scope = scope_for(desired, paths, settings, assignments=assignments, var_files=var_files)
    with workspace_for(settings, given) as workspace:
        plan = planned(desired, workspace, given, limits_of(settings, {**given, "force": False}), scope)
    if out is not None:
        save(plan, out)
    show_plan(plan, given, sys.stdout)
    return int(plan_exit_code(plan, detailed=detailed_exitcode, strict=given["strict"]))
