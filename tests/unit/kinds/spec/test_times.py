"""Times: what is read, what is sent, and that both ends mean the same moment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.kinds.spec.times import epoch, iso, read_iso

MOMENT, TEXT = 2_064_380_400, "2035-06-02T07:00:00Z"


@pytest.mark.parametrize(
    "value",
    [TEXT, "2035-06-02T09:00:00+02:00", f" {TEXT} ", MOMENT, MOMENT + 0.5, MOMENT * 1000, str(MOMENT), TEXT.lower()],
)
def test_one_moment_in_many_forms(value: Any) -> None:
    assert epoch(value) == MOMENT
    assert iso(value) == TEXT


@pytest.mark.parametrize("value", [True, None, [], "soon", "", "2035-06-02T07:00:00", "2035-13-02T07:00:00Z"])
def test_what_is_no_moment(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        epoch(value)


def test_the_server_may_leave_out_the_zone_and_talk_nonsense() -> None:
    assert read_iso("2035-06-02T07:00:00") == TEXT
    assert read_iso(MOMENT) == TEXT
    for odd in ("soon", None, True, float("inf"), 1e300):
        assert read_iso(odd) is odd


@given(st.integers(-62_135_596_800, 99_999_999_999))
def test_there_and_back(moment: int) -> None:
    assert epoch(iso(moment)) == moment
    assert read_iso(iso(moment)) == iso(moment)
