"""When to stop asking the server: somebody said stop, or the time that was given is over."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable


class Cutoff:
    """Shared by all that wait: `stop()` or the end of `seconds` (None: never) ends every wait at once.

    A request that is under way is not cut by that: its answer is worth more than the seconds. `cut()` does.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._stopped = threading.Event()
        self._cut = False
        self.why = ""
        """What stopped it, in words that follow "not sent:"."""
        self._under_way: set[Callable[[], None]] = set()

    def stop(self, why: str = "it was interrupted") -> None:
        """Begin nothing more. May be called from a signal's handler, and again: the first `why` holds."""
        self.why = self.why or why
        self._stopped.set()

    def cut(self) -> None:
        """End what is under way, too. May be called from a signal's handler, and again."""
        self._cut = True
        for end in self._under_way.copy():
            end()

    def under_way(self, end: Callable[[], None]) -> None:
        """Something has begun that `end` cuts."""
        self._under_way.add(end)
        if self._cut:  # asked only now, so that neither side misses the other
            end()

    def landed(self, end: Callable[[], None]) -> None:
        """It has come to its end."""
        self._under_way.discard(end)

    @property
    def left(self) -> float:
        """The seconds until the time is over; negative where it is."""
        return self._end - time.monotonic()

    @property
    def stopped(self) -> bool:
        """Whether somebody said stop."""
        return self._stopped.is_set()

    @property
    def over(self) -> bool:
        """Whether nothing more is to begin."""
        return self.stopped or self.left <= 0

    def wait(self, seconds: float) -> bool:
        """Wait that long, or until it is over. Answers whether it is."""
        self._stopped.wait(max(0.0, min(seconds, self.left, threading.TIMEOUT_MAX)))
        return self.over
