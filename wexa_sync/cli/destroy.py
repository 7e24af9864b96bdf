"""`wexa-sync destroy`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.command("destroy")
@options.manifests
@options.workspace
@options.timeout
@options.output
@options.approval
def command(paths: tuple[Path, ...], assignments: tuple[str, ...], var_files: tuple[Path, ...], **given: Any) -> int:
    """Delete what PATHS declare, or without one all that is managed; say what stays, with exit code 3."""
    from wexa_sync.cli.plan_and_apply import carried_out, planned
    from wexa_sync.cli.setup import destroy_scope, require_apart, settings_for, state_path, workspace_for
    from wexa_sync.engine import NOTHING, locked
    from wexa_sync.errors import ExitCode, StateError
    from wexa_sync.model import Action
    from wexa_sync.text.files import shown_path

    settings = settings_for(paths, given)
    require_apart((given["output"],), (*paths, *var_files), settings)
    scope = destroy_scope(paths, settings, assignments=assignments, var_files=var_files)
    given |= {"prune": True, "strict": False, "wait": False}
    with workspace_for(settings, given) as found, locked(found) as workspace:
        if scope.lifecycles and workspace.session is not None and not workspace.session.state.lineage:
            path = shown_path(state_path(settings, sandbox=given["sandbox"]))
            raise StateError(
                f"there is no state in {path}: nobody knows what was made from these manifests, so nothing was deleted",
                hint="Name the state with --state, or restore it. If it is lost, `wexa-sync state rebuild` makes a new "
                "one of what is live; then destroy again.",
            )
        plan = planned(NOTHING, workspace, given, scope=scope)
        code = carried_out(plan, workspace, given, limits=None)
    stays = code == ExitCode.BLOCKED or (code == ExitCode.DONE and plan.count(Action.ADOPT))
    return int(ExitCode.NEEDS_A_PERSON) if stays else code
