"""Know what stands in a folder: which files an earlier export wrote, and what manifests declare there (Standing)."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from wexa_sync.manifests.edit import data_of
from wexa_sync.manifests.included import is_file
from wexa_sync.model import Address, Manifest
from wexa_sync.text.files import read_text
from wexa_sync.text.patterns import pattern

MARK = "# Written by wexa-sync export."
"""How the first line of a file of manifests begins that an export may write anew."""

_SEPARATOR = pattern(r"^---(?=\s|$)[^\n]*\n?", re.MULTILINE)


class Piece(Struct, frozen=True, kw_only=True):
    """Describe a document of a file, as it stands there. `address` is None where the document is no manifest."""

    address: Address | None
    text: str
    data: Any


class Standing(Struct, frozen=True, kw_only=True):
    """Hold what stands in a folder. `places`: the file of each resource that is declared, by a path in the folder.

    `ours`: the documents of each file that an export wrote.
    """

    places: Mapping[Address, str] = field(default_factory=dict)
    ours: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)

    @property
    def texts(self) -> frozenset[str]:
        """Return the files of long texts that our documents name."""
        return frozenset(
            name for file, pieces in self.ours.items() for each in pieces for name in named(file, each.data)
        )

    @property
    def replaceable(self) -> frozenset[str]:
        """Return the files that an export may write anew."""
        return self.texts | self.ours.keys()

    def kept_texts(self, addresses: Collection[Address]) -> Iterator[str]:
        """Yield the files of the texts of those documents of ours that are none of these resources."""
        for file, pieces in self.ours.items():
            for each in pieces:
                if each.address not in addresses:
                    yield from named(file, each.data)

    def unused(self, addresses: Collection[Address]) -> frozenset[str]:
        """Return our files of texts that no other document than those of these resources names."""
        return self.texts - set(self.kept_texts(addresses))

    def left_alone(self, addresses: Iterable[Address]) -> dict[Address, str]:
        """Return those that a file declares which no export wrote, with that file."""
        found = {address: self.places[address] for address in addresses if address in self.places}
        return {address: file for address, file in found.items() if file not in self.ours}

    def gone(self, addresses: Collection[Address]) -> dict[Address, str]:
        """Return what our files declare of the same projects that is none of those, with its file."""
        projects = {address.project_address for address in addresses}
        return {
            each.address: file
            for file, pieces in self.ours.items()
            for each in pieces
            if each.address and each.address not in addresses and each.address.project_address in projects
        }


def standing(folder: Path, manifests: Iterable[Manifest]) -> Standing:
    """Return what stands in a folder with these manifests. Raise TextFault for a file that can't be read."""
    top = os.path.realpath(folder)
    places: dict[Address, str] = {}
    lines: dict[str, dict[int, Address]] = {}
    for manifest in manifests:
        if not manifest.address.owner:
            file = os.path.relpath(os.path.realpath(manifest.source.file), top)
            first = lines.setdefault(file, {}).setdefault(manifest.source.line, manifest.address)
            if first == manifest.address:  # what a manifest only implies stands nowhere
                places[manifest.address] = file
    inside = (file for file in sorted(lines) if not file.startswith(os.pardir))
    read = {file: read_text(Path(top, file)).replace("\r\n", "\n") for file in inside}
    texts = {file: text for file, text in read.items() if text.startswith(MARK)}
    return Standing(places=places, ours={file: tuple(_pieces(text, lines[file])) for file, text in texts.items()})


def named(file: str, data: Any) -> Iterator[str]:
    """Yield the paths of the texts that a document of a file names."""
    if isinstance(data, dict) and is_file(data) and isinstance(data["file"], str):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(file), data["file"]))
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from named(file, inner)


def _pieces(text: str, lines: Mapping[int, Address]) -> Iterator[Piece]:
    """Yield the documents of a text, which is without faults. `lines`: where each manifest begins."""
    text = text if text.endswith("\n") else f"{text}\n"
    at, line = text.find("\n") + 1, 2  # behind our line
    for separator in (*_SEPARATOR.finditer(text), None):
        piece = text[at : separator.start() if separator else len(text)]
        at, first = separator.end() if separator else len(text), line
        line += piece.count("\n") + 1
        documents = data_of(piece)
        if documents or piece.strip():
            address = next((lines[each] for each in range(first, line) if each in lines), None)
            yield Piece(address=address, text=piece, data=documents[0][1] if documents else None)
