"""Test SIGKILL of the server and of the client, before and after the work, with real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from wexa_sync.sandbox.faults.peer import process_at

from ..client import KEY, Client, sandbox
from ..wires import Seen, address_of, make_project

_MAKE = f"""
import sys, urllib.request
body = b'{{"orgId": "67fdea40aac77be632954f0f", "projectName": "N", "description": "d", "coworker_role": "r"}}'
headers = {{"x-api-key": "{KEY}", "content-type": "application/json"}}
urllib.request.urlopen(urllib.request.Request(sys.argv[1] + "/v1/project", body, headers), timeout=60)
"""


@contextmanager
def served(data: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    """Run `wexa-sync sandbox` as a process of its own."""
    command = [sys.executable, "-m", "wexa_sync", "sandbox", "--data", str(data), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            api = Client(process.stdout.readline().removeprefix("Sandbox ready at ").strip())
            with api.session:
                yield process, api
        finally:
            process.terminate()


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_the_server_is_killed(tmp_path: Path, when: str, made: int) -> None:
    data, file = tmp_path / "sandbox.db", tmp_path / "faults.txt"
    file.write_text(f"# at the second one\nkill {when} POST /v1/project nth=2\n")
    with served(data, "--fault-file", str(file), "--fault", "503 GET /agentflows") as (process, api):
        assert api.send("GET", "/agentflows").status_code == 503
        api.project()
        with pytest.raises(requests.ConnectionError):
            api.project()
        assert process.wait(60) == -signal.SIGKILL
    with sandbox(data=data) as api:
        assert api.projects() == 1 + made


def test_the_server_is_killed_as_it_was_told_while_running(tmp_path: Path) -> None:
    with served(tmp_path / "sandbox.db") as (process, api):
        api.script_fault("kill")
        with pytest.raises(requests.ConnectionError):
            api.project()
        assert process.wait(60) == -signal.SIGKILL


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells whose a connection is")
@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_the_client_is_killed(api: Client, when: str, made: int) -> None:
    before = api.projects()
    api.script_fault(f"kill_client {when} POST /v1/project")
    killed = subprocess.run([sys.executable, "-c", _MAKE, api.base_url], timeout=300, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert api.projects() - before == made
    assert [entry["fault"] for entry in api.get("/_sandbox/requests")["requests"] if entry["method"] == "POST"] == [
        str(each["fault"]) for each in api.get("/_sandbox/faults")["faults"]
    ]


def test_a_named_process_is_killed(api: Client) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim:
        api.script_fault(f"kill_client pid={victim.pid}")
        assert make_project(api) == Seen(data=b"", end="closed")
        assert victim.wait(60) == -signal.SIGKILL


def test_who_can_t_be_killed_is_told(api: Client) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        gone.wait(60)
    api.script_fault(f"kill_client /agentflows pid={gone.pid}")
    assert api.refused("GET", "/agentflows") == (
        500,
        {"detail": f"kill_client: can't kill process {gone.pid}: No such process"},
    )


def test_a_client_that_can_t_be_found_is_told(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wexa_sync.sandbox.faults.peer._TABLES", ("/nowhere",))  # as where the system does not tell
    assert process_at(1, connected_to=address_of(api)[1]) is None
    before = api.projects()
    api.script_fault("kill_client after POST /v1/project")
    seen = make_project(api)
    assert seen.status == 500
    assert b"name it: pid=NUMBER" in seen.body
    assert api.projects() == before, "nothing is done that was not asked for"
    assert api.send("GET", "/agentflows").status_code == 200
