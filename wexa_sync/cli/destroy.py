"""`wexa-sync destroy`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.command("destroy")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@options.workspace
@options.timeout
@options.output
@options.approval
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Delete what is managed and can be deleted; say what stays, with exit code 3."""
    from wexa_sync.cli.setup import require_apart, settings_for, workspace_for
    from wexa_sync.cli.steps import carried_out, planned
    from wexa_sync.engine import NOTHING, locked
    from wexa_sync.errors import ExitCode

    settings = settings_for(paths, given)
    require_apart((given["output"],), paths, settings)
    given |= {"prune": True, "strict": False, "wait": False}
    with workspace_for(settings, given) as found, locked(found) as workspace:
        plan = planned(NOTHING, workspace, settings, given)
        code = carried_out(plan, workspace, settings, given, limits=None)
    return int(ExitCode.NEEDS_A_PERSON) if code == ExitCode.BLOCKED else code
