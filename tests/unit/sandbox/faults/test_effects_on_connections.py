"""Test faults of the connection on real sockets: how the connection ends, and whether the work was done."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest
import requests

from ..client import KEY, Client, project_body, sandbox
from ..wires import Seen, address_of, exchange, make_project, request

Strike = Callable[[str], Client]


@pytest.mark.parametrize(
    ("text", "end", "made"),
    [
        ("drop POST /v1/project", "closed", 0),
        ("drop after POST /v1/project", "closed", 1),
        ("reset POST /v1/project", "reset", 0),
        ("reset after POST /v1/project", "reset", 1),
        ("hang POST /v1/project", "open", 0),
        ("hang after POST /v1/project", "open", 1),
    ],
)
def test_no_answer_comes(strike: Strike, caplog: pytest.LogCaptureFixture, text: str, end: str, made: int) -> None:
    api = strike(text)
    before = api.projects()
    assert make_project(api, patience=1 if end == "open" else 60) == Seen(data=b"", end=end)
    _until(lambda: api.fault() is not None)
    assert (api.fault(), api.get("/_sandbox/requests")["requests"][-1]["status"]) == (text, None)
    _until(lambda: api.projects() - before >= made)
    assert api.projects() - before == made
    assert make_project(api).status == 200, "it strikes once"
    assert api.fault() is None
    assert caplog.records == [], "uvicorn takes it for no fault of the sandbox"


def test_a_long_request_is_read_before_its_connection_is_closed(api: Client) -> None:
    api.script_fault("drop POST /v1/project")
    whole = request("POST", "/v1/project", project_body(description="x" * 4_000_000))
    with socket.create_connection(address_of(api), timeout=60) as connection:
        # The body follows late: closing at once would reset a client that still sends.
        connection.sendall(whole[:1000])
        time.sleep(0.05)
        connection.sendall(whole[1000:])
        assert connection.recv(1) == b""


def test_half_a_body_comes_and_the_connection_is_closed(strike: Strike) -> None:
    api = strike("cut POST /v1/project")
    before = api.projects()
    seen = make_project(api)
    told, came = int(seen.headers["content-length"]), len(seen.body)
    assert (seen.status, seen.end, came) == (200, "closed", told // 2)
    assert api.projects() - before == 1
    api.script_fault("cut GET /v1/project")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        api.projects()


def test_a_cut_body_before_the_work_is_made_up(strike: Strike) -> None:
    api = strike("cut before POST /v1/project")
    before = api.projects()
    seen = make_project(api)
    assert (seen.status, seen.end) == (200, "closed")
    assert 0 < len(seen.body) < int(seen.headers["content-length"])
    assert api.projects() == before


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_is_late(strike: Strike, when: str) -> None:
    api = strike(f"delay {when} POST /v1/project ms=300")
    before, started = api.projects(), time.monotonic()
    assert make_project(api).status == 200
    assert time.monotonic() - started >= 0.3
    assert api.projects() - before == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_work_of_a_late_answer_is_done_before_or_after_the_delay(strike: Strike, when: str) -> None:
    api = strike(f"delay {when} POST /v1/project ms=60000")
    before = api.projects()
    client = threading.Thread(target=make_project, args=(api,))
    client.start()
    _until(lambda: api.fault() is not None)  # before the list is asked for: that is a request of its own
    _until(lambda: when == "before" or api.projects() > before)
    assert api.projects() - before == (1 if when == "after" else 0)
    api.send("DELETE", "/_sandbox/faults")
    client.join()
    assert api.projects() - before == 1


def test_nobody_listens_for_a_while() -> None:
    with sandbox(faults=["refuse POST /v1/project ms=600000"]) as api:
        with socket.create_connection(address_of(api), timeout=60) as idle:
            idle.sendall(request("GET", "/agentflows"))
            answer = b""
            while not answer.endswith(b"}"):
                answer += idle.recv(65536)
            seen = exchange(api, request("POST", "/v1/project", project_body()))
            assert (seen.status, seen.end, seen.headers["connection"]) == (200, "closed", "close")
            assert idle.recv(1) == b"", "an idle connection is closed"
        assert not _listens(api)


def test_a_request_can_be_the_last_thing_before_nobody_listens() -> None:
    with sandbox(faults=["refuse before POST /v1/project ms=600000"]) as api:
        assert make_project(api) == Seen(data=b"", end="reset")
        assert not _listens(api)


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_it_listens_again(strike: Strike, when: str, made: int) -> None:
    api = strike(f"refuse {when} POST /v1/project ms=100")
    before = api.projects()
    make_project(api)
    api.session.close()
    _until(lambda: _listens(api))
    assert api.projects() - before == made


def test_a_second_refusal_prolongs_the_first() -> None:
    with sandbox(faults=["refuse GET /customer ms=300", "refuse POST /v1/project ms=600000"]) as api:
        whole = request("POST", "/v1/project", project_body())
        with socket.create_connection(address_of(api), timeout=60) as late:
            late.sendall(whole[:-1])  # the work waits for the rest of the body
            _until(lambda: bool(api.get("/_sandbox/requests")["requests"]))
            api.session.close()
            assert exchange(api, request("GET", "/customer")).end == "closed"
            late.sendall(whole[-1:])
            answer = b""
            while part := late.recv(65536):
                answer += part
            assert answer.startswith(b"HTTP/1.1 200"), "a request under way is answered"
        time.sleep(0.5)  # the first refusal would be over
        assert not _listens(api)


def _listens(api: Client) -> bool:
    try:
        socket.create_connection(address_of(api)).close()
    except ConnectionRefusedError:
        return False
    return True


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.mark.parametrize("text", ["hang", "hang after", "delay ms=60000", "delay after ms=60000"])
def test_forgetting_the_faults_ends_a_wait(api: Client, text: str) -> None:
    api.script_fault(text)
    seen: list[Seen] = []
    client = threading.Thread(target=lambda: seen.append(make_project(api)))
    client.start()
    _until(lambda: bool(api.get("/_sandbox/requests")["requests"]))
    api.send("DELETE", "/_sandbox/faults")
    client.join()
    assert seen[0].end == "closed"
    assert seen[0].data == b"" if "hang" in text else seen[0].status == 200


@pytest.mark.parametrize("text", ["hang", "delay ms=600000", "refuse ms=600000"])
def test_a_fault_does_not_keep_the_sandbox_from_ending(text: str) -> None:
    seen: list[Seen] = []
    with sandbox(faults=[text]) as api:
        client = threading.Thread(target=lambda: seen.append(make_project(api)))
        client.start()
        _until(lambda: bool(seen if "refuse" in text else api.get("/_sandbox/requests")["requests"]))
        stopping = time.monotonic()
    client.join()
    assert time.monotonic() - stopping < 300, "it waited for the fault"
    assert seen[0].end == "closed"
    assert not _listens(api)


def test_faults_need_no_key_and_spare_the_sandbox_s_own_endpoints(strike: Strike) -> None:
    api = strike("drop times=forever")
    with pytest.raises(requests.ConnectionError):
        requests.get(api.base_url + "/agentflows", timeout=60)
    assert requests.get(api.base_url + "/_sandbox/faults", timeout=60).status_code == 401
    assert api.get("/_sandbox/faults")["faults"] == [{"fault": "drop times=forever", "matched": 1, "struck": 1}]
    assert KEY not in str(api.get("/_sandbox/requests"))
