"""`wexa-sync apply`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.command("apply")
@options.manifests
@options.workspace
@options.timeout
@options.choice
@options.output
@options.consent
def command(paths: tuple[Path, ...], assignments: tuple[str, ...], var_files: tuple[Path, ...], **given: Any) -> int:
    """Make the changes of a plan: of manifests in PATHS, or of one saved plan."""
    from wexa_sync.cli.plan_and_apply import carried_out, limits_of, planned
    from wexa_sync.cli.setup import (
        desired_for,
        protecting_scope,
        require_apart,
        scope_for,
        settings_for,
        workspace_for,
    )
    from wexa_sync.engine import NOTHING, locked, require_planned_here, require_unprotected
    from wexa_sync.plan.file import is_plan, read

    saved = read(paths[0], _reveal) if len(paths) == 1 and paths[0].is_file() and is_plan(paths[0]) else None
    if saved is not None:
        _require_no_choice({**given, "var": assignments})
    settings = settings_for(() if saved else paths, given)  # a plan may lie anywhere
    require_apart((given["output"],), (*paths, *var_files), settings)
    read_with: dict[str, Any] = {"assignments": assignments, "var_files": var_files}
    desired = NOTHING if saved else desired_for(paths, settings, **read_with)
    scope = scope_for(desired, () if saved else paths, settings, **read_with)
    if saved is not None:
        require_unprotected(saved, protecting_scope(settings, **read_with))
    with workspace_for(settings, given) as found, locked(found) as workspace:
        if saved is not None:
            require_planned_here(saved, workspace)
        plan = saved or planned(desired, workspace, given, scope=scope)
        return carried_out(plan, workspace, given, limits_of(settings, given))


def _require_no_choice(given: dict[str, Any]) -> None:
    """Raise UsageError for flags that would have to change a plan that was reviewed without them."""
    from wexa_sync.errors import UsageError

    flags = {"prune": "--prune", "adopt": "--adopt", "targets": "--target", "excludes": "--exclude", "var": "--var"}
    if said := [flag for name, flag in flags.items() if given[name]]:
        raise UsageError(
            f"a saved plan is applied as it was reviewed: {' and '.join(said)} can't change it",
            hint="Plan again with them, and apply that.",
        )


def _reveal(template: str) -> str:
    """The value of a secret's template, from the environment as it is now."""
    from wexa_sync.errors import PlanRefused
    from wexa_sync.manifests.variables import Variables
    from wexa_sync.model import Secret

    value, faults = Variables(env=os.environ).fill(template)
    if faults or not isinstance(value, Secret):
        raise PlanRefused(f"the plan needs {template}, which is not set", hint="Set the environment variable.")
    return value.reveal()
