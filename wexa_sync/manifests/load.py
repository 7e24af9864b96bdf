"""Load Documents from paths: find the files, read YAML with variables filled in, report every fault at once."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wexa_sync.errors import NothingDeclared, Problem, Unfilled, UsageError
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.variables import Variables
from wexa_sync.model import Document, Source
from wexa_sync.text.files import SETTINGS_FILE, TextFault, is_utf8, shown_path, siblings
from wexa_sync.text.suggest import nearest

_SUFFIXES = (".yaml", ".yml")
_VARIABLE_FILES = (".vars.yaml", ".vars.yml")
_NOWHERE = (errno.ELOOP, errno.ENAMETOOLONG)  # where a link leads that no folder can stand behind
# Folders that tools fill with what others wrote, often with YAML in it; a virtual environment by its marker too.
_INSTALLED = {"node_modules", "site-packages", "venv"}
_ENVIRONMENT = "pyvenv.cfg"


def load(sources: Sources) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Read all manifests of the sources, in an order that depends on names alone.

    Folders are searched whole, through symlinks too; hidden files and folders, installed packages, the settings file,
    variable files and what `ignore` matches (globs relative to `root`, as .gitignore has them) are left out unless
    they are a path of the sources.
    A document with a problem is still returned where something of it could be read. Raises UsageError where a path is
    missing; NothingDeclared without any file or document: an empty result would look like "everything is gone".
    """
    from wexa_sync.manifests.yaml import read  # imports yaml

    variables = sources.variables()
    problems: list[Problem] = []
    documents: list[Document] = []
    files = _files(sources, problems)
    for file in files:
        shown = shown_path(file)
        if not is_utf8(shown):
            hint = "Rename it: it stands in plans, which are UTF-8."
            problems.append(Problem(message="the file's name is not UTF-8", source=Source(file=shown), hint=hint))
            continue
        fill = _Filling(variables)
        found, faults = read(file, shown, fill)
        documents += (replace(document, templates=fill.templates) for document in found)
        problems += faults
    if not documents and not problems:
        raise NothingDeclared(
            f"no document in {', '.join(shown_path(file) for file in files[:3])}{' ...' if files[3:] else ''}: "
            "there are only comments",
            hint="A manifest starts with `apiVersion: wexa.ai/v1`. To delete what is managed, use `wexa-sync destroy`.",
        )
    return tuple(documents), tuple(problems)


def _files(sources: Sources, problems: list[Problem]) -> list[Path]:
    """Return the files to read, each once. Raises NothingDeclared where there is none and nothing is wrong."""
    files = _unique(_find(sources.paths, _base(sources), sources.ignore, problems))
    if not files and not problems:
        raise NothingDeclared(
            f"no manifest found in {', '.join(map(str, sources.paths)) or 'no path at all'}",
            hint="Manifests are .yaml or .yml files. `wexa-sync init` writes some to start from; see also `ignore` in "
            f"{SETTINGS_FILE}.",
        )
    return files


def covers(sources: Sources, others: Sources) -> bool:
    """True when `sources` have every file that `others` have. Raises UsageError where a path is missing."""
    problems: list[Problem] = []
    have, want = (
        {real for _, real in _find(each.paths, _base(each), each.ignore, problems)} for each in (sources, others)
    )
    return want <= have and not problems


def _base(sources: Sources) -> str:
    return os.path.realpath(sources.root).rstrip("/") + "/"


class _Filling:
    """Fills in the variables of a file, and keeps each text as it was, by what it became."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self.templates: dict[str, str] = {}

    def __call__(self, text: str) -> tuple[Any, list[TextFault]]:
        value, faults = self._variables.fill(text)
        if isinstance(value, str) and not isinstance(value, Unfilled) and value != text:
            self.templates[value] = text
        return value, faults


def _find(
    paths: Sequence[Path], root: str, ignore: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[Path, str]]:
    """Return each file by the path that led to it, with its real path."""
    ignored = re.compile("|".join(_glob(pattern) for pattern in ignore) or r"(?!)", re.DOTALL)
    seen: set[str] = set()
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # unlike Path's, it never raises
            yield from _walk(path, root, ignored, seen, problems)
        elif not os.path.exists(path):  # noqa: PTH110  # as above
            raise UsageError(f"{path}: there is no such file or folder", hint=_missing(path))
        elif not _may_be_manifest(path.name):
            hint = "Manifests are .yaml or .yml files; wexa-sync.yaml holds settings, *.vars.yaml is for --var-file."
            raise UsageError(f"{path} is no manifest", hint=hint)
        else:
            yield path, os.path.realpath(path)


def _walk(
    top: Path, root: str, ignored: re.Pattern[str], seen: set[str], problems: list[Problem]
) -> Iterator[tuple[Path, str]]:
    waiting = [(top, os.path.realpath(top), True)]
    while waiting:
        path, real, is_folder = waiting.pop()
        if not is_folder:
            yield path, real
            continue
        if real in seen:
            continue  # led to by a symlink too, maybe by one that stands in it
        seen.add(real)
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            problems.append(_unreadable(path, error))
            continue
        if path is not top and any(entry.name == _ENVIRONMENT for entry in found):
            continue
        for entry in reversed(found):
            inside = os.path.join(real, entry.name)  # noqa: PTH118  # a Path for each takes longer than the rest
            left_out = entry.name.startswith(".") or entry.name in _INSTALLED
            if left_out or ignored.fullmatch(inside.removeprefix(root)):
                continue
            inner = _is_folder(path, entry, problems)
            if inner is None:
                continue
            if inner or _may_be_manifest(entry.name):
                inside = os.path.realpath(inside) if entry.is_symlink() else inside
                waiting.append((path / entry.name, inside, inner))


def _is_folder(path: Path, entry: os.DirEntry[str], problems: list[Problem]) -> bool | None:
    """True when an entry is a folder, through links; None where that can't be told, which is noted."""
    try:
        return entry.is_dir()
    except OSError as error:
        if error.errno in _NOWHERE:
            return False
        problems.append(_unreadable(path / entry.name, error))
        return None


def _unreadable(path: Path, error: OSError) -> Problem:
    hint = "Check its permissions and where its links lead, or list it under `ignore`."
    return Problem(message=f"this can't be read: {error.strerror}", source=Source(file=shown_path(path)), hint=hint)


def _may_be_manifest(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.endswith(_VARIABLE_FILES) and name != SETTINGS_FILE


def _unique(files: Iterator[tuple[Path, str]]) -> list[Path]:
    first: dict[str, Path] = {}
    for path, real in files:
        first.setdefault(real, path)
    return list(first.values())


def _glob(pattern: str) -> str:
    """Return a glob as a regular expression: `*` and `?` stay in a folder, `**` goes deeper, no slash: anywhere."""
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./").strip("/"))
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return anywhere + "".join(words.get(part, re.escape(part)) for part in parts)


def _missing(path: Path) -> str:
    found = nearest(path.name, siblings(path))
    return f"Did you mean {path.parent / found}?" if found else "Check the path; it starts from the current folder."
