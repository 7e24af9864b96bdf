from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wexa_sync import __version__
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.api.transport.url import segment
from wexa_sync.errors import (
    ApiError,
    Unreachable,
    WexaSyncError,
)
from wexa_sync.model import Secret

Reply = bytes | Callable[[socket.socket], None]
Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class TestWhatIsSent:
    def test_line_headers_and_body(self, connect: Connect, serve: Serve, key: str) -> None:
        server = serve(OK)
        body = {"name": "é", "token": Secret(template="${secret:T}", value="hush"), "nested": [None, True]}
        answer = connect(server.url + "/").request(
            "POST", f"/v1/a/{segment('x/y ?%')}/", query={"projectID": "p&1", "limit": 5}, body=body, repeatable=False
        )
        assert (answer.status, answer.body, answer.attempts) == (200, {}, 1)
        head, _, sent = server.requests[0].partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        assert line == "POST /v1/a/x%2Fy%20%3F%25/?projectID=p%261&limit=5 HTTP/1.1"
        assert headers["x-api-key"] == key
        assert headers["user-agent"] == f"wexa-sync/{__version__}"
        assert headers["content-type"] == "application/json"
        assert len(headers["x-client-request-id"]) == 36
        assert not {"authorization", "cookie"} & set(headers)
        assert sent == b'{"name": "\\u00e9", "token": "hush", "nested": [null, true]}'

    def test_without_a_body_none_is_sent(self, connect: Connect, serve: Serve) -> None:
        server = serve(OK)
        connect(server.url + "/prefix/").request("DELETE", "/x", repeatable=True)
        head, _, sent = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"DELETE /prefix/x HTTP/1.1\r\n")
        assert b"content-type" not in head.lower()
        assert sent == b""

    def test_every_attempt_has_the_same_id_and_every_request_another(self, connect: Connect, serve: Serve) -> None:
        server = serve(b"HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n", OK)
        client = connect(server.url, policy=Policy())
        assert client.request("GET", "/", repeatable=True).attempts == 2
        client.request("GET", "/", repeatable=True)
        ids = [_header(request, b"x-client-request-id") for request in server.requests]
        assert ids[0] == ids[1] != ids[2]

    def test_neither_netrc_nor_a_proxy_of_the_environment_has_a_say(
        self, connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("default login someone password else\n")
        monkeypatch.setenv("NETRC", str(netrc))
        proxy, server = serve(OK), serve(OK)
        monkeypatch.setenv("http_proxy", proxy.url)
        connect(server.url).request("GET", "/", repeatable=True)
        assert proxy.requests == []
        assert b"authorization" not in server.requests[0].lower()

    def test_netrc_has_none_for_another_machine_either(
        self, connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("default login someone password else\n")
        monkeypatch.setenv("NETRC", str(netrc))
        proxy = serve(OK)
        monkeypatch.setenv("http_proxy", proxy.url)
        connect("http://wexa.invalid", allow_http=True).request("GET", "/x", repeatable=True)
        assert proxy.requests[0].startswith(b"GET http://wexa.invalid/x ")
        assert b"\r\nauthorization" not in proxy.requests[0].lower()

    def test_cookies_are_not_kept(self, connect: Connect, serve: Serve) -> None:
        server = serve(OK.replace(b"Connection:", b"Set-Cookie: session=1; Path=/\r\nConnection:"))
        client = connect(server.url)
        for _ in range(2):
            client.request("GET", "/", repeatable=True)
        assert b"cookie" not in server.requests[1].lower()

    def test_a_body_that_is_no_json_is_not_sent(self, connect: Connect, serve: Serve) -> None:
        server = serve(OK)
        with pytest.raises(Unreachable, match="can't be written as JSON") as caught:
            connect(server.url).request("POST", "/x", body={"temperature": float("nan")}, repeatable=False)
        assert caught.value.hint
        with pytest.raises(TypeError, match="a set can't stand"):
            connect(server.url).request("POST", "/x", body={"a": {1}}, repeatable=False)
        assert server.requests == []


def _header(request: bytes, name: bytes) -> bytes:
    return next(line.split(b": ", 1)[1] for line in request.split(b"\r\n") if line.lower().startswith(name + b":"))


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("a1", "a1"),
        ("a/b", "a%2Fb"),
        ("..a", "..a"),
        ("%2e", "%252e"),
        ("?#&", "%3F%23%26"),
        ("é", "%C3%A9"),
        (" ", "%20"),
    ],
)
def test_a_segment_is_sent_as_one(connect: Connect, serve: Serve, text: str, encoded: str) -> None:
    assert segment(text) == encoded
    server = serve(OK)
    connect(server.url).request("GET", f"/x/{encoded}/y", repeatable=True)
    assert server.requests[0].startswith(f"GET /x/{encoded}/y HTTP/1.1\r\n".encode())


@pytest.mark.parametrize("text", ["", ".", "..", "\ud800"])
def test_what_can_be_no_segment(text: str) -> None:
    with pytest.raises(WexaSyncError, match="can't stand in a URL") as caught:
        segment(text)
    assert caught.value.hint
