"""Find the files that manifests stand in: through folders and links, up to a bound; and name what is overlooked."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter
from pathlib import Path

from wexa_sync.errors import NothingDeclared, Problem, UsageError
from wexa_sync.manifests.ignored import base_of, pattern_of
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Source
from wexa_sync.text.files import DEFAULTS_FILE, SETTINGS_FILE, shown_path, siblings
from wexa_sync.text.patterns import pattern
from wexa_sync.text.suggest import nearest

MAX_ENTRIES = 100_000

_SUFFIXES = (".yaml", ".yml")
_HOLDS = {SETTINGS_FILE: "settings", DEFAULTS_FILE: "defaults"}
_VARIABLE_FILES = (".vars.yaml", ".vars.yml")
_NOWHERE = (errno.ELOOP, errno.ENAMETOOLONG)  # where a link leads that no folder can stand behind
# Folders that tools fill with what others wrote, often with YAML in it; a virtual environment by its marker too.
_INSTALLED = {"node_modules", "site-packages", "venv"}
_ENVIRONMENT = "pyvenv.cfg"
_NEVER = {".git", ".wexa-sync"}
_MANIFEST = pattern(
    rb"(?:^|[\n\r{,])(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[ \t{[-]*[\"']?apiVersion[\"']?[ \t]*:"
    rb"[ \t]*(?:[&!]\S*[ \t]+)*[\"']?wexa\.ai/"
)
_GLANCE = 65_536
_DEEPEST = 3  # how deep a hidden folder is looked into

Found = tuple[str, str]
"""A file by the path that led to it, and its real path. As texts: a Path for each file takes longer than the rest."""


def find(sources: Sources, problems: list[Problem]) -> list[Found]:
    """Return the files to read, each once, in an order that depends on names alone.

    What holds a manifest and is not read goes to `problems`. Raises UsageError where a path is missing, or leads to so
    much that no one repository can be meant; NothingDeclared where there is no file and nothing is wrong.
    """
    found = _Search(sources, problems).files()
    if not found and not problems:
        raise NothingDeclared(
            f"no manifest found in {', '.join(map(str, sources.paths)) or 'no path at all'}",
            hint="Manifests are .yaml or .yml files. `wexa-sync init` writes some to start from; see also `ignore` in "
            f"{SETTINGS_FILE}.",
        )
    return found


def covers(sources: Sources, others: Sources) -> bool:
    """True when `sources` have every file that `others` have. Raises UsageError where a path is missing."""
    problems: list[Problem] = []
    have, want = ({real for _, real in _Search(each, problems).files()} for each in (sources, others))
    return want <= have and not problems


def is_searched(file: Path, folders: Sequence[Path], ignore: Sequence[str], root: Path) -> bool:
    """True when a search through these folders would read the file as a manifest, were it there."""
    ignored, base = pattern_of(ignore), base_of(root)
    real = Path(os.path.realpath(file))
    for top in (Path(os.path.realpath(folder)) for folder in folders):
        way = [each for each in (real, *real.parents) if each != top and each.is_relative_to(top)]
        left_out = any(_is_left_out(each.name) or ignored.fullmatch(str(each).removeprefix(base)) for each in way)
        if real == top or (way and not left_out and _is_read(real.name)):
            return True
    return False


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name in _INSTALLED


class _Search:
    """Walk the paths of the sources, each folder and each file once."""

    def __init__(self, sources: Sources, problems: list[Problem]) -> None:
        self._paths = sources.paths
        self._base = base_of(sources.root)
        self._ignored = pattern_of(sources.ignore)
        self._no_manifests = sources.no_manifests
        self._problems = problems
        self._overlooked: dict[str, Problem] = {}
        self._folders: set[str] = set()
        self._looked_at = 0

    def files(self) -> list[Found]:
        """Return the files, and note as problems what holds a manifest and is none of them."""
        first: dict[str, str] = {}
        for path in self._paths:
            for file, real in self._behind(path):
                first.setdefault(real, file)
        self._problems += (problem for real, problem in self._overlooked.items() if real not in first)
        return [(path, real) for real, path in first.items()]

    def _behind(self, path: Path) -> Iterator[Found]:
        if os.path.isdir(path):  # noqa: PTH112  # unlike Path's, it never raises
            yield from self._walk(str(path))
        elif not os.path.exists(path):  # noqa: PTH110  # as above
            raise UsageError(f"{path}: there is no such file or folder", hint=_missing(path))
        elif not _is_read(path.name):
            hint = "Manifests are .yaml or .yml files; wexa-sync.yaml holds settings, *.vars.yaml is for --var-file."
            raise UsageError(f"{path} is no manifest", hint=hint)
        elif os.path.realpath(path) in self._no_manifests:
            raise UsageError(f"{path} is no manifest", hint="It belongs to an environment: name that with --env.")
        else:
            yield str(path), os.path.realpath(path)

    def _walk(self, top: str) -> Iterator[Found]:
        waiting = [(top, os.path.realpath(top), True)]
        while waiting:
            path, real, is_folder = waiting.pop()
            if not is_folder:
                yield path, real
                continue
            if real in self._folders:
                continue  # led to by a symlink too, maybe by one that stands in it
            self._folders.add(real)
            found = self._entries(path, top)
            if path is not top and any(entry.name == _ENVIRONMENT for entry in found):
                self._glance_inside(path, found)
                continue
            around, real_around = _in(path), _in(real)
            for entry in reversed(found):
                inside = real_around + entry.name
                if not self._ignored.fullmatch(inside.removeprefix(self._base)) and (
                    is_inner := self._wanted(around + entry.name, entry)
                ):
                    inside = os.path.realpath(inside) if entry.is_symlink() else inside
                    if inside not in self._no_manifests:
                        waiting.append((around + entry.name, inside, is_inner == "folder"))

    def _entries(self, folder: str, top: str) -> list[os.DirEntry[str]]:
        try:
            found = _sorted_entries(folder)
        except OSError as error:
            self._problems.append(_unreadable(folder, error))
            return []
        self._looked_at += len(found)
        if self._looked_at > MAX_ENTRIES:
            raise UsageError(
                f"{top} holds more than {MAX_ENTRIES:,} files and folders: the search for manifests stopped",
                hint="Run it in the folder of the manifests, name them (a PATH, or `manifests` in "
                f"{SETTINGS_FILE}), or list what holds none under `ignore`.",
            )
        return found

    def _wanted(self, path: str, entry: os.DirEntry[str]) -> str:
        """Return what to do with an entry at the path: "folder", "file", or nothing, where it is left out."""
        is_folder = self._is_folder(path, entry)
        if is_folder and _is_left_out(entry.name):
            if entry.name not in _NEVER:
                deepest = 1 if entry.name in _INSTALLED else _DEEPEST
                self._glance_inside(path, self._quietly(path), deepest)
            return ""
        if is_folder:
            return "folder"
        if is_folder is None:
            return ""
        if not entry.name.startswith(".") and _is_read(entry.name):
            return "file"
        if reason := _why_not_read(entry.name):
            self._glance(path, reason)
        return ""

    def _is_folder(self, path: str, entry: os.DirEntry[str]) -> bool | None:
        """Return whether an entry is a folder, through links; None where that can't be told, which is noted."""
        try:
            is_folder = entry.is_dir()
        except OSError as error:
            if error.errno not in _NOWHERE:
                if not entry.name.startswith("."):
                    self._problems.append(_unreadable(path, error))
                return None
            is_folder = False
        if not is_folder and "." not in entry.name and not os.path.exists(path):  # noqa: PTH110  # as above
            hint = "The link may have led to manifests. Fix it, or list it under `ignore`."
            source = Source(file=shown_path(path))
            self._problems.append(Problem(message="this link leads nowhere", source=source, hint=hint))
            return None
        return is_folder

    @staticmethod
    def _quietly(folder: str) -> list[os.DirEntry[str]]:
        """Return the entries of a folder that is left out: whether it can be read is nobody's trouble."""
        try:
            return _sorted_entries(folder)
        except OSError:
            return []

    def _glance_inside(self, folder: str, entries: list[os.DirEntry[str]], deepest: int = 1) -> None:
        """Note the manifests in a folder that is not searched. Checkouts and environments in it are left alone."""
        for entry in entries:
            inside = _in(folder) + entry.name
            if entry.name.lower().endswith(_SUFFIXES):
                self._glance(inside, f"the folder {os.path.basename(folder)} is not searched")  # noqa: PTH119  # as above
            elif deepest > 1 and entry.name not in _INSTALLED | _NEVER and entry.is_dir(follow_symlinks=False):
                found = self._quietly(inside)
                if not any(each.name in (".git", _ENVIRONMENT) for each in found) and not self._is_ignored(inside):
                    self._glance_inside(inside, found, deepest - 1)

    def _is_ignored(self, path: str) -> bool:
        return self._ignored.fullmatch(os.path.realpath(path).removeprefix(self._base)) is not None

    def _glance(self, path: str, reason: str) -> None:
        """Note a file that is not read, for this reason, where it holds a manifest."""
        if not _holds_a_manifest(path):
            return
        if not self._is_ignored(path):
            hint = "Rename it or move it; or name it as a PATH or under `manifests`; or list it under `ignore`."
            source = Source(file=shown_path(path))
            message = f"this holds a manifest, but {reason}"
            self._overlooked[os.path.realpath(path)] = Problem(message=message, source=source, hint=hint)


