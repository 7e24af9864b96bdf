"""`wexa-sync init`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.pipelines import SYSTEMS, filled, is_pipeline, of_system, secrets_in, shipped

if TYPE_CHECKING:
    from wexa_sync.errors import WexaSyncError

_ALWAYS = ("wexa-sync.yaml", ".gitignore")
_SCHEMA = ".schemas/wexa-sync.json"
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@click.command("init")
@options.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=Path())
@options.option(
    "--ci", "system", type=click.Choice([*SYSTEMS, "none"]), default="github", help="The CI system to write files for."
)
@options.option("--schema", metavar="URL", help="Where editors find the schema of manifests; else a file is written.")
def command(folder: Path, system: str, schema: str | None) -> None:
    """Write a repository to start from into DIR: settings, a project with a flow, and what CI needs.

    A file that is there already is kept as it is; lines that are missing in its .gitignore are added.
    """
    from wexa_sync.cli.terminal import note

    manifests = _manifests(folder)
    environments = _environments(folder) if system in SYSTEMS else []
    texts = {
        name: filled(text, environments, secrets_in(manifests)) if is_pipeline(name) else text
        for name, text in _texts(schema).items()
        if of_system(name, system) and (not manifests or name in _ALWAYS or is_pipeline(name))
    }
    written, kept, failed = _write({_free(folder, name): text for name, text in texts.items()})
    for path in written:
        click.echo(click.format_filename(path))
    if kept:
        note(f"Kept as they are: {', '.join(click.format_filename(path) for path in kept)}.")
    if manifests:
        note("There are manifests already, so none were written as an example.")
    if failed:
        raise failed[0]
    there = "" if folder == Path() else f"cd {shlex.quote(click.format_filename(folder))} && "
    note(f"\nNext: {there}wexa-sync validate && wexa-sync plan --sandbox")


def _free(folder: Path, name: str) -> Path:
    """Return where to write a file: beside one of another tool that has the name of a manifest."""
    path = folder / name
    is_taken = os.path.lexists(path) and name not in _ALWAYS and path.suffix == ".yaml"
    return path.with_name(f"wexa-{path.name}") if is_taken else path


def _manifests(folder: Path) -> list[str]:
    """Return the texts of the manifests of ours that stand there: an example beside them would be in their way."""
    from wexa_sync.errors import WexaSyncError
    from wexa_sync.manifests.load import load
    from wexa_sync.manifests.sources import Sources

    try:
        documents = load(Sources(paths=(folder,), root=folder)).documents
    except WexaSyncError:
        return []
    files = {each.source.file for each in documents}
    return [Path(file).read_text(encoding="utf-8", errors="replace") for file in sorted(files)]


def _environments(folder: Path) -> list[str]:
    """Return the names of the environments that the settings there declare."""
    from wexa_sync.cli.terminal import warn
    from wexa_sync.errors import WexaSyncError
    from wexa_sync.model import FilePlace
    from wexa_sync.settings import read_settings

    if not os.path.exists(folder / "wexa-sync.yaml"):  # noqa: PTH110  # unlike Path's, it never raises
        return []
    try:
        settings = read_settings(folder, {})
        if any(isinstance(each.state, FilePlace) for each in settings.environments or (settings,)):
            warn(
                "The state is in a file, which does not last beyond a job in CI: write `state: {git: {}}` in "
                "wexa-sync.yaml. `wexa-sync state migrate` moves a state that is there already."
            )
        return [each.name for each in settings.environments]
    except WexaSyncError as error:
        warn(f"The settings can't be read ({error.message}), so the files for CI know no environments.")
        return []


def _texts(schema: str | None = None) -> dict[str, str]:
    """Return the text of each file to write, by path; the schema's too, unless it is at the address `schema`.

    A template's `dot-` stands for a dot: a template called .gitignore would take effect in this repository.
    """
    from wexa_sync.cli.schema import manifest_schema
    from wexa_sync.text.visible import visible

    texts = shipped(_TEMPLATES.parent) | ({} if schema else {_SCHEMA: manifest_schema()})
    for path in filter(Path.is_file, _TEMPLATES.rglob("*")):
        text = path.read_text(encoding="utf-8").replace("@SCHEMA@", visible(schema or _SCHEMA))
        texts[path.relative_to(_TEMPLATES).as_posix().replace("dot-", ".")] = text
    return dict(sorted(texts.items()))


def _write(texts: Mapping[Path, str]) -> tuple[list[Path], list[Path], list[WexaSyncError]]:
    """Write the files that are not there. Return those that were written, those that were kept, and what failed."""
    from wexa_sync.errors import WexaSyncError

    written: list[Path] = []
    kept: list[Path] = []
    failed: list[WexaSyncError] = []
    for path, text in texts.items():
        try:
            (written if _wrote(path, text) else kept).append(path)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            hint = "Check the folder, its permissions and the space there."
            failed.append(WexaSyncError(f"{path} can't be written: {why}", hint=hint))
    return written, kept, failed


def _wrote(path: Path, text: str) -> bool:
    """True when the file was written, or lines were added to it; False where it stays as it is."""
    if os.path.lexists(path):
        return path.name == ".gitignore" and path.is_file() and _added(path, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:  # half a file would be kept by the next init
            path.unlink()
            raise
    return True


def _added(path: Path, text: str) -> bool:
    """True when lines of the text were missing in the file, and were added to it."""
    there = path.read_bytes().decode("utf-8")
    end = "\r\n" if "\r\n" in there else "\n"
    missing = [line for line in text.splitlines() if line not in map(str.strip, there.splitlines())]
    if missing:
        gap = "" if not there or there.endswith("\n") else end
        with path.open("ab") as file:
            file.write((gap + end.join(missing) + end).encode())
    return bool(missing)
