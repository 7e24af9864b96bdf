"""`wexa-sync fmt`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.model import Many

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("fmt")
@options.filled(options.paths, options.where, many=Many.BY_DEFAULT)
@options.option("--check", is_flag=True, help="Write nothing, and exit with 2 if a file would change.")
@options.option("--diff", is_flag=True, help="Write nothing, and show what would change.")
def command(request: Request, check: bool, diff: bool) -> int:
    """Write manifests in one form. Values, comments and the order of fields stay. Works offline.

    The names of the files that change are printed. The YAML of other tools is left alone.
    """
    from wexa_sync.cli.terminal import note, show_data
    from wexa_sync.errors import ExitCode, InvalidManifests, Problem
    from wexa_sync.manifests.tidy import problem_at, untidy
    from wexa_sync.text.files import TextFault, shown_path
    from wexa_sync.text.visible import visible

    problems: list[Problem] = []
    changed = 0
    for file in untidy(request.sources, problems):
        if not (check or diff):
            try:
                file.write()
            except TextFault as fault:
                problems.append(problem_at(file.file, fault))
                continue
        changed += 1
        text = file.diff() if diff else f"{visible(shown_path(file.file))}\n"
        show_data("\n".join(map(visible, text.split("\n"))) if sys.stdout.isatty() else text)
    files = f"{changed} file{'' if changed == 1 else 's'}"
    if changed or not problems:
        note(f"{files} {'would change' if check or diff else 'changed'}." if changed else "Every manifest is in form.")
    if problems:
        raise InvalidManifests(problems)
    return int(ExitCode.CHANGES_PENDING if check and changed else ExitCode.DONE)
