"""Test what every request passes: the key, the exact path, the notes of requests, and the latency."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from wexa_sync.sandbox import ORG_ID

from ..client import KEY, Client, sandbox


@pytest.mark.parametrize("wrong", [None, "", "wrong"])
def test_a_wrong_key_is_refused_before_anything_is_done(wrong: str | None) -> None:
    with sandbox(api_key=KEY) as api:
        assert api.get("/agentflows") == {"agentflows": [], "total_count": 0}
        headers = {} if wrong is None else {"x-api-key": wrong}
        for path in ("/agentflows", "/_sandbox/clock", "/v1/project"):
            answer = requests.get(api.base_url + path, headers=headers, timeout=60)
            key = "message" if path == "/v1/project" else "detail"
            assert (answer.status_code, answer.json()) == (401, {key: "Invalid or missing API key"})


@pytest.mark.parametrize("path", ["/agentflows/", "/agentflow", "/skills", "/connectors", "/v1/project/", "/tasks"])
def test_a_wrong_slash_is_not_found_and_never_redirected(api: Client, path: str) -> None:
    answer = api.session.get(api.base_url + path, params={"projectID": ORG_ID}, allow_redirects=False, timeout=60)
    assert answer.status_code in (404, 405)
    assert "location" not in answer.headers


def test_what_is_no_json_is_invalid(api: Client) -> None:
    answer = api.session.post(
        api.base_url + "/skills/", data="{", headers={"content-type": "application/json"}, timeout=60
    )
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "json_invalid")


def test_requests_are_noted_in_order_and_without_the_key(api: Client) -> None:
    api.get("/agentflows", limit=3, **{"X-Api-Key": KEY})
    api.send("GET", "/nowhere")
    api.get("/_sandbox/clock")
    noted = api.get("/_sandbox/requests")
    assert noted["requests"] == [
        {"method": "GET", "path": "/agentflows", "query": "limit=3", "status": 200, "fault": None},
        {"method": "GET", "path": "/nowhere", "query": "", "status": 404, "fault": None},
    ]
    assert KEY not in str(noted)
    assert api.send("DELETE", "/_sandbox/requests").json() == {"requests": []}
    assert api.get("/_sandbox/requests") == {"requests": []}


def test_half_of_the_latency_is_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def noted(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("wexa_sync.sandbox.server.gate.sleep", noted)
    with sandbox(latency_ms=60_000) as api:
        slept.clear()
        api.get("/agentflows")
    there, back = slept
    assert there == 30
    assert 45 < back <= 60, "nobody slept on the way there, and so the whole is left"


def test_latency_is_slept_without_blocking_others() -> None:
    with sandbox(latency_ms=1000) as api:

        def timed(_: int) -> None:
            requests.get(api.base_url + "/agentflows", headers={"x-api-key": KEY}, timeout=60).raise_for_status()

        before = time.monotonic()
        with ThreadPoolExecutor(50) as pool:
            list(pool.map(timed, range(50)))
        assert 1 <= time.monotonic() - before < 50, "one after the other would take fifty times as long"
