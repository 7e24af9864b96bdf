"""Test starting, stopping and watching the sandbox: keys, data files, clock, noted requests, fifty clients at once."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from wexa_sync.sandbox import ORG_ID, USER_ID, SandboxConfig, SandboxError, running, serve
from wexa_sync.sandbox.server import run as server_module
from wexa_sync.sandbox.world.store import Store

from ..client import KEY, Client, agent_body, sandbox


def test_a_running_sandbox_says_where_it_is_and_whose() -> None:
    with running(SandboxConfig(data=":memory:")) as started:
        assert started.base_url.startswith("http://127.0.0.1:")
        assert (started.org_id, started.user_id) == (ORG_ID, USER_ID)
        assert requests.get(started.base_url + "/openapi.json", timeout=60).status_code == 200
        assert "swagger" in requests.get(started.base_url + "/docs", timeout=60).text
    with pytest.raises(requests.ConnectionError):
        requests.get(started.base_url, timeout=60)


def test_stopping_waits_for_no_connection_that_is_kept_alive() -> None:
    with Client("").session as kept, running(SandboxConfig(data=":memory:")) as started:
        assert kept.get(started.base_url + "/agentflows", timeout=60).status_code == 200


def test_it_listens_on_ipv6_too() -> None:
    with running(SandboxConfig(data=":memory:", host="::1")) as started:
        assert started.base_url.startswith("http://[::1]:")


def test_a_port_in_use_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(SandboxError, match=f"can't listen on 127.0.0.1:{port}"),
            running(SandboxConfig(data=":memory:", port=port)),
        ):
            pass


def test_a_missing_extra_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SandboxError, match="pip install"), running(SandboxConfig(data=":memory:")):
        pass


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be looked at as one\n" * 100)
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version=99")
    for path, words in ((text, "is not a sandbox data file"), (newer, "another version of the sandbox")):
        with pytest.raises(SandboxError, match=words), running(SandboxConfig(data=path)):
            pass


@pytest.mark.parametrize("wrong", [None, "", "wrong"])
def test_a_wrong_key_is_refused_before_anything_is_done(wrong: str | None) -> None:
    with sandbox(api_key=KEY) as api:
        assert api.get("/agentflows") == {"agentflows": []}
        headers = {} if wrong is None else {"x-api-key": wrong}
        for path in ("/agentflows", "/_sandbox/clock", "/v1/project"):
            answer = requests.get(api.base_url + path, headers=headers, timeout=60)
            key = "message" if path == "/v1/project" else "detail"
            assert (answer.status_code, answer.json()) == (401, {key: "Invalid or missing API key"})


def test_the_key_is_in_no_repr() -> None:
    assert "secret" not in repr(SandboxConfig(data=":memory:", api_key="secret"))


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


def test_data_survives_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "down" / "sandbox.db"
    with sandbox(data=data) as api:
        project = api.project()["_id"]
        flow = api.working_flow(project)
        run = api.execution(project, flow["_id"])
        api.script("failed")
        api.post("/_sandbox/clock", {"advance": 1000, "freeze": True})
        stopped_at = api.now()
    with sandbox(data=data) as api:
        assert api.get(f"/agentflow/{flow['_id']}")["agents"] == flow["agents"]
        assert api.status(run) == "failed"
        assert api.now() == stopped_at


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


def test_latency_is_slept_without_blocking_others() -> None:
    with sandbox(latency_ms=300) as api:

        def timed(_: int) -> None:
            requests.get(api.base_url + "/agentflows", headers={"x-api-key": KEY}, timeout=60).raise_for_status()

        before = time.monotonic()
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(timed, range(10)))
        assert 0.3 <= time.monotonic() - before < 10 * 0.3


def test_fifty_clients_at_once_lose_nothing(tmp_path: Path) -> None:
    with sandbox(data=tmp_path / "sandbox.db") as api:
        project = api.project()["_id"]
        shared, runs = api.flow(project)["_id"], api.flow(project)["_id"]
        barrier = threading.Barrier(50)

        def client(_: int) -> str:
            own = Client(api.base_url)
            with own.session:
                barrier.wait()
                changed: Any = own.agent(project, shared)
                own.get("/agentflows", projectID=project, limit=2)
                own.execution(project, runs)
                return str(changed["agents"][-1]["_id"])

        with ThreadPoolExecutor(50) as pool:
            made = list(pool.map(client, range(50)))
        agents = [agent["_id"] for agent in api.get(f"/agentflow/{shared}")["agents"]]
        assert sorted(agents) == sorted(made)
        assert len(api.get(f"/{project}/execution_flows")["data"]) == 50


def test_a_long_list_takes_no_query_an_item(api: Client, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queries: list[str] = []
    select = Store._select

    def counted(store: Store, where: str, values: Any, **more: Any) -> Any:
        queries.extend([values[0]] if where.startswith("kind") else [])
        return select(store, where, values, **more)

    skill = api.skill(project)["_id"]
    for _ in range(30):
        api.flow(project, agents=[agent_body(skills=[skill]) for _ in range(3)])
    monkeypatch.setattr(Store, "_select", counted)
    flows = api.get("/agentflows", projectID=project)["agentflows"]
    assert queries == ["agentflow", "skill"]
    assert all(agent["skills"][0]["_id"] == skill for flow in flows for agent in flow["agents"])


def test_two_processes_can_share_a_file(tmp_path: Path) -> None:
    data = tmp_path / "sandbox.db"
    with sandbox(data=data) as one, sandbox(data=data) as other:
        project = one.project()["_id"]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: (one if number % 2 else other).flow(project), range(40)))
        assert len(one.get("/agentflows", projectID=project)["agentflows"]) == 40


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    addresses: list[str] = []

    def ready(address: str) -> None:
        addresses.append(address)
        os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    serve(SandboxConfig(data=":memory:"), ready)
    assert addresses[0].startswith("http://127.0.0.1:")
    assert signal.getsignal(number) is before


def test_serve_waits_until_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_WAKE_SECONDS", 0.01)

    def ready(_: str) -> None:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()

    before = time.monotonic()
    serve(SandboxConfig(data=":memory:"), ready)
    assert time.monotonic() - before >= 0.1


def test_importing_the_sandbox_does_not_import_fastapi() -> None:
    code = "import sys, wexa_sync.sandbox; print({'fastapi', 'uvicorn', 'pydantic', 'starlette'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
