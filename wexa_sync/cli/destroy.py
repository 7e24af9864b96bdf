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
    """Delete what is managed and can be deleted; say what stays."""
    from wexa_sync.cli.setup import settings_for, workspace_for
    from wexa_sync.cli.steps import carried_out, planned
    from wexa_sync.engine import NOTHING, locked

    settings = settings_for(paths, given)
    given |= {"prune": True, "strict": False, "force": True, "wait": False}
    with workspace_for(settings, given) as found, locked(found) as workspace:
        return carried_out(planned(NOTHING, workspace, settings, given), workspace, settings, given)
