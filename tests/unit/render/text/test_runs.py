"""Texts about runs."""

from __future__ import annotations

import pytest

from wexa_sync.text.times import spell


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.9, "59 s"), (125, "2 min 05 s"), (3600 + 12 * 60, "1 h 12 min")]
)
def test_a_length_of_time_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert spell(seconds) == text
