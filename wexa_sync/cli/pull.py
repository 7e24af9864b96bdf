"""`wexa-sync pull`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.repair.pull.result import Pulled


@click.command("pull")
@options.filled(options.manifests, options.workspace, options.timeout, options.chosen, options.lock)
@options.option("--write", is_flag=True, help="Write the files. Without it, what would change is only shown.")
@options.option("--gone", is_flag=True, help="Take the manifests of what is not live any more out, and forget it.")
def command(request: Request, write: bool, gone: bool) -> int:
    """Bring what others changed on the live side back into the manifests and their prompt files. Sends GET only.

    Comments, order and quotes stay as they are. What the repository changed too is left to a person.
    """
    from wexa_sync import engine
    from wexa_sync.cli.terminal import note, show_diffs
    from wexa_sync.errors import ExitCode

    with request.workspace() as workspace:
        found = engine.pull(request.sources, workspace, request.choice, gone=gone)
        show_diffs(found.files)
        if write:
            engine.write_pulled(found, workspace)
    _tell_what_stays(found)
    count = len(found.files)
    files = f"{count} file{'' if count == 1 else 's'}"
    if count:
        how = "changed. Review and commit." if write else "would change. --write writes."
        note(f"{files} {how}")
    elif found.is_whole:
        note("Nothing to pull: what is live is what the manifests say, or what the repository changed.")
    if not found.is_whole:
        return int(ExitCode.NEEDS_A_PERSON)
    return int(ExitCode.CHANGES_PENDING if found.files and not write else ExitCode.DONE)


def _tell_what_stays(found: Pulled) -> None:
    """Name what is not pulled, each with its place and what to do."""
    from wexa_sync.cli.terminal import warn

    for problem in found.refused:
        warn(f"not pulled: {problem.source}: {problem.path and f'{problem.path}: '}{problem.message}. {problem.hint}")
    for address in found.gone:
        is_said = any(problem.message.startswith(f"{address} is gone") for problem in found.refused)
        if address not in found.forgotten and not is_said:
            warn(f"{address} is not live any more. --gone takes its manifest out; an apply makes it again.")
