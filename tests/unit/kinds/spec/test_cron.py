"""Which cron expressions are right, and what is said of the others."""

from __future__ import annotations

import pytest

from wexa_sync.kinds.spec.cron import wrong_in


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 9 * * *",
        "*/5 * * * *",
        "0,30 8-18/2 1,15 * MON-FRI",
        "59 23 31 12 7",
        "0 0 29 2 *",
        "0 0 1 jan-mar sun",
        "  0  9 * *  1 ",
        "0 0 31 2 1",
        "5/10 * * * *",
    ],
)
def test_a_cron_expression(text: str) -> None:
    assert wrong_in(text) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0 9 * *", "a cron expression has five fields, not 4"),
        ("0 0 9 * * *", "a cron expression has five fields, not 6"),
        ("daily", "a cron expression has five fields, not 1"),
        ("@daily", "a cron expression has five fields, not 1"),
        ("60 9 * * *", "'60' is no minute: 0 to 59"),
        ("0 24 * * *", "'24' is no hour: 0 to 23"),
        ("0 9 0 * *", "'0' is no day of the month: 1 to 31"),
        ("0 9 * 13 *", "'13' is no month: 1 to 12 or JAN to DEC"),
        ("0 9 * * 8", "'8' is no day of the week: 0 to 7 or SUN to SAT"),
        ("0 9 * * Monday", "'Monday' is no day of the week: 0 to 7 or SUN to SAT"),
        ("9:00 * * * *", "'9:00' is no minute"),
        ("-5 * * * *", "'-5' is no minute"),
        ("0 18-9 * * *", "the hour '18-9' ends before it begins"),
        ("*/0 * * * *", "0 is no step between two minutes"),
        ("*/90 * * * *", "90 is no step between two minutes"),
        ("1, * * * *", "'' is no minute"),
        ("0 0 30 2 *", "no month 2 has a day 30: it would never run"),
        ("0 0 31 APR,JUN *", "no month APR,JUN has a day 31: it would never run"),
        ("² * * * *", "'²' is no minute: 0 to 59"),
    ],
)
def test_what_is_no_cron_expression(text: str, fault: str) -> None:
    assert wrong_in(text) == fault
