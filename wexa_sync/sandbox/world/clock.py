"""Tell the sandbox's time: the real time, unless a user moved or stopped the clock.

Executions and schedules depend on elapsed time. The offset is in the store, so that a restarted sandbox continues at
the same hour, and two processes on one file agree on the time.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Store

LAST_DATE = datetime(9999, 12, 31, tzinfo=timezone.utc).timestamp()


class Clock:
    """Tell the sandbox's time in epoch seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.transaction():
            self._seen = self._state()

    def now(self) -> float:
        """Return epoch seconds, with a fraction."""
        return _time(*self._state())

    @property
    def last_seen(self) -> float:
        """Return the time by the clock's last known state, without a read of the store."""
        return _time(*self._seen)

    @property
    def frozen(self) -> bool:
        """True when the clock stands still."""
        return self._state()[1] is not None

    @property
    def offset(self) -> float:
        """Return the seconds by which the sandbox is ahead of the real clock (negative: behind)."""
        return self.now() - time.time()

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        offset, frozen_at = self._state()
        self._remember(offset + seconds, None if frozen_at is None else frozen_at + seconds)

    def freeze(self) -> None:
        """Stop the clock at the present moment; `advance` still moves it."""
        offset, frozen_at = self._state()
        self._remember(offset, self.now() if frozen_at is None else frozen_at)

    def thaw(self) -> None:
        """Let the clock continue from where it stands."""
        self._remember(self.now() - time.time(), None)

    def _state(self) -> tuple[float, float | None]:
        offset, frozen_at = self._seen = self._store.setting("clock") or (0.0, None)
        return offset, frozen_at

    def _remember(self, offset: float, frozen_at: float | None) -> None:
        self._store.remember("clock", [offset, frozen_at])
        self._seen = (offset, frozen_at)


def _time(offset: float, frozen_at: float | None) -> float:
    return frozen_at if frozen_at is not None else time.time() + offset


def http_date(at: float) -> str:
    """Return epoch seconds as the `Date` header of a response."""
    return formatdate(at, usegmt=True)


def iso(at: float) -> str:
    """Return epoch seconds as the ISO 8601 text of the customer and credit pages: microseconds, UTC, no zone."""
    return datetime.fromtimestamp(at, timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds")


def iso_millis(at: float) -> str:
    """Return epoch seconds as JavaScript writes a date. [guess]: a project's `createdAt` was never seen."""
    return datetime.fromtimestamp(at, timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
