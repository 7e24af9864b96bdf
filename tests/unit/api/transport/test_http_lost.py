from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.events import free_port
from wexa_sync.api.transport import http
from wexa_sync.api.transport.http import Http
from wexa_sync.errors import (
    ApiError,
    AuthRefused,
    LostAnswer,
    Unreachable,
)

Reply = bytes | Callable[[socket.socket], None]
Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


RESET: Reply = reset


class TestNeverSent:
    def test_refused(self, connect: Connect, fail: Fail) -> None:
        error = fail(connect(f"http://127.0.0.1:{free_port()}"))
        assert type(error) is Unreachable
        assert "could not connect to 127.0.0.1:" in error.message
        assert "refused" in error.message
        assert "WEXA_BASE_URL" in error.hint

    def test_no_such_host(self, connect: Connect, fail: Fail) -> None:
        error = fail(connect("https://nowhere.invalid"))
        assert type(error) is Unreachable
        assert "nowhere.invalid" in error.message

    def test_a_host_that_can_not_be_one(self, connect: Connect, fail: Fail) -> None:
        assert type(fail(connect("https://a..b"))) is Unreachable
        assert type(fail(connect("https://*.b"))) is Unreachable

    def test_connect_timeout(self, connect: Connect, fail: Fail, full_port: int) -> None:
        error = fail(connect(f"http://127.0.0.1:{full_port}", connect_timeout=0.2, read_timeout=0.2))
        assert type(error) is Unreachable
        assert "timed out" in error.message

    @pytest.mark.parametrize("reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", RESET, lambda _: None])
    def test_tls_that_does_not_come_about(self, connect: Connect, fail: Fail, serve: Serve, reply: Reply) -> None:
        assert type(fail(connect(serve(reply).url.replace("http:", "https:")))) is Unreachable

    def test_a_proxy_that_is_not_there(self, connect: Connect, fail: Fail, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{free_port()}")
        assert type(fail(connect("https://wexa.invalid"))) is Unreachable


class TestLost:
    @pytest.mark.parametrize(
        "reply",
        [
            RESET,
            lambda _: None,
            b"no http\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        ],
    )
    def test_no_whole_answer(self, connect: Connect, fail: Fail, serve: Serve, reply: Reply) -> None:
        server = serve(reply)
        error = fail(connect(server.url), "POST")
        assert type(error) is LostAnswer
        assert error.may_be_processed
        assert "no whole answer came back: " in error.message
        assert len(server.requests) == 1

    def test_reset_in_the_middle(
        self, connect: Connect, fail: Fail, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, read = threading.Event(), http._read

        def reads(*words: Any) -> bytes:
            begun.set()
            return read(*words)

        def cut(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")
            assert begun.wait(60)
            reset(connection)

        monkeypatch.setattr(http, "_read", reads)
        error = fail(connect(serve(cut).url), "POST")
        assert type(error) is LostAnswer
        assert error.status == 200

    @pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"])
    def test_too_slow(self, connect: Connect, fail: Fail, serve: Serve, start: bytes) -> None:
        release = threading.Event()

        def stall(connection: socket.socket) -> None:
            connection.sendall(start)
            release.wait(60)

        client = connect(serve(stall).url, read_timeout=0.2)
        error = fail(client, "POST")
        release.set()
        assert type(error) is LostAnswer
        assert "timed out" in error.message

    def test_an_error_whose_words_are_cut_keeps_its_meaning(self, connect: Connect, fail: Fail, serve: Serve) -> None:
        error = fail(connect(serve(b"HTTP/1.1 401 No\r\nContent-Length: 50\r\n\r\n{").url))
        assert type(error) is AuthRefused
        assert "Unauthorized" in error.message
