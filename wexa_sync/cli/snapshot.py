"""`wexa-sync snapshot`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.values import NewFile

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("snapshot")
@options.filled(options.manifests, options.workspace, options.timeout)
@options.option("--out", type=NewFile(), metavar="FILE", help="Write the snapshot to a file, not to stdout.")
def command(request: Request, out: Path | None) -> int:
    """Write what a plan needs of the workspace and of the state, without secrets. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import show_data
    from wexa_sync.observe.snapshot_file import snapshot_text
    from wexa_sync.state.disk import replace_file

    request.require_apart(out)
    desired = request.desired()
    key = request.settings.api_key
    with request.workspace() as workspace:
        found = engine.snapshot(desired, workspace, hidden=frozenset([key.reveal()] if key else []))
    if out is None:
        show_data(snapshot_text(found))
    else:
        replace_file(out, snapshot_text(found).encode("utf-8", "backslashreplace"))
    return 0
