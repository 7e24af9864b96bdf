"""`wexa-sync export`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.export.result import Export


@click.command("export")
@options.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options.filled(options.workspace, options.timeout, options.lock)
@options.option(
    "--project",
    "projects",
    multiple=True,
    metavar="PROJECT",
    help="Only that project, by its name, its handle or its id; may be given again. All, if it is left out.",
)
@options.option("--adopt", is_flag=True, help="Record what is written, so that the next plan is empty.")
@options.option("--into", is_flag=True, help="DIR may hold other files. Those that no export wrote stay as they are.")
@options.option("--partial", is_flag=True, help="With --adopt: record what can't be written whole, too.")
@options.option("--with-config", is_flag=True, help="Write the values of connectors that their forms call no secrets.")
@options.option("--all-skills", is_flag=True, help="Write skills that nothing uses, and what Wexa makes by itself.")
@options.option("--skip-hired", is_flag=True, help="Leave out the flows that were hired from the marketplace.")
def command(
    request: Request,
    folder: Path,
    projects: tuple[str, ...],
    adopt: bool,
    into: bool,
    partial: bool,
    with_config: bool,
    all_skills: bool,
    skip_hired: bool,
) -> int:
    """Write what is live as manifests into DIR, a folder that is empty or not there yet. Sends GET only.

    What was written is read back and compared with what is live: a plan of it comes to no change, or what does not is
    named.
    """
    from wexa_sync import engine
    from wexa_sync.cli.terminal import note
    from wexa_sync.errors import ExitCode, UsageError
    from wexa_sync.export.chosen import Wishes
    from wexa_sync.text.files import SETTINGS_FILE

    if partial and not adopt:
        raise UsageError("--partial is for --adopt", hint="Without --adopt, nothing is recorded anyway.")
    there = replace(request, settings=request.settings_at(folder / SETTINGS_FILE))
    with there.workspace() as workspace:
        found = engine.export(
            workspace,
            folder,
            projects=projects,
            wishes=Wishes(with_values=with_config, all_made=all_skills, skip_hired=skip_hired),
            into=into,
            adopt=adopt,
            partial=partial,
            settings=_settings(there, folder),
            say=note,
        )
    _show(found, adopt=adopt, partial=partial)
    return int(ExitCode.DONE if found.is_whole else ExitCode.NEEDS_A_PERSON)


def _settings(request: Request, folder: Path) -> str:
    """Return the text of a settings file for the folder; empty where one holds there already."""
    from wexa_sync.settings.file import settings_file

    if settings_file(folder.absolute()) is not None or request.rehearsal is not None:
        return ""
    return f"# The settings of these manifests, written by wexa-sync export.\norg_id: {request.settings.org_id}\n"


def _show(found: Export, *, adopt: bool, partial: bool) -> None:
    """Show what was written, and what a person has to know of it."""
    from wexa_sync.cli.again import command as command_of
    from wexa_sync.cli.terminal import note, tell, warn
    from wexa_sync.text.visible import visible

    for line in _table(found):
        click.echo(visible(line))
    for warning in _warnings(found, adopt=adopt, partial=partial):
        warn(warning)
    if not found.odd:
        whole = "all of it" if found.is_whole and not found.declared else "what is written"
        tell(f"A plan of {whole} comes to no change{'; the state knows it' if found.recorded else ''}.")
    note(f"Next: {visible(command_of(f'wexa-sync plan {shlex.quote(str(found.folder))}'))}")


def _table(found: Export) -> Iterator[str]:
    """Yield a line for each kind: how many were written."""
    from wexa_sync.kinds import BY_NAME

    numbers = {name: sum(address.kind == name for address in found.written) for name in BY_NAME}
    for name, number in numbers.items():
        if number:
            yield f"{number:>6}  {name}"
    yield f"{len(found.files):>6}  files in {found.folder}"


def _warnings(found: Export, *, adopt: bool, partial: bool) -> Iterator[str]:
    """Yield what is not written, not whole, or not the same."""
    for each in found.unread:
        what = "may not be whole" if each.begun else "could not be read, so none is written"
        yield f"The list of {each.kind}s of {each.project_name!r} {what}: {each.why}"
    for left in found.left:
        yield f"{left.thing.kind.name} {left.thing.name!r} ({left.thing.id}) is not written: {left.why}"
    for address in found.partial:
        recorded = ", and is not recorded: --partial records it" if adopt and not partial else ""
        yield f"{address} is not written whole: its manifest says what is missing{recorded}."
    for odd in found.odd:
        recorded = " It is not recorded." if adopt else ""
        yield f"{odd.address} is not as it is live: {odd.what}.{recorded}"
    for address, file in found.declared.items():
        yield f"{address} is declared in {file}, which no export wrote, so it is not written."
    for address, file in found.gone.items():
        yield f"{address} is not among what was read. Its manifest stays in {file}: take it out if nobody needs it."
    for text in found.unused:
        yield f"No manifest names {text} any more, which an export wrote: delete it if nobody needs it."
