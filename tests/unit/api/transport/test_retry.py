from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.api.transport.retry import Policy, RateLimiter, decide
from wexa_sync.errors import (
    ApiError,
    AuthRefused,
    LostAnswer,
    Nonsense,
    NotFound,
    Refused,
    ServerFault,
    Throttled,
    Unreachable,
)

POLICY = Policy()


def _fault(status: int, method: str = "GET", retry_after: float | None = None) -> ServerFault:
    error = ServerFault("failed", method=method, path="/x", status=status)
    error.retry_after = retry_after
    return error


def _error(family: type[ApiError], method: str = "GET") -> ApiError:
    return family("failed", method=method, path="/x")


def _throttled(retry_after: float | None = None) -> Throttled:
    return Throttled("slow down", method="POST", path="/x", retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "if_repeatable", "if_not"),
    [
        (_error(Unreachable), True, True),
        (_throttled(), True, True),
        (_throttled(retry_after=3), True, True),
        (_error(LostAnswer), True, False),
        (_error(LostAnswer, "DELETE"), True, False),
        (_fault(500), True, False),
        (_fault(502), True, False),
        (_fault(503, "PUT", retry_after=3), True, False),
        (_fault(504), True, False),
        (_fault(501), False, False),
        (_fault(507), False, False),
        (_error(Nonsense), True, False),
        (_error(Nonsense, "PUT"), False, False),
        (_error(AuthRefused), False, False),
        (_error(NotFound), False, False),
        (_error(Refused), False, False),
    ],
)
def test_what_is_repeated(error: ApiError, if_repeatable: bool, if_not: bool) -> None:
    assert (decide(error, 1, repeatable=True, policy=POLICY) is not None) is if_repeatable
    assert (decide(error, 1, repeatable=False, policy=POLICY) is not None) is if_not


@pytest.mark.parametrize(
    ("attempt", "jitter", "wait"),
    [(1, 1.0, 0.5), (2, 1.0, 1.0), (3, 1.0, 2.0), (3, 0.25, 0.5), (7, 1.0, 30.0), (900, 1.0, 30.0), (1, 0.0, 0.0)],
)
def test_own_waits_double_up_to_the_cap(attempt: int, jitter: float, wait: float) -> None:
    policy = Policy(attempts=1000)
    assert decide(_error(Unreachable), attempt, repeatable=True, policy=policy, jitter=jitter) == wait


@pytest.mark.parametrize(("asked", "wait"), [(0.0, 0.05), (2.5, 2.5), (60.0, 60.0), (3600.0, 60.0)])
@pytest.mark.parametrize("make", [_throttled, lambda asked: _fault(503, retry_after=asked)])
def test_what_the_server_asks_for_is_honoured_within_bounds(
    make: Callable[[float], ApiError], asked: float, wait: float
) -> None:
    assert decide(make(asked), 1, repeatable=True, policy=POLICY, jitter=0.0) == wait


def test_it_ends() -> None:
    waits = [decide(_error(Unreachable), attempt, repeatable=True, policy=POLICY) for attempt in range(1, 6)]
    assert [wait is None for wait in waits] == [False, False, False, True, True]
    assert decide(_throttled(retry_after=1), 1, repeatable=True, policy=Policy(throttled=1)) is None
    assert decide(_throttled(), POLICY.throttled - 1, repeatable=False, policy=POLICY) is not None
    assert decide(_throttled(), POLICY.throttled, repeatable=False, policy=POLICY) is None


def test_a_header_that_asks_for_nothing_is_not_believed() -> None:
    waits = [decide(_throttled(retry_after=0), attempt, repeatable=False, policy=POLICY) for attempt in range(1, 5)]
    assert waits == [0.5, 1.0, 2.0, 4.0]


@st.composite
def _errors(draw: st.DrawFn) -> ApiError:
    method = draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]))
    retry_after = draw(st.none() | st.floats(min_value=0, max_value=1e9))
    family = draw(st.sampled_from([Unreachable, LostAnswer, AuthRefused, NotFound, Refused, Nonsense]))
    return draw(
        st.sampled_from(
            [
                family("x", method=method, path="/x", status=400),
                _throttled(retry_after),
                _fault(draw(st.integers(500, 599)), method, retry_after),
            ]
        )
    )


@given(error=_errors(), attempt=st.integers(1, 10**6), repeatable=st.booleans(), jitter=st.floats(0, 1))
def test_waits_stay_in_bounds_and_nothing_is_done_twice(
    error: ApiError, attempt: int, repeatable: bool, jitter: float
) -> None:
    policy = Policy(attempts=10**7)
    wait = decide(error, attempt, repeatable=repeatable, policy=policy, jitter=jitter)
    assert wait is None or 0 <= wait <= max(policy.cap, policy.ask_cap)
    if error.may_be_processed and not repeatable:
        assert wait is None


class _Time:
    """Represent a clock that moves by sleeping only."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_no_limit_by_default() -> None:
    time = _Time()
    limiter = RateLimiter(clock=time.clock, sleep=time.sleep)
    for _ in range(100):
        limiter.wait()
    assert time.slept == []


def test_a_pause_holds_everyone_and_the_longest_counts() -> None:
    time = _Time()
    limiter = RateLimiter(clock=time.clock, sleep=time.sleep)
    limiter.pause(5)
    limiter.pause(2)
    limiter.wait()
    assert time.slept == [5.0]


def test_after_a_pause_the_pace_is_slower_and_recovers_with_success() -> None:
    time = _Time()
    limiter = RateLimiter(clock=time.clock, sleep=time.sleep)

    def gap() -> float:
        before = time.now
        limiter.wait()
        limiter.wait()
        return round(time.now - before, 4)

    limiter.pause(1)
    limiter.pause(1)  # refused in the same breath: one warning
    limiter.wait()
    first = gap()
    time.now += 10
    limiter.pause(1)
    limiter.wait()
    assert first == 2 * 0.05
    assert gap() == 4 * 0.05
    for _ in range(100):
        limiter.succeeded()
    time.now += 10
    assert gap() == 0


def test_the_pace_never_stands_still() -> None:
    time = _Time()
    limiter = RateLimiter(clock=time.clock, sleep=time.sleep)
    for _ in range(50):
        limiter.pause(1)
        time.now += 100
    limiter.wait()
    limiter.wait()
    assert time.slept == [0.5]
    time.now += 10  # an idle time is no credit for a burst
    limiter.wait()
    limiter.wait()
    assert time.slept == [0.5, 0.5]


def test_a_wait_ends_when_all_is_over() -> None:
    time = _Time()
    limiter = RateLimiter(clock=time.clock, sleep=time.sleep)
    limiter.pause(60)
    limiter.wait(lambda: bool(time.slept))
    limiter.wait(lambda: True)
    assert time.slept == [60.0]


def test_a_pause_that_begins_during_a_wait_is_seen() -> None:
    time = _Time()

    def sleep(seconds: float) -> None:
        if not time.slept:
            limiter.pause(seconds + 3)
        time.sleep(seconds)

    limiter = RateLimiter(clock=time.clock, sleep=sleep)
    limiter.pause(1)
    limiter.wait()
    assert time.slept == [1.0, 3.0]


def test_threads_share_one_pace() -> None:
    limiter = RateLimiter()
    limiter.pause(0.0)
    moments: list[float] = []

    def work() -> None:
        for _ in range(3):
            limiter.wait()
            moments.append(limiter._clock())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(moments) == 12
    assert max(moments) - min(moments) >= 11 * 0.05 * 0.9
