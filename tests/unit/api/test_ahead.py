"""Several things are asked for at a time, and come in order."""

from __future__ import annotations

import threading

import pytest

from wexa_sync.api.ahead import together


def test_as_many_as_allowed_are_under_way_and_no_more() -> None:
    under_way, most, lock, all_here = 0, 0, threading.Lock(), threading.Barrier(3)

    def ask(number: int) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        all_here.wait(timeout=60)  # broken, where fewer are asked for at a time
        with lock:
            under_way -= 1
        return number * 2

    assert together(ask, range(9), 3) == [number * 2 for number in range(9)]
    assert most == 3


@pytest.mark.parametrize("at_once", [1, 4])
def test_the_first_error_in_their_order_is_raised(at_once: int) -> None:
    later = threading.Event()

    def ask(number: int) -> int:
        if number == 1 and at_once > 1:
            later.wait(60)
        if number in (1, 3):
            later.set()
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match="1"):
        together(ask, range(5), at_once)


@pytest.mark.parametrize(("things", "at_once"), [([], 4), ([1], 4), ([1, 2], 1), ([1, 2], 0)])
def test_nothing_to_do_at_a_time_takes_no_thread(things: list[int], at_once: int) -> None:
    threads = together(lambda _thing: threading.current_thread(), things, at_once)
    assert threads == [threading.main_thread()] * len(things)