def _sorted_entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=attrgetter("name"))


def _in(folder: str) -> str:
    """Return what stands in the path of an entry of the folder before the entry's name."""
    return "" if folder == "." else os.path.join(folder, "")  # noqa: PTH118  # as above


def _holds_a_manifest(path: str) -> bool:
    try:
        about = os.stat(path)  # noqa: PTH116  # as above
        if not stat.S_ISREG(about.st_mode) or not about.st_size:  # what the system makes as it is read (/proc) has none
            return False
        with open(path, "rb") as file:  # noqa: PTH123  # as above
            return _MANIFEST.search(file.read(_GLANCE).replace(b"\0", b"")) is not None  # without NUL: UTF-16, too
    except OSError:
        return False


def _is_read(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(_SUFFIXES) and not lower.endswith(_VARIABLE_FILES) and name not in _HOLDS


def is_other_yaml(path: Path) -> bool:
    """True for the path of a file of settings, defaults or variables."""
    return path.name in _HOLDS or path.name.lower().endswith(_VARIABLE_FILES)


def _why_not_read(name: str) -> str:
    """Return why a file is not read that a person may take for a manifest; nothing for any other file."""
    lower = name.lower()
    if name in _HOLDS:
        return f"a file of this name holds {_HOLDS[name]}"
    if lower.endswith(_VARIABLE_FILES):
        return "a file of this name holds variables"
    if not lower.endswith(_SUFFIXES):
        return "its name does not end in .yaml or .yml" if _is_nearly(lower) else ""
    return "hidden files are not searched"


def _is_nearly(name: str) -> bool:
    stem, dot, suffix = name.rpartition(".")
    if name.endswith("~"):
        return False  # an editor's copy
    if suffix == "txt":
        return stem.endswith(_SUFFIXES)
    return not dot or suffix in ("json", "jsonc", "json5") or _is_like_yaml(suffix)


@cache
def _is_like_yaml(suffix: str) -> bool:
    return len(suffix) < 8 and nearest(suffix, ("yaml", "yml")) is not None


def _unreadable(path: str, error: OSError) -> Problem:
    hint = "Check its permissions and where its links lead, or list it under `ignore`."
    return Problem(message=f"this can't be read: {error.strerror}", source=Source(file=shown_path(path)), hint=hint)


def _missing(path: Path) -> str:
    found = nearest(path.name, siblings(path))
    return f"Did you mean {path.parent / found}?" if found else "Check the path; it starts from the current folder."
