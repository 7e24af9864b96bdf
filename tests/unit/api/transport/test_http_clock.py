"""How far the server's clock is ahead of ours, as the dates of its answers tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

Serve = Callable[..., Any]
Connect = Callable[..., Http]


def dated(date: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()


def later(seconds: float) -> bytes:
    return dated(format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True))


UNDATED = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.mark.parametrize("seconds", [-3600, 0, 3600])
def test_it_is_as_the_answer_says(connect: Connect, serve: Serve, seconds: float) -> None:
    client = connect(serve(later(seconds)).url)
    assert client.ahead == 0.0
    client.request("GET", "/", repeatable=True)
    assert client.ahead == pytest.approx(seconds, abs=30)
    assert seconds or client.ahead == 0.0


def test_an_error_says_it_as_well(connect: Connect, serve: Serve, fail: Callable[..., Any]) -> None:
    client = connect(serve(later(3600).replace(b"200 OK", b"503 Busy")).url)
    fail(client)
    assert client.ahead > 3000


@pytest.mark.parametrize(
    "reply", [UNDATED, dated(""), dated("soon"), dated("Mon, 99 Jan 2024 00:00:00 GMT"), dated("1700000000")]
)
def test_what_tells_no_time_changes_nothing(connect: Connect, serve: Serve, reply: bytes) -> None:
    client = connect(serve(reply, later(3600), reply).url)
    client.request("GET", "/", repeatable=True)
    assert client.ahead == 0.0
    client.request("GET", "/", repeatable=True)
    client.request("GET", "/", repeatable=True)
    assert client.ahead > 3000


def test_the_sandbox_tells_its_own_time(desk: Desk, remote: Remote) -> None:
    api = desk.workspace.api
    assert isinstance(api, Api)
    api.sign_in()
    assert api.ahead == 0.0
    remote.raw("POST", "/_sandbox/clock", {"advance": 7200}).raise_for_status()
    api.sign_in()
    assert 7100 < api.ahead < 7300
