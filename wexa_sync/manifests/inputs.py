"""Count one digest over all that manifests are read from, without reading one: equal inputs make equal manifests.

The inputs are the settings, the files of manifests, defaults and variables, the files that manifests name, and the
values of the environment variables that they use. Paths count from the root, so that another checkout has the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import Problem
from wexa_sync.manifests import own_key
from wexa_sync.manifests.find import find
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Document
from wexa_sync.secrecy.keys import keys_in
from wexa_sync.text.files import DEFAULTS_FILE, TextFault, hash_of, is_nearly_defaults, read_bytes, siblings


class Inputs(Struct, frozen=True, kw_only=True):
    """Hold the digest of all that was read. `hides`: something in it is perhaps in no file of manifests, and a secret.

    `files`: the paths of the files that manifests stand in, in the order in which those are read.
    """

    digest: str
    hides: bool
    files: tuple[str, ...]


class _NotSure(Exception):
    """Say that the manifests have to be read."""


def inputs_of(
    sources: Sources, files: Iterable[str], env: Iterable[str], read: Mapping[str, bytes] | None = None
) -> Inputs | None:
    """Return the inputs; None where manifests would not be read without a word. Raise UsageError as `find` does.

    `files`: the files that manifests name, from the root. `env`: the environment variables that they use. `read`: what
    was `noted` as the manifests were read; None is returned where another file, or another content, would be read now.
    """
    try:
        found = _Digest(sources, read)
        found.add_settings(env)
        found.add_files(files)
        if read is not None and found.seen != read.keys():
            return None
    except (TextFault, _NotSure, OSError, ValueError):
        return None
    return Inputs(digest=found.hash.hexdigest(), hides=found.hides, files=tuple(found.files))


def from_root(root: Path, path: str) -> str:
    """Return a path as it counts, with every link and every `..` in it: from the root where it lies below."""
    return os.path.join(os.getcwd(), path).removeprefix(_below(root))  # noqa: PTH109, PTH118  # resolve() keeps neither


def _below(root: Path) -> str:
    return os.path.join(os.path.abspath(root), "")  # noqa: PTH100, PTH118  # as above


class _Digest:
    """Represent a digest that grows. Each text in it has its length in front, so that no two inputs are one text."""

    def __init__(self, sources: Sources, read: Mapping[str, bytes] | None) -> None:
        self.hash, self.hides = hashlib.sha256(), False
        self.seen = set[str]()
        self.files = list[str]()
        self._read = read
        self._sources = sources
        self._keys = [key.encode("utf-8", "surrogatepass") for key in keys_in(sources.env)]
        self._root, self._real = _below(sources.root), os.path.realpath(sources.root) + "/"

    def add_settings(self, env: Iterable[str]) -> None:
        """Add what the settings, the command line and the environment say."""
        sources = self._sources
        both = sources.overlays, sources.defaults
        laid = [each and replace(each, document=self._placed(each.document)) for each in both]
        said = [sources.vars, sources.own_vars, *laid, sources.moves and self._placed(sources.moves)]
        values = [*sources.assignments, *(f"{name}={sources.env.get(name)!r}" for name in env)]
        named = sorted(self._place(path) for path in (*sources.paths, *sources.dedicated) if path.is_file())
        self._value(repr((said, values, named, sources.whole is None)).encode("utf-8", "surrogatepass"))
        self.hides = bool(values)

    def add_files(self, named: Iterable[str]) -> None:
        """Add every file, by its name, by what that leads to, and by its content."""
        problems: list[Problem] = []
        found = find(self._sources, problems)
        if problems:
            raise _NotSure
        folders = dict[str, None]()
        for file, real in found:
            self._text(self._content(file, real))
            self.files.append(file)
            folders[os.path.dirname(file)] = None  # noqa: PTH120  # as text: a Path for each takes long
        of_variables = map(os.path.abspath, (*self._sources.own_var_files, *self._sources.var_files))
        for path in (*named, *self._defaults(folders), *of_variables):
            place = os.path.join(self._root, path)  # noqa: PTH118  # as above
            self._text(self._content(place, os.path.realpath(place)))
            self.hides = True

    def _defaults(self, folders: Iterable[str]) -> Iterator[str]:
        """Yield the files of defaults for those folders. Raise _NotSure for one that is probably called wrongly."""
        seen = set[str]()
        for folder in folders:
            place = os.path.abspath(folder)  # noqa: PTH100  # as above
            while place not in seen and f"{place}/".startswith(self._root):
                seen.add(place)
                file = Path(place, DEFAULTS_FILE)
                if os.path.lexists(file):
                    yield str(file)
                elif any(map(is_nearly_defaults, siblings(file))):
                    raise _NotSure
                place = os.path.dirname(place)  # noqa: PTH120  # as above

    def _placed(self, document: Document) -> Document:
        """Return a document of the settings as it is anywhere. Note its file where lines were looked up in it."""
        file = Path(document.source.file)
        noted = (real := os.path.realpath(file)) in (self._read or ())
        if noted or self._keys:
            content = read_bytes(file)
            self._require_no_key(content)
            if noted:
                self._note(real, content)
        return replace(document, source=replace(document.source, file=self._place(file)))

    def _place(self, path: str | Path) -> str:
        return os.path.abspath(path).removeprefix(self._root)  # noqa: PTH100  # as above

    def _content(self, file: str, real: str) -> bytes:
        """Return the content of a file, and add what the file is called. Raise _NotSure where it was another before."""
        content = read_bytes(file)
        self._require_no_key(content)
        self._note(real, content)
        self._text(self._place(file).encode("utf-8"))
        self._text(real.removeprefix(self._real).encode("utf-8"))
        return content

    def _note(self, real: str, content: bytes) -> None:
        """Note that a file counts, by its real path. Raise _NotSure where it was another before."""
        if self._read is not None and self._read.get(real) != hash_of(content):
            raise _NotSure
        self.seen.add(real)

    def _value(self, text: bytes) -> None:
        """Add a text with values of variables in it."""
        self._require_no_key(text)
        self._text(text)

    def _require_no_key(self, text: bytes) -> None:
        """Raise _NotSure where the API key stands in a text: a plan that reads the manifests says where."""
        if own_key.holds_one(text, self._keys):
            raise _NotSure

    def _text(self, text: bytes) -> None:
        self.hash.update(b"%d:" % len(text))
        self.hash.update(text)
