"""Read the files in which manifests stand, find where a value stands in them, and make the changed files."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path as File
from typing import Any

from msgspec import Struct, field

from wexa_sync.errors import Problem
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.manifests.edit import REMOVED, Edit, data_of, split, with_edits, without_documents
from wexa_sync.manifests.entries import Entries, Entry
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.included import Files, is_file
from wexa_sync.manifests.tidy import Tidied
from wexa_sync.manifests.variables import Variables
from wexa_sync.model import Document, Manifest, Path, Source, show_path
from wexa_sync.repair.pull.result import NotPulled
from wexa_sync.text.ends import with_ends
from wexa_sync.text.files import SETTINGS_FILE, TextFault, decode, place_of, read_bytes


class Spot(Struct, frozen=True, kw_only=True):
    """Say where a value stands: at `path` of the document `index` in `file`, which is named as people see it.

    `layer`: "defaults" where the value stands elsewhere, and the manifest takes it over at the spot.
    """

    file: str
    index: int
    path: Path
    layer: str = ""


class Page(Struct):
    """Describe a file of YAML as it stands there. Raises TextFault where it is none."""

    before: bytes
    text: str = ""
    entries: Entries = field(default_factory=lambda: Entries(""))
    data: dict[int, Any] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = decode(self.before)
        text = self.text.replace("\r\n", "\n")
        self.entries, self.data = Entries(text), dict(data_of(text))
        self.lines = [root.start_mark.line for root in self.entries.roots]

    def index_at(self, line: int) -> int:
        """Return the index of the document that a line stands in."""
        return max(bisect_right(self.lines, line - 1) - 1, 0)

    def way(self, spot: Spot) -> Iterator[Entry | None]:
        """Yield the entry of each part of a path, from the outside in; None, and no more, where there is none."""
        node = self.entries.roots[spot.index]
        for part in spot.path:
            found = next((each for each in self.entries.of(node) if each.part == part), None)
            yield found
            if found is None:
                return
            node = found.value

    def source(self, spot: Spot) -> Source:
        """Return the place of the value, or of the nearest one around it."""
        begin = self.entries.roots[spot.index].start_mark.index
        for entry in self.way(spot):
            begin = begin if entry is None else entry.start if not isinstance(entry.part, int) else entry.begin
        line, column = place_of(self.entries.text[:begin])
        return Source(file=spot.file, line=line, column=column)


class Pages:
    """Hold the files of the manifests, each read once. `documents`: all manifests, those that are not asked for too."""

    def __init__(self, root: File, documents: Sequence[Document]) -> None:
        self._root, self._documents = root, documents
        self._pages: dict[str, Page] = {}

    def __getitem__(self, file: str) -> Page:
        if file not in self._pages:
            self._pages[file] = Page(read_bytes(File(file)))
        return self._pages[file]

    def spot(self, manifest: Manifest, path: Path) -> Spot:
        """Return where the value at a path of the manifest's spec stands, or is to stand."""
        part = part_of(BY_NAME[manifest.address.kind])
        whole: Path = ("spec", part.field, manifest.position, *path) if part else ("spec", *path)
        laid = manifest.laid_at(whole)
        if laid is not None and laid.layer == "environment":
            return Spot(file=laid.document.source.file, index=laid.document.index, path=laid.path, layer=laid.layer)
        file = manifest.source.file
        index = self[file].index_at(manifest.source.line)
        return Spot(file=file, index=index, path=whole, layer=laid.layer if laid is not None else "")

    def refused(self, spot: Spot, message: str, hint: str) -> NotPulled:
        """Return what to raise where the value at the spot can't be pulled."""
        source = self[spot.file].source(spot)
        return NotPulled(Problem(message=message, source=source, path=show_path(spot.path), hint=hint))

    def file_at(self, value: dict[str, Any], spot: Spot, manifest: Manifest) -> File:
        """Return the real path of the file that a value at the spot names. Raise TextFault."""
        file = str(self._root / SETTINGS_FILE) if spot.layer == "environment" else manifest.source.file
        return Files(file, self._root, Filling(Variables())).real_place(value, spot.path)

    def named_by(self, file: File) -> list[tuple[Document, Path]]:
        """Return who takes a text from the file: a document and the path in it, for each time."""
        return self.used.get(str(file), [])

    @cached_property
    def used(self) -> dict[str, list[tuple[Document, Path]]]:
        """Return the real path of each file that a manifest takes a text from, and who takes it."""
        found: defaultdict[str, list[tuple[Document, Path]]] = defaultdict(list)
        for document in self._documents:
            files = Files(document.source.file, self._root, Filling(Variables()), document.laid)
            for path, value in _files_in(document.data, ()):
                try:
                    found[str(files.real_place(value, path))].append((document, path))
                except TextFault:  # reported where the manifests are read
                    continue
        return dict(found)


def _files_in(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(value, dict) and is_file(value) and isinstance(value["file"], str):
        yield path, value
        return
    inner: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else inner:
        yield from _files_in(item, (*path, key))


class Draft:
    """Represent the files as they become, edit by edit. What was read stays as it is."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._pieces: dict[str, list[str]] = {}
        self._whole: dict[File, bytes] = {}
        self._read: dict[str, Page] = {}

    def edit(self, file: str, edits: Sequence[Edit]) -> None:
        """Make these edits in a file of manifests: all of them, or none. Raises TextFault."""
        if edits:
            self._pieces[file] = with_edits(self._pieces.get(file) or split(self._pages[file].text), edits)
            self._read.pop(file, None)

    def text(self, file: str) -> str:
        """Return the text of a file of manifests as it is by now."""
        before = self._pages[file].text
        return with_ends("".join(self._pieces[file]), before) if file in self._pieces else before

    def page(self, file: str) -> Page:
        """Return a file of manifests as it is by now."""
        if file not in self._read:
            self._read[file] = Page(self.text(file).encode())
        return self._read[file]

    def replace(self, file: File, content: bytes) -> None:
        """Give a file of a text another content."""
        self._whole[file] = content

    def empty(self, file: File) -> None:
        """Let a file of a text go."""
        self._whole[file] = b""

    def take_out(self, file: str, places: Sequence[tuple[int, Path]]) -> None:
        """Take documents, or (with a path) items of them, out of a file of manifests. Raises TextFault."""
        self.edit(file, [Edit(index, path, REMOVED) for index, path in places if path])
        if whole := {index for index, path in places if not path}:
            self._pieces[file] = split(without_documents(self.text(file), whole))

    def files(self) -> tuple[Tidied, ...]:
        """Return the files that change, manifests first."""
        made = [
            Tidied(file=File(os.path.abspath(file)), before=self._pages[file].before, after=self.text(file).encode())  # noqa: PTH100
            for file in self._pieces
        ]
        made += [Tidied(file=file, before=read_bytes(file), after=content) for file, content in self._whole.items()]
        return tuple(each for each in made if each.before != each.after)
