"""When to ask again: retrying as a decision over values, and the pace that all workers share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from wexa_sync.errors import ApiError, LostAnswer, Nonsense, ServerFault, Throttled, Unreachable

# A gateway's or an overloaded server's passing faults; 501 or 505 would be the same next time.
PASSING_FAULTS = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often to try at all, and the bounds of the waits between (seconds).

    Own waits grow from `base` by doubling up to `cap`; what the server asks for is kept within `floor` and `ask_cap`.
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 30.0
    floor: float = 0.05
    ask_cap: float = 60.0


def decide(error: ApiError, attempt: int, *, repeatable: bool, policy: Policy, jitter: float = 1.0) -> float | None:
    """Seconds to wait before the next try, or None: give up. `attempt` counts from 1; `jitter` is a draw from 0 to 1.

    `repeatable` says that doing it twice is the same as once. What is not so (a create, a run) is sent again only
    where it surely was not processed.
    """
    if attempt >= policy.attempts or not _worth_repeating(error, repeatable=repeatable):
        return None
    asked = asked_wait(error)
    if asked is not None:
        return min(max(asked, policy.floor), policy.ask_cap)
    # Full jitter: workers that failed together must not come back together. The exponent is bounded for the float.
    return jitter * min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 60))


def asked_wait(error: ApiError) -> float | None:
    """The seconds the server asked us to wait (Retry-After), if it did."""
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


class RateLimiter:
    """The pace of all workers together: at most `per_second` requests (None: any), and nobody during a pause."""

    def __init__(
        self,
        *,
        per_second: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1.0 / per_second if per_second else 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at = 0.0

    def wait(self) -> None:
        """Return when the caller may send its request."""
        # Who wakes looks again: a pause may have begun meanwhile, or another worker may have taken the moment.
        while delay := self._take():
            self._sleep(delay)

    def pause(self, seconds: float) -> None:
        """Hold everyone back for that long from now; a longer pause that is running stays."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock() + seconds)

    def _take(self) -> float:
        """Take the moment if it is free (0.0), else say how long to wait before asking again."""
        with self._lock:
            now = self._clock()
            if now < self._free_at:
                return self._free_at - now
            self._free_at = now + self._gap
            return 0.0
