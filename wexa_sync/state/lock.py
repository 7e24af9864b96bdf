"""Let one process at a time change a state.

The kernel's lock on the lock file (flock) decides: it ends with its process, however that ends, so nothing is ever
taken from a living process of this machine. The text in the file says who holds it, and is a lease: where the file is
shared by machines whose kernels don't tell each other, the lock of another host holds until it expires.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from wexa_sync.errors import StateError, StateLocked
from wexa_sync.state.disk import open_plain, told, write_at
from wexa_sync.text.json import members, parse

_POLL = 0.1  # seconds between two tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock; times are ISO 8601, UTC."""

    owner: str
    pid: int
    host: str
    created: str
    expires: str

    @property
    def expired(self) -> bool:
        """True when the lease has run out."""
        return datetime.fromisoformat(self.expires).timestamp() <= time.time()


_HOLDER = {"owner": (str,), "pid": (int,), "host": (str,), "created": (str,), "expires": (str,)}
_SOMEBODY = Holder(owner="another process", pid=0, host="", created="a moment ago", expires="it ends")


class Lock:
    """A lock that is held. Only `hold` makes one."""

    def __init__(self, file: Path, fd: int, *, lease: float) -> None:
        self._file = file
        self._fd = fd
        self._owner = _owner()
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
        holder = Holder(
            owner=self._owner,
            pid=os.getpid(),
            host=_host(),
            created=_iso(self._created),
            expires=_iso(self._expires),
        )
        self._text = (json.dumps(asdict(holder), sort_keys=True) + "\n").encode()
        write_at(self._fd, self._text, 0)
        os.ftruncate(self._fd, len(self._text))


@contextmanager
def hold(
    file: Path, *, subject: Path, lease: float, timeout: float, waits: Callable[[str, float], object]
) -> Iterator[Lock]:
    """Hold the lock `file` on `subject`, waiting up to `timeout` seconds for it. Raises StateLocked.

    While it waits, `waits` gets what for, and for how many seconds at most.
    """
    deadline = time.monotonic() + timeout
    with told("lock", file):
        while not isinstance(found := _try(file), int):
            if found and time.monotonic() >= deadline:
                raise StateLocked(
                    f"{subject} is locked by {found.owner} since {found.created}, until {found.expires}.",
                    hint="Wait until that run has ended. The lock of a killed process frees itself: on the same "
                    "machine at once, elsewhere when it expires, or by `wexa-sync state unlock`.",
                )
            if found:
                left = deadline - time.monotonic()
                waits(f"the lock of {subject}, which {found.owner} holds since {found.created}", left)
                time.sleep(_POLL)
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
            holder = _read(fd) or _SOMEBODY
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                number = f" (kill {holder.pid})" if holder.pid else ""
                raise StateLocked(
                    f"{file} is held by {holder.owner} since {holder.created}, and that process is alive here.",
                    hint=f"Wait for it, or end it{number}: its lock goes with it.",
                ) from None
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
        return _read(fd) or _SOMEBODY
    # The kernel gave it to us, so no process of this machine has it, whatever the text says.
    holder = _read(fd)
    return holder if holder and holder.host != _host() and not holder.expired else None


def _read(fd: int) -> Holder | None:
    try:
        holder = Holder(**members(parse(os.pread(fd, 4096, 0)), _HOLDER))
        _ = holder.expired  # not every date is a moment: the year 1 is not, in some time zones
    except (ValueError, OverflowError):
        return None  # empty, just being written, or nothing of ours
    return holder


def _is_at(fd: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), file.lstat())
    except FileNotFoundError:
        return False


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")


def _host() -> str:
    return os.uname().nodename


def _owner() -> str:
    import getpass  # only a session needs it

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user often has no name
        user = f"uid-{os.getuid()}"
    return f"{user}@{_host()} pid {os.getpid()}"
