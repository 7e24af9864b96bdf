"""Decide when to ask again, from values alone, and keep the pace that all workers share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec import Struct

from wexa_sync.errors import ApiError, LostAnswer, Nonsense, ServerFault, Throttled, Unreachable

# A gateway's or an overloaded server's passing faults; 501 or 505 would be the same next time.
PASSING_FAULTS = frozenset({500, 502, 503, 504})


class Policy(Struct, frozen=True, kw_only=True):
    """Say how often to try, and the bounds of the waits between (seconds).

    Own waits grow from `base` by doubling up to `cap`; what the server asks for is kept within `floor` and `ask_cap`.
    `throttled`: how often to try where the server says only that it has too much to do.
    """

    attempts: int = 4
    throttled: int = 10
    base: float = 0.5
    cap: float = 30.0
    floor: float = 0.05
    ask_cap: float = 60.0


def decide(error: ApiError, attempt: int, *, repeatable: bool, policy: Policy, jitter: float = 1.0) -> float | None:
    """Return the seconds to wait before the next try; None to give up. `attempt` counts from 1, `jitter` is in 0 to 1.

    `repeatable`: to do it twice is the same as once. Anything else (a create, a run) is sent again only where the
    server surely did not process it.
    """
    most = policy.throttled if isinstance(error, Throttled) else policy.attempts
    if attempt >= most or not _worth_repeating(error, repeatable=repeatable):
        return None
    # Full jitter: workers that failed together must not come back together. The exponent is bounded for the float.
    own = jitter * min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 60))
    asked = asked_wait(error)
    # A header that asks for no wait at all, again and again, is not believed: the own wait is its floor.
    return own if asked is None else min(max(asked, own, policy.floor), policy.ask_cap)


def asked_wait(error: ApiError) -> float | None:
    """Return the seconds that the server asked to wait (Retry-After), if it did."""
    return error.retry_after if isinstance(error, Throttled | ServerFault) else None


def _worth_repeating(error: ApiError, *, repeatable: bool) -> bool:
    if isinstance(error, Unreachable | Throttled):
        return True
    if not repeatable:
        return False
    if isinstance(error, ServerFault):
        return error.status in PASSING_FAULTS
    # A garbled answer to a read can be a hiccup on the way; one to a write has been processed, and says so.
    return isinstance(error, LostAnswer) or (isinstance(error, Nonsense) and error.method == "GET")


# How the pace adapts: halved by each pause, down to one request in SLOWEST seconds; a little faster with each success.
_FIRST_GAP = 0.05
_SLOWEST = 0.5
_RECOVERY = 0.8


class RateLimiter:
    """Represent the pace of all workers together: as fast as they can, and nobody during a pause.

    A pause halves the pace, and each success brings back a fifth of what was lost, so that after a 429 nobody storms.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._gap = 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at = 0.0

    def wait(self, over: Callable[[], bool] = lambda: False) -> None:
        """Block until the caller may send its request, or until it is `over`: then nobody may."""
        # Who wakes looks again: a pause may have begun meanwhile, or another worker may have taken the moment.
        while not over() and (delay := self._take()):
            self._sleep(delay)

    def pause(self, seconds: float) -> None:
        """Hold everyone back for that long from now, and go slower afterwards; a longer pause that is running stays.

        Workers that were refused during one pause are one warning, not many: the pace is halved once for each pause.
        """
        with self._lock:
            now = self._clock()
            if now >= self._free_at - self._gap:
                self._gap = min(max(2 * self._gap, _FIRST_GAP), _SLOWEST)
            self._free_at = max(self._free_at, now + seconds)

    def succeeded(self) -> None:
        """Raise the pace a little, until it has no bounds any more, after a request that went well."""
        if self._gap:
            with self._lock:
                gap = self._gap * _RECOVERY
                self._gap = gap if gap > _FIRST_GAP / 10 else 0.0

    def _take(self) -> float:
        """Take the moment and return 0.0, or return how long to wait before asking again."""
        with self._lock:
            now = self._clock()
            if now < self._free_at:
                return self._free_at - now
            self._free_at = now + self._gap
            return 0.0
