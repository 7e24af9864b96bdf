"""Connections straight to a server: which are used again, and how a body is unpacked."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any

import pytest

from wexa_sync.api.transport import http
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.straight import Reply, _has_ended
from wexa_sync.errors import ApiError, LostAnswer, Nonsense

Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]

CERTIFICATE = Path(__file__).with_name("localhost.pem")


BODY = [{"name": f"flow {n}", "n": n} for n in range(200)]
PACKED = gzip.compress(json.dumps(BODY).encode())


class _Held:
    """A packed response that is there as a whole."""

    status, length = 200, 0

    def __init__(self, content: bytes) -> None:
        self.headers, self._content = HTTPMessage(), content
        self.headers["Content-Encoding"] = "gzip"

    def read(self, most: int) -> bytes:
        found, self._content = self._content[:most], self._content[most:]
        return found


def response(content: bytes, *headers: str) -> bytes:
    """Return a response that keeps its connection."""
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(content)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


def again(*contents: bytes, close: bool = False) -> Callable[[socket.socket], None]:
    """Answer that many requests over one connection; then close it, or wait for the other side to."""

    def reply(connection: socket.socket) -> None:
        for number, content in enumerate(contents):
            if number:
                assert connection.recv(65536)
            connection.sendall(content)
        if not close:
            connection.recv(1)

    return reply


def ask(client: Http) -> Any:
    """Return the body of a GET."""
    return client.request("GET", "/x", repeatable=True).body


def test_a_connection_is_used_again(dial: Connect, serve: Serve) -> None:
    server = serve(again(response(b"1"), response(b"2"), response(b"3")))
    client = dial(server.url)
    assert [ask(client) for _ in range(3)] == [1, 2, 3]
    assert len(server.requests) == 1


def test_one_that_the_server_ends_is_not(dial: Connect, serve: Serve) -> None:
    server = serve(again(response(b"1", "Connection: close"), close=True))
    client = dial(server.url)
    assert [ask(client), ask(client)] == [1, 1]
    assert len(server.requests) == 2


def test_nor_one_of_which_a_part_was_not_read(dial: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 100_000)
    server = serve(response(b'"' + b"a" * 300_000 + b'"'), again(response(b"2")))
    client = dial(server.url)
    with pytest.raises(Nonsense):
        ask(client)
    assert ask(client) == 2
    assert len(server.requests) == 2


def test_an_idle_connection_has_ended_once_the_other_side_closed_it() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not _has_ended(ours)
        theirs.close()
        assert _has_ended(ours)


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZIP"])
def test_a_body_is_unpacked(dial: Connect, serve: Serve, name: str) -> None:
    content = json.dumps(BODY).encode()
    packed = gzip.compress(content[:1000]) + gzip.compress(content[1000:])  # two members
    server = serve(again(response(packed, f"Content-Encoding: {name}"), response(b"2")))
    client = dial(server.url)
    assert ask(client) == BODY
    assert ask(client) == 2, "all of it was read, so the connection is used again"
    assert b"accept-encoding: gzip\r\n" in server.requests[0].lower()


@pytest.mark.parametrize(
    "packed",
    [PACKED[:-9], PACKED[:20], b"{}" + PACKED, PACKED[:-4] + b"oops"],
    ids=["no end", "a beginning", "no gzip", "another length"],
)
def test_one_that_is_cut_or_damaged_is_lost(dial: Connect, fail: Fail, serve: Serve, packed: bytes) -> None:
    error = fail(dial(serve(again(response(packed, "Content-Encoding: gzip"))).url), "POST", body={})
    assert type(error) is LostAnswer


def test_one_that_unpacks_to_too_much_is_not_unpacked_whole(
    dial: Connect, fail: Fail, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 100_000)
    bomb = gzip.compress(b" " * 50_000_000)
    error = fail(dial(serve(again(response(bomb, "Content-Encoding: gzip"))).url))
    assert type(error) is Nonsense
    reply = Reply(_Held(bomb), HTTPConnection("localhost"), lambda _: None)  # type: ignore[arg-type]
    assert len(reply.read(100_000)) == 100_001


@pytest.fixture
def dial(connect: Connect, serve: Serve) -> Iterator[Connect]:  # noqa: ARG001  # whose servers wait for the end
    """Return `connect`, whose connections are closed before the servers are."""
    made: list[Http] = []

    def make(*args: Any, **options: Any) -> Http:
        made.append(connect(*args, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def secret() -> Iterator[str]:
    """Return the URL of a server with TLS, which answers 1 to any number of requests over each connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as talk:
                while talk.recv(65536):
                    talk.sendall(response(b"1"))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_of_a_server_with_tls_the_certificate_is_asked_for(
    dial: Connect, fail: Fail, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = secret
    assert "certificate verify failed" in fail(dial(url)).message
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    client = dial(url)
    assert [ask(client), ask(client)] == [1, 1]
    client.close()
    opened = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda address, *rest: opened(("127.0.0.1", address[1]), *rest))
    other = fail(dial(url.replace("localhost", "wexa.invalid")))
    assert "the certificate of that server is for another name" in other.hint


def test_a_path_of_the_base_url_is_encoded(dial: Connect, serve: Serve) -> None:
    server = serve(response(b"1"))
    assert ask(dial(server.url + "/é/a%20b")) == 1
    assert server.requests[0].startswith(b"GET /%C3%A9/a%20b/x HTTP/1.1\r\n")
