"""Replace the text of a file that a person wrote: all of it at once, with its mode, through a link to it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wexa_sync.text.files import TextFault


def rewrite(file: Path, before: bytes, after: bytes) -> None:
    """Replace the bytes of a file. A reader sees all of the old ones or all of the new ones.

    Raises TextFault where the file no longer holds `before`, or can't be written: then the file is as it was.
    """
    with _told(before, file) as real:
        mode = stat.S_IMODE(real.stat().st_mode)
        fd, fresh = tempfile.mkstemp(prefix=f".{real.name[:100]}.", suffix=".tmp", dir=real.parent)
        try:
            with os.fdopen(fd, "wb") as opened:
                os.fchmod(fd, mode)
                opened.write(after)
                opened.flush()
                os.fsync(fd)
            Path(fresh).replace(real)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise


def remove(file: Path, before: bytes) -> None:
    """Remove a file that holds `before`. Raises TextFault where it holds something else by now, or can't be removed."""
    with _told(before, file) as real:
        real.unlink()


def require_writable(file: Path, before: bytes) -> None:
    """Raise TextFault where the file no longer holds `before`, or can't be written."""
    with _told(before, file) as real:
        if not os.access(real.parent, os.W_OK):
            raise PermissionError(None, "its folder is write-protected")


@contextmanager
def _told(before: bytes, file: Path) -> Iterator[Path]:
    """Give the real path of a file that holds `before`. A failure is told as a TextFault."""
    real = Path(os.path.realpath(file))  # a link stays one
    try:
        if real.read_bytes() != before:
            raise TextFault("the file has changed meanwhile", hint="Run the same command again.")
        if not os.access(real, os.W_OK):
            raise PermissionError(None, "it is write-protected")
        yield real
    except OSError as error:
        hint = "Check who may write the file and its folder, and the room on its disk."
        raise TextFault(f"the file can't be written: {error.strerror}", hint=hint) from error
