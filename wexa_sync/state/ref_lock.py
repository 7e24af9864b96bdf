"""Let one process at a time change a state on a ref: the lock is a ref beside it, whose commit names the holder.

The lock is a lease. It is free at once where its holder was a process of this machine that has ended, and elsewhere
when it expires. Who takes it over adds a commit to the state with the same push: the old holder, should it be alive,
then writes nothing more, since its next write would begin at another commit.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from wexa_sync.errors import StateError
from wexa_sync.state.history import taken_over
from wexa_sync.state.holder import SOMEBODY, Holder, Wait, alive_here, holder_text, ourselves, process_of, read_holder
from wexa_sync.state.ref import Move, Moved, Remote

_POLL = 2.0
"""Seconds between two tries: each is a connection to the remote."""


class RefLock:
    """Represent the lock of a state. `tip` is its commit while it is ours, else None."""

    def __init__(self, remote: Remote, *, lease: float) -> None:
        self.ref = remote.place.lock
        self.tip: str | None = None
        self._remote = remote
        self._lease = lease
        self._created = time.time()
        self._expires: dict[str, float] = {}  # of each commit that was made
        self.holder = self._holder(self._created)

    @property
    def is_due(self) -> bool:
        """True when half of the lease is used."""
        return self.tip is not None and time.time() > self._expires[self.tip] - self._lease / 2

    def renewed(self) -> str:
        """Make the commit of a lease that begins now, and return its id."""
        expires = time.time() + self._lease
        made = self._remote.commit(self.tip, holder_text(self._holder(expires)).decode(), {})
        self._expires[made] = expires
        return made

    def take(self) -> Holder | None:
        """Take the lock, and return None; its holder where it is held."""
        new = self.renewed()
        try:
            try:
                self._remote.push(Move(self.ref, None, new))
            except Moved:
                holder, tip = _held(self._remote)
                if tip is not None and not (holder.is_dead or (holder.expired and not holder.is_alive)):
                    return holder
                if tip is not None:
                    _replace(self._remote, tip, new, holder, self.holder)
                else:  # released in between
                    self._remote.push(Move(self.ref, None, new))
        except Moved:  # another process was quicker
            return SOMEBODY
        except BaseException:
            with suppress(StateError):  # perhaps it arrived all the same
                self._remote.push(Move(self.ref, new, None))
            raise
        self.tip = new
        return None

    def release(self) -> None:
        """Give the lock back, if it is ours."""
        tip, self.tip = self.tip, None
        if tip is not None:
            with suppress(Moved):  # it is not ours any more
                self._remote.push(Move(self.ref, tip, None))

    def _holder(self, expires: float) -> Holder:
        return ourselves(self._created, expires, process=process_of(os.getpid()))


@contextmanager
def hold(remote: Remote, *, lease: float, timeout: float, waits: Callable[[str, float], object]) -> Iterator[RefLock]:
    """Hold the lock of a state, waiting up to `timeout` seconds for it. Raises StateLocked.

    While it waits, `waits` gets what for, and for how many seconds at most.
    """
    wait = Wait(remote.place, timeout=timeout, poll=_POLL, waits=waits)
    lock = RefLock(remote, lease=lease)
    while (holder := lock.take()) is not None:
        wait.for_(holder)
    try:
        yield lock
    except BaseException:
        with suppress(StateError):  # what ended the session is what is to be known
            lock.release()
        raise
    lock.release()


def break_lock(remote: Remote) -> Holder | None:
    """Remove the lock of a state, and return who held it; None for no lock. Raises StateLocked for a living process."""
    holder, tip = _held(remote)
    if tip is None:
        return None
    if holder.is_alive:
        raise alive_here(remote.place, holder)
    try:
        _replace(remote, tip, None, holder, RefLock(remote, lease=0).holder)
    except Moved:
        raise StateError(
            f"{remote.place} or its lock was written just now: its holder {holder.owner} is at work, or has ended.",
            hint="Look at `wexa-sync state history`, and unlock again only where nobody is at work.",
        ) from None
    return holder


def _held(remote: Remote) -> tuple[Holder, str | None]:
    """Return who holds the lock, and its commit; None where there is no lock."""
    tip = remote.fetch(remote.place.lock)
    holder = read_holder(remote.message(tip)) if tip else None
    return holder or SOMEBODY, tip


def _replace(remote: Remote, tip: str, new: str | None, holder: Holder, us: Holder) -> None:
    """Replace or remove the lock at `tip`, and let its holder write nothing more. `us` is who does that."""
    head = remote.fetch(remote.place.ref)
    fence = remote.commit(head, taken_over(holder, us), {})
    remote.push(Move(remote.place.lock, tip, new), Move(remote.place.ref, head, fence))
