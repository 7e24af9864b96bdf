"""Let one process at a time change a state.

The kernel's lock on the lock file (flock) decides: it ends with its process, however that ends, so nothing is ever
taken from a living process of this machine. The text in the file says who holds it, and is a lease: where the file is
shared by machines whose kernels don't tell each other, the lock of another host holds until it expires.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wexa_sync.errors import StateError
from wexa_sync.state.disk import open_plain, told, write_at
from wexa_sync.state.holder import SOMEBODY, Holder, Wait, alive_here, holder_text, ourselves, read_holder, this_host

_POLL = 0.1  # seconds between two tries


class Lock:
    """Represent a lock that is held. Only `hold` makes one."""

    def __init__(self, file: Path, fd: int, *, lease: float) -> None:
        self._file = file
        self._fd = fd
        self._lease = lease
        self._created = time.time()
        try:
            self._announce()
        except BaseException:
            os.close(fd)
            raise

    def keep(self) -> None:
        """Make sure that it is still ours, and renew the lease when half of it is used. Raises StateError."""
        with told("read", self._file):
            ours = self._is_ours()
        if not ours:
            raise StateError(
                f"The lock {self._file} was lost: another process removed it, or took it over after it expired.",
                hint="See that no other apply runs, then run the same command again: it continues from what was done.",
            )
        if time.time() > self._expires - self._lease / 2:
            with told("write", self._file):
                self._announce()

    def release(self) -> None:
        """Release the lock."""
        # Unlinked while still locked: who opened the old file meanwhile sees that it is no longer the file there.
        with told("remove", self._file):
            try:
                if self._is_ours():
                    self._file.unlink()
            finally:
                os.close(self._fd)
                self._fd = -1

    def _is_ours(self) -> bool:
        there = self._fd >= 0 and _is_at(self._fd, self._file)
        return there and os.pread(self._fd, len(self._text) + 1, 0) == self._text

    def _announce(self) -> None:
        self._expires = time.time() + self._lease
        self._text = holder_text(ourselves(self._created, self._expires))
        write_at(self._fd, self._text, 0)
        os.ftruncate(self._fd, len(self._text))


@contextmanager
def hold(
    file: Path, *, subject: Path, lease: float, timeout: float, waits: Callable[[str, float], object]
) -> Iterator[Lock]:
    """Hold the lock `file` on `subject`, waiting up to `timeout` seconds for it. Raises StateLocked.

    While it waits, `waits` gets what for, and for how many seconds at most.
    """
    wait = Wait(subject, timeout=timeout, poll=_POLL, waits=waits)
    with told("lock", file):
        while not isinstance(found := _try(file), int):
            if found:
                wait.for_(found)
        lock = Lock(file, found, lease=lease)
    try:
        yield lock
    finally:
        lock.release()


def break_lock(file: Path) -> Holder | None:
    """Remove the lock `file` of another machine, or one that nobody holds. Answers who it named; None for no lock.

    Raises StateLocked where a living process of this machine holds it: that one is to be ended, not its lock.
    """
    with told("unlock", file):
        try:
            fd = open_plain(file, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            holder = _read(fd) or SOMEBODY
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise alive_here(file, holder) from None
            if _is_at(fd, file):
                file.unlink()
            return holder
        finally:
            os.close(fd)


def _try(file: Path) -> int | Holder | None:
    """Return the locked file's descriptor, or its holder; None if the holder removed the file before it was locked."""
    fd = open_plain(file, os.O_RDWR | os.O_CREAT)
    ours = False
    try:
        holder = _other_holder(fd)
        ours = holder is None and _is_at(fd, file)
    finally:
        if not ours:
            os.close(fd)
    return fd if ours else holder


def _other_holder(fd: int) -> Holder | None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(fd) or SOMEBODY
    # The kernel gave it to us, so no process of this machine has it, whatever the text says.
    holder = _read(fd)
    return holder if holder and holder.host != this_host() and not holder.expired else None


def _read(fd: int) -> Holder | None:
    return read_holder(os.pread(fd, 4096, 0))


def _is_at(fd: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), file.lstat())
    except FileNotFoundError:
        return False
