"""Read the texts that manifests take from files: `{file: PATH}`, and `{file: PATH, fill: true}` to fill them in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from msgspec import Struct, field

from wexa_sync.errors import Unfilled
from wexa_sync.manifests import own_key
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.schema_messages import Fault, shown
from wexa_sync.model import Laid, Path, Secret, Source, laid_at
from wexa_sync.text.digests import sha256
from wexa_sync.text.files import MAX_BYTES, TextFault, decode, read_bytes, short, shown_path, siblings
from wexa_sync.text.leftovers import is_blank, refuse_leftovers
from wexa_sync.text.suggest import did_you_mean

_FILL_HINT = "Write `fill: true` to fill in the variables of the file, or leave it out."


def is_file(value: dict[str, Any]) -> bool:
    """True when a mapping stands for the text of a file."""
    return "file" in value and value.keys() <= {"file", "fill"}


class Files(Struct, frozen=True):
    """Hold the files that a manifest, which stands in `file`, may name: below `root`, not by a symlink either.

    The paths of an environment, which `laid` some values over the manifest, start from `root`; those of defaults from
    the folder of their file.
    """

    file: str
    root: File
    filling: Filling
    laid: Mapping[Path, Laid] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # the paths of the files that were read

    def text(self, value: dict[str, Any], path: Path, faults: list[Fault]) -> str | Secret:
        """Return the text that the value at `path` stands for. What is wrong with it is added to `faults`.

        The text is kept exactly, but for one newline at its end, which editors add, and CRLF, which becomes LF.
        `${...}` in it means nothing, unless the manifest says `fill: true`.
        """
        name, fill = value["file"], value.get("fill", False)
        if isinstance(name, Unfilled):
            return name  # reported already
        if not isinstance(fill, bool):
            faults.append(Fault((*path, "fill"), f"expected true or false, got {shown(fill)}", _FILL_HINT))
        try:
            text, place = self._read(name, self._start(path))
        except TextFault as fault:
            faults.append(Fault(path, fault.message, fault.hint))
            return Unfilled("...")
        if fill is not True:
            return text
        filled, wrong = self.filling.text(text)
        for each in wrong:
            source = Source(file=place, line=each.line, column=each.column)
            faults.append(Fault(path, each.message, each.hint, source=source))
        return filled

    def place(self, value: Any, path: Path) -> str:
        """Return how the file is shown whose text the value at `path` stands for; empty where it stands for none."""
        named = isinstance(value, dict) and is_file(value) and type(value["file"]) is str
        return shown_path(self._start(path) / value["file"]) if named else ""

    def content(self, value: dict[str, Any], path: Path, faults: list[Fault]) -> dict[str, Any]:
        """Return the file that the value at `path` names, with the hash and the size of its content."""
        try:
            real = self._within(value["file"], self._start(path))
            content = read_bytes(real)
            if not content:
                raise TextFault(f"{short(value['file'])} is empty", hint="Write the file, or take the manifest out.")
            if own_key.holds_one(content, [os.fsencode(key) for key in self.filling.keys]):
                raise TextFault(f"{short(value['file'])} holds the API key", hint=own_key.OF_A_FILE)
        except TextFault as fault:
            faults.append(Fault(path, fault.message, fault.hint))
            return value
        place = real.relative_to(os.path.realpath(self.root)).as_posix()
        return {"file": place, "sha256": sha256(content).hexdigest(), "size": len(content)}

    def real_place(self, value: dict[str, Any], path: Path) -> File:
        """Return the real path of the file that the value at `path` names. Raise TextFault where there is none."""
        return self._within(value["file"], self._start(path))

    def _start(self, path: Path) -> File:
        """Return the folder from which the path of a file starts."""
        if (laid := laid_at(self.laid, path)) is None:
            return File(self.file).parent
        return self.root if laid.layer == "environment" else File(laid.document.source.file).parent

    def _read(self, name: Any, folder: File) -> tuple[str, str]:
        """Return the text of the file, and the file's name to be shown."""
        real = self._within(name, folder)
        place = shown_path(folder / name)
        try:
            text = as_read(read_bytes(real))
            own_key.refuse(text, self.filling.keys)
        except TextFault as fault:
            at = Source(file=place, line=fault.line, column=fault.column)
            raise TextFault(f"{at}: {fault.message}", hint=fault.hint) from None
        return text, place

    def _within(self, name: Any, folder: File) -> File:
        """Return where the file really is. Raise TextFault where that is nowhere below the root."""
        if not isinstance(name, str) or not name.strip() or "\0" in name:
            got = shown("***" if isinstance(name, Secret) else name)
            raise TextFault(f"{{file: PATH}} wants a path, got {got}", hint="Write {file: prompts/triage.md}.")
        if File(name).is_absolute():
            raise TextFault(f"the path {short(name)} is absolute", hint="Write it relative to the manifest.")
        # Where it really is: a symlink must not lead out either, to be sent to a server.
        real, top = File(os.path.realpath(folder / name)), os.path.realpath(self.root)
        if not real.is_relative_to(top):
            raise TextFault(f"{short(name)} leads out of {top}", hint="Move the file inside, beside the manifests.")
        if not os.path.lexists(real):
            hint = did_you_mean(real.name, siblings(real), "Check the path; it is relative to the manifest.")
            raise TextFault(f"there is no file {short(name)}", hint=hint)
        self.named.add(str(folder / name))
        return real


def as_read(raw: bytes) -> str:
    """Return the text of a file, once it is sure that a person wrote it. Raise TextFault.

    One newline at the end is not part of the text, and CRLF is LF: git may check a file out with either line end, by
    machine, and one commit must make one plan everywhere.
    """
    text = decode(raw)
    refuse_leftovers(text)
    if is_blank(text):
        raise TextFault("the file is blank", hint="Write the text there, or take the field out.")
    return text.replace("\r\n", "\n").removesuffix("\n")


def to_read(text: str) -> str | None:
    """Return what a file has to hold to be read as the text; None where no file can."""
    held = text + "\n"
    try:
        raw = held.encode()
        return held if len(raw) <= MAX_BYTES and as_read(raw) == text else None
    except (TextFault, UnicodeEncodeError):
        return None
