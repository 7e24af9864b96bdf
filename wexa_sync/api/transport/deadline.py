"""Do a deed at a moment unless it is called off: one thread waits for the earliest of all moments."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

Deed = Callable[[], None]


class Deadlines:
    """Hold deeds and their moments on the monotonic clock, for any thread. A deed is brief, and done once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._moments: dict[Deed, float] = {}
        self._wakes_at = math.inf
        self._thread: threading.Thread | None = None

    def set(self, deed: Deed, at: float) -> None:
        """Call the function at that time."""
        with self._changed:
            self._moments[deed] = at
            if self._thread is None or not self._thread.is_alive():  # a fork takes no thread along
                self._thread = threading.Thread(target=self._watch, name="wexa-sync deadlines", daemon=True)
                self._thread.start()
            elif at < self._wakes_at:
                self._changed.notify()

    def call_off(self, deed: Deed) -> None:
        """Forget the deed."""
        with self._changed:
            self._moments.pop(deed, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for deed in [deed for deed, at in self._moments.items() if at <= now]:
                    del self._moments[deed]
                    deed()
                self._wakes_at = min(self._moments.values(), default=math.inf)
                self._changed.wait(min(self._wakes_at - now, threading.TIMEOUT_MAX))
