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
    first: dict[str, Path] = {}  # by where it really is: a file that is reached twice is read once
    for file, real in _find(paths, root.resolve(), ignore, problems):
        first.setdefault(real, file)
    files = list(first.values())
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


def _find(
    paths: Sequence[Path], root: Path, ignore: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[Path, str]]:
    """Each manifest's file, and where it really is."""
    ignored = re.compile("|".join(_glob(pattern) for pattern in ignore) or r"(?!)")
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # unlike Path's, it never raises
            yield from _walk(path, os.path.join(root, ""), ignored, problems, ())  # noqa: PTH118  # ends in a slash
        elif not os.path.exists(path):  # noqa: PTH110  # as above
            raise UsageError(f"{path}: there is no such file or folder", hint=_missing(path))
        elif not _may_be_manifest(path.name):
            hint = "Manifests are .yaml or .yml files; wexa-sync.yaml holds settings, *.vars.yaml is for --var-file."
            raise UsageError(f"{path} is no manifest", hint=hint)
        else:
            yield path, os.path.realpath(path)


def _walk(
    folder: Path, root: str, ignored: re.Pattern[str], problems: list[Problem], above: tuple[str, ...]
) -> Iterator[tuple[Path, str]]:
    real = os.path.realpath(folder)
    if real in above:
        return  # a symlink to a folder that it stands in
    try:
        with os.scandir(folder) as found:  # its entries know what they are, without asking the disk again
            entries = sorted((entry.name, _is_folder(entry), entry.is_symlink()) for entry in found)
    except OSError as error:
        place = Source(file=shown_path(folder))
        message = f"the folder can't be read: {error.strerror}"
        problems.append(Problem(message=message, source=place, hint="Check its permissions."))
        return
    for name, is_folder, is_link in entries:
        inside = f"{real}/{name}"
        if name.startswith(".") or ignored.fullmatch(inside.removeprefix(root)):
            continue
        if is_folder:
            yield from _walk(folder / name, root, ignored, problems, (*above, real))
        elif _may_be_manifest(name):
            yield folder / name, os.path.realpath(inside) if is_link else inside


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return Path(entry).is_dir() if entry.is_symlink() else entry.is_dir()


def _may_be_manifest(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.endswith(_VARIABLE_FILES) and name != SETTINGS_FILE


def _glob(pattern: str) -> str:
    """A glob as a regular expression: `*` and `?` stay within a folder, `**` goes deeper, no slash means anywhere."""
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./").strip("/"))
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return anywhere + "".join(words.get(part, re.escape(part)) for part in parts)


def _missing(path: Path) -> str:
    found = nearest(path.name, siblings(path))
    return f"Did you mean {path.parent / found}?" if found else "Check the path; it starts from the current folder."
