"""Test the clock: moved, frozen, and shown in the date of every answer."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from ..client import Client, sandbox


def test_every_answer_is_dated_by_that_clock(api: Client, tmp_path: Path) -> None:
    def dated(answer: requests.Response) -> float:
        return parsedate_to_datetime(answer.headers["Date"]).timestamp()

    at = api.post("/_sandbox/clock", {"advance": 86400, "freeze": True})["now"]
    api.script_fault("503 GET /skills/")
    answers = [api.send("GET", path) for path in ("/agentflows", "/skills/", "/nowhere", "/_sandbox/clock")]
    answers.append(requests.get(api.base_url + "/agentflows", timeout=60))  # without a key
    assert [answer.status_code for answer in answers] == [200, 503, 404, 200, 401]
    assert {dated(answer) for answer in answers} == {float(int(at))}
    assert api.send("POST", "/_sandbox/clock", {"advance": 1e12}).status_code == 422
    with sandbox(data=tmp_path / "data.db") as before:
        before.advance(86400)
    with sandbox(data=tmp_path / "data.db") as again:
        assert dated(again.send("GET", "/nowhere")) > time.time() + 86000


def test_the_clock_is_moved_and_frozen(api: Client) -> None:
    frozen = api.post("/_sandbox/clock", {"freeze": True})
    assert frozen["frozen"] is True
    assert api.get("/_sandbox/clock")["now"] == frozen["now"]
    assert api.post("/_sandbox/clock", {"freeze": True, "advance": 5})["now"] == frozen["now"] + 5
    going = api.post("/_sandbox/clock", {"freeze": False})
    assert (going["frozen"], going["now"] >= frozen["now"] + 5) == (False, True)
    assert api.get("/_sandbox/clock")["now"] > going["now"]
    assert going["offset"] == pytest.approx(going["now"] - time.time(), abs=60)
    assert api.refused("POST", "/_sandbox/clock", {"advance": -1})[0] == 422
