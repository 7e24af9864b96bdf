"""`wexa-sync unmanaged`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import asked, options
from wexa_sync.render import TABLE, VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("unmanaged")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
@asked.projects
@options.option("--manifests", is_flag=True, help="Print manifests for it, each with the id of what it stands for.")
@options.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 if anything is unmanaged, with 1 if that can't be told."
)
def command(request: Request, projects: tuple[str, ...], manifests: bool, detailed_exitcode: bool) -> int:
    """List what is live and stands in no record: made by hand, or by another tool. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.again import again
    from wexa_sync.cli.streams import write_data
    from wexa_sync.cli.terminal import note, warn
    from wexa_sync.cli.viewed import show
    from wexa_sync.errors import ExitCode, WexaSyncError
    from wexa_sync.export.printed import printed
    from wexa_sync.export.unmanaged import counted, viewed

    with request.workspace() as workspace:
        found = engine.unmanaged(workspace, projects, ignore=request.settings.unmanaged_ignore)
    shown = viewed(found)
    if not manifests and (found.strangers or request.output.format != TABLE):
        show(shown, request.output.format)
    else:
        for text in shown.notes:
            warn(text)
    if manifests:
        write_data(printed(found, again), sys.stdout)
    note(counted(found))
    if not detailed_exitcode:
        return int(ExitCode.DONE)
    if not found.strangers and not found.survey.is_whole:
        raise WexaSyncError(
            "not all can be seen, so nobody knows whether something is unmanaged",
            hint="The warnings say which lists can't be read, and why. Run the command again where all can be.",
        )
    return int(ExitCode.CHANGES_PENDING if found.strangers else ExitCode.DONE)
