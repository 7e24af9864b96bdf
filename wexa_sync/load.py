"""paths -> Documents: finds the files, reads YAML with variables filled in, and reports every fault at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from wexa_sync.errors import Problem, UsageError
from wexa_sync.model import Document, Source
from wexa_sync.suggest import nearest
from wexa_sync.text_file import SETTINGS_FILE, shown_path, siblings
from wexa_sync.variables import Variables

_SUFFIXES = (".yaml", ".yml")
_VARIABLE_FILES = (".vars.yaml", ".vars.yml")


def load(
    paths: Sequence[Path], *, root: Path, variables: Variables, ignore: Sequence[str] = ()
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Read all manifests in files and folders, in an order that depends on names alone.

    Folders are searched whole, through symlinks too; hidden files and folders, the settings file, variable files and
    what `ignore` matches (globs relative to `root`, as .gitignore has them) are left out unless they are a PATH.
    A document with a problem is still returned where something of it could be read. Raises UsageError where a path is
    missing, or where there is no file or no document at all: an empty answer would look like "everything is gone".
    """
    from wexa_sync.yaml_text import read  # imports yaml

    problems: list[Problem] = []
    documents: list[Document] = []
    files = list(_unique(_find(paths, root.resolve(), ignore, problems)))
    if not files and not problems:
        raise UsageError(
            f"no manifest found in {', '.join(map(str, paths)) or 'no path at all'}",
            hint="Manifests are .yaml or .yml files. `wexa-sync init` writes some to start from; see also `ignore` in "
            f"{SETTINGS_FILE}.",
        )
    for file in files:
        found, faults = read(file, shown_path(file), variables.fill)
        documents += found
        problems += faults
    if not documents and not problems:
        raise UsageError(
            f"no document in {', '.join(shown_path(file) for file in files[:3])}{' ...' if files[3:] else ''}: "
            "there are only comments",
            hint="A manifest starts with `apiVersion: wexa.ai/v1`. To delete what is managed, use `wexa-sync destroy`.",
        )
    return tuple(documents), tuple(problems)


def _find(paths: Sequence[Path], root: Path, ignore: Sequence[str], problems: list[Problem]) -> Iterator[Path]:
    ignored = re.compile("|".join(_glob(pattern) for pattern in ignore) or r"(?!)")
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # unlike Path's, it never raises
            yield from _walk(path, root, ignored, problems, ())
        elif not os.path.exists(path):  # noqa: PTH110  # as above
            raise UsageError(f"{path}: there is no such file or folder", hint=_missing(path))
        elif not _may_be_manifest(path.name):
            hint = "Manifests are .yaml or .yml files; wexa-sync.yaml holds settings, *.vars.yaml is for --var-file."
            raise UsageError(f"{path} is no manifest", hint=hint)
        else:
            yield path


def _walk(
    folder: Path, root: Path, ignored: re.Pattern[str], problems: list[Problem], above: tuple[str, ...]
) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:
        return  # a symlink to a folder that it stands in
    try:
        entries = sorted((entry.name, entry, entry.is_dir()) for entry in folder.iterdir())
    except OSError as error:
        place = Source(file=shown_path(folder))
        message = f"the folder can't be read: {error.strerror}"
        problems.append(Problem(message=message, source=place, hint="Check its permissions."))
        return
    for name, entry, is_folder in entries:
        if name.startswith(".") or ignored.fullmatch(_below(Path(real, name), root)):
            continue
        if is_folder:
            yield from _walk(entry, root, ignored, problems, (*above, real))
        elif _may_be_manifest(name):
            yield entry


def _may_be_manifest(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.endswith(_VARIABLE_FILES) and name != SETTINGS_FILE


def _unique(files: Iterator[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for file in files:
        if (real := os.path.realpath(file)) not in seen:
            seen.add(real)
            yield file


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _glob(pattern: str) -> str:
    """A glob as a regular expression: `*` and `?` stay within a folder, `**` goes deeper, no slash means anywhere."""
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./").strip("/"))
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return anywhere + "".join(words.get(part, re.escape(part)) for part in parts)


def _missing(path: Path) -> str:
    found = nearest(path.name, siblings(path))
    return f"Did you mean {path.parent / found}?" if found else "Check the path; it starts from the current folder."
