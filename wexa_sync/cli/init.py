"""`wexa-sync init`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from wexa_sync import __version__

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path())
def command(folder: Path) -> None:
    """Write a repository to start from into DIR: settings, a project with a flow, and a CI workflow.

    Nothing is written where one of the files is there already.
    """
    texts = {folder / name: text for name, text in _texts().items()}
    _write(texts)
    for path in texts:
        click.echo(click.format_filename(path))
    there = "" if folder == Path() else f"cd {shlex.quote(click.format_filename(folder))} && "
    click.echo(f"\nNext: {there}wexa-sync validate && wexa-sync plan --sandbox", err=True)


def _texts() -> dict[str, str]:
    """Return the text of each file to write, by path.

    A template's `dot-` stands for a dot: a template called .gitignore would take effect in this repository.
    """
    files = {path.relative_to(_TEMPLATES).as_posix(): path for path in _TEMPLATES.rglob("*") if path.is_file()}
    texts = {
        name.replace("dot-", "."): path.read_text(encoding="utf-8").replace("@VERSION@", __version__)
        for name, path in files.items()
    }
    return dict(sorted(texts.items()))


def _write(texts: Mapping[Path, str]) -> None:
    from wexa_sync.errors import WexaSyncError

    if there := [str(path) for path in texts if os.path.lexists(path)]:
        raise WexaSyncError(
            f"nothing was written: {', '.join(there)} {'is' if len(there) == 1 else 'are'} there already",
            hint="Move what is there away and run it again, or name another folder: `wexa-sync init DIR`.",
        )
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise WexaSyncError(
            f"{path} can't be written: {error.strerror}", hint="Check the folder, its permissions and the space there."
        ) from None
