"""Keep temporary folders that no killed process leaves for good: the next one that needs a folder removes them.

A folder is locked by the process that uses it. The lock is the kernel's (flock), and ends with the process.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING
from weakref import finalize

if TYPE_CHECKING:
    from types import TracebackType

_PREFIX = "wexa-sync-held-"
"""The name says that the lock counts. Versions before this one locked nothing, and named their folders otherwise."""


class Scratch(AbstractContextManager["Scratch"]):
    """Represent a temporary folder of this process. It goes with this object, at the latest with the process.

    `held` is what a child process has to keep open that uses the folder, and may outlive this process.
    """

    def __init__(self) -> None:
        _remove_left()
        folder, self.held = _made()
        self.folder = Path(folder)
        self._end = finalize(self, _remove_at_last, folder, self.held)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._end.detach():
            _remove(str(self.folder), self.held)


def hold(folder: str | Path) -> int:
    """Lock a folder, and return what keeps it locked until it is closed.

    Raises BlockingIOError where another process has it, and FileNotFoundError where the folder was removed.
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(fd), os.lstat(folder)):
            return fd
        raise FileNotFoundError  # another folder has its name
    except BaseException:
        os.close(fd)
        raise


def _made() -> tuple[str, tuple[int, ...]]:
    """Make a folder, and lock it before another process takes it for one that was left."""
    while True:
        try:
            folder = mkdtemp(prefix=_PREFIX)
        except FileNotFoundError as error:  # names no folder: Python tried all that there may be
            tried = os.environ.get("TMPDIR", "/tmp")  # noqa: S108  # only to be named
            raise OSError(error.errno, "no folder for temporary files can be written", tried) from error
        try:
            return folder, (hold(folder),)
        except (BlockingIOError, FileNotFoundError):
            continue
        except OSError:  # no folder can be locked on this disk: so nobody removes one that was left
            return folder, ()


def _remove(folder: str, held: tuple[int, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for fd in held:
        os.close(fd)


def _remove_at_last(folder: str, held: tuple[int, ...]) -> None:
    """Remove a folder whose object is gone. Python shows, and goes on after, an interrupt here: so it is not raised."""
    with suppress(KeyboardInterrupt):
        _remove(folder, held)


def _remove_left() -> None:
    """Remove the folders of this user that no living process holds."""
    with suppress(OSError), os.scandir(gettempdir()) as found:
        for each in found:
            if each.name.startswith(_PREFIX) and each.is_dir(follow_symlinks=False):
                with suppress(OSError):  # somebody holds it, or has removed it
                    if each.stat(follow_symlinks=False).st_uid == os.geteuid():
                        _remove(each.path, (hold(each.path),))
