"""The sandbox's clock: the real one, moved or stopped by whoever drives it.

Executions and schedules are a matter of elapsed time. The offset lies in the store, so a restarted sandbox goes on at
the same hour, and two processes on one file agree on it.
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
    """Tells the sandbox's time in epoch seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.transaction():
            self._seen = self._state()

    def now(self) -> float:
        """Epoch seconds, with a fraction."""
        return _told(*self._state())

    @property
    def last_seen(self) -> float:
        """The same, by where the clock stood when somebody last asked: what another process does to it is not seen."""
        return _told(*self._seen)

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._state()[1] is not None

    @property
    def offset(self) -> float:
        """Seconds by which the sandbox is ahead of the real clock (behind it where negative)."""
        return self.now() - time.time()

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        offset, frozen_at = self._state()
        self._remember(offset + seconds, None if frozen_at is None else frozen_at + seconds)

    def freeze(self) -> None:
        """Let the clock stand still at the present moment; `advance` still moves it."""
        offset, frozen_at = self._state()
        self._remember(offset, self.now() if frozen_at is None else frozen_at)

    def thaw(self) -> None:
        """Let the clock go on from where it stands."""
        self._remember(self.now() - time.time(), None)

    def _state(self) -> tuple[float, float | None]:
        offset, frozen_at = self._seen = self._store.setting("clock") or (0.0, None)
        return offset, frozen_at

    def _remember(self, offset: float, frozen_at: float | None) -> None:
        self._store.remember("clock", [offset, frozen_at])
        self._seen = (offset, frozen_at)


def _told(offset: float, frozen_at: float | None) -> float:
    return frozen_at if frozen_at is not None else time.time() + offset


def http_date(at: float) -> str:
    """Epoch seconds as the `Date` header of an answer."""
    return formatdate(at, usegmt=True)


def iso(at: float) -> str:
    """Epoch seconds as the ISO 8601 text of the customer and credit pages: microseconds, UTC, and no zone."""
    return datetime.fromtimestamp(at, timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds")


def iso_millis(at: float) -> str:
    """Epoch seconds as JavaScript writes a date. [guess]: the format of a project's `createdAt` was never seen."""
    return datetime.fromtimestamp(at, timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
