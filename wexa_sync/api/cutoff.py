"""When to stop asking the server: somebody said stop, or the time that was given is over."""

from __future__ import annotations

import math
import threading
import time


class Cutoff:
    """Shared by all that wait: `stop()` or the end of `seconds` (None: never) ends every wait at once.

    A request that is under way is not cut: its answer is worth more than the seconds.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Begin nothing more. May be called from a signal's handler, and again."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether somebody said stop."""
        return self._stopped.is_set()

    @property
    def over(self) -> bool:
        """Whether nothing more is to begin."""
        return self.stopped or time.monotonic() >= self._end

    def wait(self, seconds: float) -> bool:
        """Wait that long, or until it is over. Answers whether it is."""
        self._stopped.wait(max(0.0, min(seconds, self._end - time.monotonic(), threading.TIMEOUT_MAX)))
        return self.over
