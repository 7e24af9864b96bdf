"""Behind a proxy of the environment: what was lost is not taken for what was never sent, and the proxy is named."""

from __future__ import annotations

import base64
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.errors import ApiError, LostAnswer, Unreachable

Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]
Reply = bytes | Callable[[socket.socket], None]

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # with its key: for these tests, and trusted by nobody else
TUNNEL = b"HTTP/1.1 200 OK\r\n\r\n"


class Tls:
    """Represent the other end of a tunnel: sets up TLS, reads the request, and answers so."""

    def __init__(self, answer: bytes) -> None:
        self.requests: list[bytes] = []
        self._answer = answer

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(TUNNEL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        with context.wrap_socket(connection, server_side=True) as talk:
            self.requests.append(talk.recv(65536))
            talk.sendall(self._answer)


@pytest.fixture
def through(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that starts a proxy. The environment names it for https, and it opens a tunnel first."""

    def start(reply: Reply, name: str = "https_proxy", user: str = "") -> Any:
        proxy = serve(reply)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv(name, proxy.url.replace("//", f"//{user}"))
        return proxy

    return start


@pytest.mark.parametrize("answer", [b"", b"HTTP/", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_an_answer_lost_behind_a_tunnel_is_lost(
    connect: Connect, fail: Fail, through: Callable[..., Any], answer: bytes
) -> None:
    server = Tls(answer)
    proxy = through(server)
    error = fail(connect("https://localhost", policy=Policy()), "POST", body={})
    assert type(error) is LostAnswer
    assert [request.split(b" ")[0] for request in server.requests] == [b"POST"]
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("answer", [lambda _: None, b"no http\r\n\r\n"])
def test_an_answer_lost_by_a_proxy_that_passes_on_is_lost(
    connect: Connect, fail: Fail, through: Callable[..., Any], answer: Reply
) -> None:
    proxy = through(answer, "http_proxy")
    error = fail(connect("http://wexa.invalid", allow_http=True, policy=Policy()), "POST", body={})
    assert type(error) is LostAnswer
    assert [request.split(b" ")[0] for request in proxy.requests] == [b"POST"]


@pytest.mark.parametrize(
    "reply",
    [
        lambda _: None,
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        b"no http\r\n\r\n",
        TUNNEL,
        TUNNEL + b"no TLS",
    ],
)
def test_what_no_tunnel_was_made_for_was_not_sent(
    connect: Connect, fail: Fail, through: Callable[..., Any], reply: Reply
) -> None:
    proxy = through(reply, user="someone:hush-hush@")
    address = proxy.url.removeprefix("http://")
    error = fail(connect("https://wexa.invalid", policy=Policy(attempts=2), sleep=lambda _: None), "POST", body={})
    assert type(error) is Unreachable
    assert f"could not connect to wexa.invalid through the proxy {address}: " in error.message
    assert "Check the proxy, which https_proxy names" in error.hint
    assert "hush-hush" not in f"{error} {error.hint}"
    assert len(proxy.requests) == 2


@pytest.mark.parametrize(
    "text", ["http://someone:hush-hush@[::1", "http://someone:hush-hush@", "someone:hush-hush@h:x"]
)
def test_a_proxy_that_is_no_address(connect: Connect, fail: Fail, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("https_proxy", text)
    error = fail(connect("https://wexa.invalid"), "POST")
    assert type(error) is Unreachable
    assert "https_proxy" in error.hint
    assert "hush-hush" not in f"{error} {error.hint}"


def test_the_time_that_is_over_hides_no_broken_proxy(
    connect: Connect, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    cutoff = Cutoff(60)
    # The pause before the second attempt outlasts the time.
    client = connect("https://wexa.invalid", policy=Policy(attempts=3), cutoff=cutoff, sleep=lambda _: cutoff.stop())
    error = fail(client, "POST")
    assert "not sent: it was interrupted; before that: could not connect to wexa.invalid through the proxy" in str(
        error
    )
    assert "https_proxy" in error.hint


def test_a_proxy_is_told_who_asks_and_the_server_is_not(connect: Connect, through: Callable[..., Any]) -> None:
    server = Tls(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    proxy = through(server, user="someone:hush%40hush@")
    connect("https://localhost").request("GET", "/", repeatable=True)
    assert b"\r\nProxy-Authorization: Basic " + base64.b64encode(b"someone:hush@hush") in proxy.requests[0]
    assert b"proxy-authorization" not in server.requests[0].lower()


def test_a_host_that_needs_no_proxy_is_asked_straight(
    connect: Connect, fail: Fail, through: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = through(TUNNEL)
    monkeypatch.setenv("no_proxy", "other.example,127.0.0.0/8")
    assert "through the proxy" not in str(fail(connect("https://127.0.0.1:1"), "POST", body={}))
    assert proxy.requests == []


def test_a_proxy_without_a_scheme_speaks_http(
    connect: Connect, through: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = through(Tls(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
    monkeypatch.setenv("https_proxy", proxy.url.removeprefix("http://"))
    assert connect("https://localhost").request("GET", "/", repeatable=True).body == {}


def test_what_socks_needs_is_said(connect: Connect, fail: Fail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5h://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "socks", None)
    error = fail(connect("https://wexa.invalid"), "POST")
    assert type(error) is Unreachable
    assert "requests[socks]" in error.hint


def test_through_a_tunnel_all_is_as_ever(connect: Connect, through: Callable[..., Any]) -> None:
    proxy = through(Tls(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
    assert connect("https://localhost").request("GET", "/", repeatable=True).body == {}
    assert proxy.requests[0].startswith(b"CONNECT localhost:443 ")
