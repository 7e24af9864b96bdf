"""Test starting and stopping the sandbox: addresses, ports, signals, and cheap imports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import requests

from wexa_sync.sandbox import ORG_ID, USER_ID, SandboxConfig, SandboxError, running, serve
from wexa_sync.sandbox.server import run as server_module

from ..client import Client


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
            pytest.raises(SandboxError, match=f"can't listen on 127.0.0.1:{port}") as caught,
            running(SandboxConfig(data=":memory:", port=port)),
        ):
            pass
    assert "--port" in caught.value.hint


def test_a_missing_extra_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SandboxError, match="pip install"), running(SandboxConfig(data=":memory:")):
        pass


def test_the_key_is_in_no_repr() -> None:
    assert "secret" not in repr(SandboxConfig(data=":memory:", api_key="secret"))


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
