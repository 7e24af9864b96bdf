"""Write files durably, and report in plain words when that fails."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wexa_sync.errors import StateError

PRIVATE = 0o600
MAX_BYTES = 256 * 1024 * 1024
"""No state is nearly as large. A larger file is another file, and would fill the memory."""

_FORBIDDEN = "Check who may write there, or name another file (--state, --out)."
_FULL = "Make room on that disk, then run the same command again."
_OTHER = "Check that path, or name another file (--state, --out)."
_LINK = "wexa-sync makes no such link: see where it comes from and remove it, or name another file (--state, --out)."
_HINTS = {
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.ELOOP: _LINK,
}
_WORDS = {errno.ELOOP: "it is a symbolic link, which is not followed"}


@contextmanager
def told(doing: str, file: Path) -> Iterator[None]:
    """Raise a failure of the operating system as a StateError that names the file and what to do."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        why = _WORDS.get(number) or error.strerror or str(error)
        raise StateError(f"Can't {doing} {file}: {why}.", hint=_HINTS.get(number, _OTHER)) from error


def open_plain(file: Path, flags: int) -> int:
    """Open an ordinary file, and nothing else. Raise OSError.

    A repository may bring a link of that name: what it leads to is not ours. Nor is a pipe or a device waited for.
    """
    fd = os.open(file, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, PRIVATE)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "it is no ordinary file")
    return fd


def read_if_there(file: Path) -> bytes | None:
    """Return the file's bytes; None where there is no such file."""
    with told("read", file):
        try:
            fd = open_plain(file, os.O_RDONLY)
        except FileNotFoundError:
            return None
        with os.fdopen(fd, "rb") as opened:
            if os.fstat(fd).st_size > MAX_BYTES:
                raise OSError(errno.EINVAL, f"it is larger than {MAX_BYTES // 1024 // 1024} MiB, as no state is")
            return opened.read()


def write_at(fd: int, data: bytes, offset: int, *, flush: bool = True) -> None:
    """Write all of `data` at `offset` and, to `flush` it, wait until the disk has it."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written
    if flush:
        os.fsync(fd)


def replace_file(file: Path, data: bytes) -> None:
    """Replace the content of `file` by `data` at once: a reader sees all of the old content or all of the new."""
    fresh = file.with_name(file.name + ".tmp")
    with told("write", file):
        fresh.unlink(missing_ok=True)  # of a process that was killed here
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        try:
            write_at(fd, data, 0)
            fresh.replace(file)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        finally:
            os.close(fd)
        sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's names."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
