"""Say when to stop asking the server: after an interrupt, or when the given time is over."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

Hear = Callable[[str, float], None]
"""Gets what is waited for, and for how many seconds at most."""

AGAIN = 10.0
"""Seconds until a wait that lasts is reported again."""

HEARD = 0.5
"""Seconds that the main thread waits at a time. A signal that comes just before a wait is not heard before its end."""

_WORTH_A_WORD = 1.0


class Cutoff:
    """End every wait at once, for all that share it: by `stop()`, or when `seconds` are over (None: never).

    `hear` is told of the waits that last, so that nobody takes them for a hang.
    A request that is under way is not cut by that: its answer is worth more than the seconds. `cut()` does.
    """

    def __init__(self, seconds: float | None = None, hear: Hear = lambda _what, _left: None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._stopped = False
        # Wakes who waits. An Event would not do: a handler that breaks into its wait would wait for its lock for ever.
        self._stops = SimpleQueue[None]()
        self._cut = False
        self._hear = hear
        self._quiet_until: dict[str, float] = {}
        self._hearing = threading.Lock()
        self.why = ""
        """The reason of the stop, in words that follow "not sent:"."""
        self._under_way: set[Callable[[], None]] = set()

    def stop(self, why: str = "it was interrupted") -> None:
        """Begin nothing more. May be called from a signal's handler, and again: the first `why` holds."""
        self.why = self.why or why
        self._stopped = True
        self._stops.put(None)

    def cut(self) -> None:
        """End what is under way, too. May be called from a signal's handler, and again."""
        self._cut = True
        for end in self._under_way.copy():
            end()

    def under_way(self, end: Callable[[], None]) -> None:
        """Note a request that has begun, and that `end` cuts."""
        self._under_way.add(end)
        if self._cut:  # asked only now, so that neither side misses the other
            end()

    def landed(self, end: Callable[[], None]) -> None:
        """Note that the request that `end` would cut is over."""
        self._under_way.discard(end)

    @property
    def left(self) -> float:
        """Return the seconds until the time is over; negative where it is."""
        return self._end - time.monotonic()

    @property
    def stopped(self) -> bool:
        """True when `stop` was called."""
        return self._stopped

    @property
    def over(self) -> bool:
        """True when nothing more is to begin."""
        return self.stopped or self.left <= 0

    def waiting(self, what: str, seconds: float) -> None:
        """Report a wait for `what`, of at most so many seconds: at once, and again as it lasts. For any thread.

        A wait of less than a second is not worth a word.
        """
        left, now = min(seconds, self.left), time.monotonic()
        with self._hearing:
            if left < _WORTH_A_WORD or now < self._quiet_until.get(what, now):
                return
            self._quiet_until[what] = now + AGAIN
        self._hear(what, left)

    def wait(self, seconds: float, what: str = "") -> bool:
        """Wait that long, or until the cutoff is over. True when it is. `what` is reported, if it is named."""
        end = time.monotonic() + max(0.0, min(seconds, self.left, threading.TIMEOUT_MAX))
        while (rest := end - time.monotonic()) > 0 and not self.stopped:
            if what:
                self.waiting(what, rest)
            with suppress(Empty):
                self._stops.put(self._stops.get(timeout=min(rest, HEARD)))  # for all that wait
        return self.over
