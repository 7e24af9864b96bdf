"""Write files into a folder so that all of them are there or none: staged first, then moved, and taken back on failure.

A staging folder is locked by the process that fills it. What a killed process left of one is removed by the next.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct

from wexa_sync.errors import UsageError, WexaSyncError
from wexa_sync.text.scratch import hold

_KEPT = {".git", ".wexa-sync"}
"""What a folder may hold and still count as empty."""

_INSIDE = Path(".wexa-sync", "export")
_ELSEWHERE = "Name another folder, or move that away."


class Staging(Struct, frozen=True):
    """Hold files that wait to be moved: they stand in `folder`, as they will stand in `target`."""

    folder: Path
    target: Path
    files: Mapping[str, bytes]
    undo: ExitStack

    def commit(self) -> None:
        """Move the files to where they belong. Should anything fail before the end of `staged`, all is as it was."""
        with _told(self.target):
            if not self.target.exists():
                self.folder.rename(self.target)
                self.undo.callback(self.target.rename, self.folder)
                return
            for name in sorted(self.files, key=_texts_last):
                self._move(self.target / name, self.files[name], self.folder / name)

    def _move(self, file: Path, data: bytes, fresh: Path) -> None:
        before = file.read_bytes() if file.exists() else None
        if before == data:
            return
        for folder in reversed([each for each in file.parents if not each.exists()]):
            folder.mkdir()
            self.undo.callback(folder.rmdir)
        self.undo.callback(
            partial(file.unlink, missing_ok=True) if before is None else lambda: file.write_bytes(before)
        )
        fresh.replace(file)


def _texts_last(name: str) -> tuple[bool, str]:
    """Return the rank of a file: a text comes behind the manifest that names it, and so is known as ours by then."""
    return not name.endswith(".yaml"), name


@contextmanager
def staged(
    folder: Path, files: Mapping[str, str], *, into: bool = False, ours: Collection[str] = ()
) -> Iterator[Staging]:
    """Yield the files in a staging folder, to be looked at and committed. Afterwards the staging folder is gone.

    `into`: the folder may hold other things. `ours`: those of the files that may be there and be replaced; one that has
    the same content already is no hindrance. Raises UsageError where something stands in the way; nothing is written
    then.
    """
    target = Path(os.path.realpath(folder))
    contents = {name: text.encode() for name, text in files.items()}
    require_room(folder, into=into)
    with _told(folder):
        _require_free(target, contents, ours)
        inside, beside = target / _INSIDE, target.with_name(f".{target.name}.wexa-sync-export")
        place, other = (inside, beside) if target.exists() else (beside, inside)
        _remove_left(other)
    with _held(place, folder), ExitStack() as undo:
        with _told(place):
            write_all(place, files)
        yield Staging(place, target, contents, undo)
        undo.pop_all()


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder that is empty."""
    for inner in {posixpath.dirname(name) for name in files}:
        (folder / inner).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())


def require_room(folder: Path, *, into: bool = False) -> None:
    """Raise UsageError where files can't be written into a folder. `into` as in `staged`."""
    target = Path(os.path.realpath(folder))
    with _told(folder):
        _require_folder(folder, target)
        _require_room(folder, target, into=into)


def _require_folder(folder: Path, target: Path) -> None:
    if os.path.islink(folder) and not target.exists():  # noqa: PTH114  # on the path as it is given
        raise UsageError(f"{folder} is a link that leads nowhere", hint="Fix the link, or name another folder.")
    if target.exists() and not target.is_dir():
        raise UsageError(f"{folder} is no folder", hint=_ELSEWHERE)


def _require_room(folder: Path, target: Path, *, into: bool) -> None:
    there = sorted(each.name for each in target.iterdir() if each.name not in _KEPT) if target.exists() else []
    if there and not into:
        some = ", ".join(there[:3]) + (" ..." if there[3:] else "")
        hint = "Name a folder that is empty or not there yet, or add --into: it leaves alone what no export wrote."
        raise UsageError(f"{folder} is not empty: it holds {some}", hint=hint)


def _require_free(target: Path, contents: Mapping[str, bytes], ours: Collection[str]) -> None:
    """Raise UsageError where something that is not ours stands where a file is to stand, or on the way there."""
    for name, data in contents.items() if target.exists() else ():
        file = target / name
        for on_the_way in reversed([each for each in file.parents if each.is_relative_to(target)]):
            if on_the_way != target and on_the_way.is_symlink():
                raise UsageError(f"{on_the_way} is a symbolic link, which is not followed", hint=_ELSEWHERE)
            if os.path.lexists(on_the_way) and not on_the_way.is_dir():
                raise UsageError(f"{on_the_way} is no folder, and {name} is to stand in it", hint=_ELSEWHERE)
        if not os.path.lexists(file):
            continue
        if not stat.S_ISREG(file.lstat().st_mode):
            raise UsageError(f"{file} is no ordinary file, and is to hold a manifest or a text", hint=_ELSEWHERE)
        if name not in ours and file.read_bytes() != data:
            raise UsageError(f"{file} is there, and no export wrote it", hint="Move it away, or rename it.")


@contextmanager
def _held(place: Path, folder: Path) -> Iterator[None]:
    """Hold an empty staging folder for this process, and remove it in the end, with what had to be made around it."""
    with ExitStack() as around:
        with _told(place):
            for each in reversed([each for each in place.parents if not each.exists()]):
                each.mkdir()
                around.callback(_remove_empty, each)
            fd = _locked(place)
            if fd is None:
                raise WexaSyncError(f"another export is writing {folder}", hint="Wait until it has ended.")
            around.callback(os.close, fd)
            around.callback(shutil.rmtree, place, ignore_errors=True)
            _empty(place)
        yield


def _locked(place: Path) -> int | None:
    """Return the lock on a staging folder, which is made where it is missing; None where another process has it."""
    while True:
        place.mkdir(exist_ok=True)
        try:
            return hold(place)
        except BlockingIOError:
            return None
        except FileNotFoundError:  # moved or removed by the process that had it
            pass


def _remove_left(place: Path) -> None:
    """Remove a staging folder that no process holds."""
    if not place.is_dir() or place.is_symlink():
        return
    if (fd := _locked(place)) is not None:
        shutil.rmtree(place, ignore_errors=True)
        os.close(fd)


def _empty(place: Path) -> None:
    for each in place.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Raise a failure of the operating system as an error that names the path and says what to do."""
    try:
        yield
    except OSError as error:
        hint = "Check who may write there and the room on its disk, or name another folder."
        where = error.filename2 or error.filename or place
        raise WexaSyncError(f"can't write {where}: {error.strerror}", hint=hint) from error
