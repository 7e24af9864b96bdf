"""Writing so that it stays written, and saying in plain words when that fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wexa_sync.errors import StateError

PRIVATE = 0o600

_FORBIDDEN = "Check who may write there, or name another file (--state, --out)."
_FULL = "Make room on that disk, then run the same command again."
_OTHER = "Check that path, or name another file (--state, --out)."
_HINTS = {
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
}


@contextmanager
def told(doing: str, file: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a StateError: what, which file, and what to do."""
    try:
        yield
    except OSError as error:
        raise StateError(
            f"Can't {doing} {file}: {error.strerror or error}.", hint=_HINTS.get(error.errno or 0, _OTHER)
        ) from error


def read_if_there(file: Path) -> bytes | None:
    """The file's bytes; None where there is no such file."""
    with told("read", file), suppress(FileNotFoundError):
        return file.read_bytes()
    return None


def write_at(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`, and wait until the disk has it."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written
    os.fsync(fd)


def replace_file(file: Path, data: bytes) -> None:
    """Put `data` in the place of `file`: whoever looks, at any moment, sees all of the old or all of the new."""
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
