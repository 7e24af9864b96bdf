"""Keep the notes of the newest applies: a file of JSON lines for each, which is only ever appended to.

A line that a kill cut off was never acknowledged, so it is dropped. What else can't be read ends the notes of that
apply with DAMAGED: a history is for people, and keeps nobody from working.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from wexa_sync.errors import StateError
from wexa_sync.state.base import Note, Notes
from wexa_sync.state.disk import PRIVATE, read_if_there, sync_folder, told, write_at
from wexa_sync.state.format import line_of, parsed

KEEP: Final = 50
"""How many applies a history keeps. With 0 there is no history."""

DAMAGED: Final[Mapping[str, Any]] = {"damaged": True}
"""The last note of an apply whose further notes can't be read."""

_SUFFIX = ".jsonl"


def notes_of(text: bytes) -> Notes:
    """Return the notes in the text of one apply."""
    *lines, _ = text.split(b"\n")
    found: list[Mapping[str, Any]] = []
    for line in lines:
        try:
            note = parsed(line)
        except ValueError:
            note = DAMAGED
        if not isinstance(note, dict) or note == DAMAGED:
            return (*found, DAMAGED)
        found.append(note)
    return tuple(found)


def kept(runs: Sequence[str], keep: int) -> list[str]:
    """Return the ids of the newest applies, in their order."""
    return sorted(runs)[-keep:] if keep else []


class Past:
    """Represent the notes of the newest `keep` applies in a folder, which is made with the first note."""

    def __init__(self, folder: Path, keep: int) -> None:
        self._folder = folder
        self._keep = keep
        self._run = ""
        self._fd = -1
        self._size = 0

    def read(self) -> dict[str, Notes]:
        """Return the notes of each apply by its id, the oldest first."""
        with told("read", self._folder):
            runs = self._runs() if self._folder.is_dir() else []
        texts = ((run, read_if_there(self._file(run))) for run in kept(runs, self._keep))
        return {run: notes_of(text) for run, text in texts if text}

    def add(self, notes: Sequence[Note]) -> None:
        """Append the notes. Raise StateError where durable ones can't be written; others are dropped then."""
        if not notes or not self._keep:
            return
        durable = any(note.durable for note in notes)
        try:
            self._append(notes, flush=durable)
        except StateError:
            if durable:
                raise

    def close(self) -> None:
        """Close the file of the apply."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _append(self, notes: Sequence[Note], *, flush: bool) -> None:
        data = b"".join(line_of(note.data) for note in notes)
        with told("write", self._file(notes[0].run)):
            if self._run != notes[0].run:
                self._begin(notes[0].run)
            try:
                write_at(self._fd, data, self._size, flush=flush)
            except BaseException:
                os.ftruncate(self._fd, self._size)
                raise
        self._size += len(data)

    def _begin(self, run: str) -> None:
        """Make the file of an apply, and remove those of the oldest ones."""
        self.close()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._folder.is_symlink():  # a repository may bring one: what it leads to is not ours
            raise NotADirectoryError(0, "it is a symbolic link, which is not followed")
        for old in set(self._runs()) - set(kept([*self._runs(), run], self._keep)):
            with suppress(OSError):
                self._file(old).unlink()
        self._fd = os.open(self._file(run), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
        self._run, self._size = run, 0
        sync_folder(self._folder)
        sync_folder(self._folder.parent)

    def _runs(self) -> list[str]:
        return [file.name.removesuffix(_SUFFIX) for file in self._folder.iterdir() if file.name.endswith(_SUFFIX)]

    def _file(self, run: str) -> Path:
        return self._folder / f"{run}{_SUFFIX}"
