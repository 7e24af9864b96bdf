from __future__ import annotations

import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.transport import http
from wexa_sync.api.transport import responses as answers
from wexa_sync.api.transport.http import Exchange, Http
from wexa_sync.api.transport.retry import Policy, RateLimiter
from wexa_sync.errors import (
    ApiError,
    Nonsense,
    Redirected,
    ServerFault,
)
from wexa_sync.kinds.schedule import SCHEDULE
from wexa_sync.model import Secret

Reply = bytes | Callable[[socket.socket], None]
Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]


def http_reply(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    fields = {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}Connection: close\r\n\r\n".encode() + body


OK = http_reply(body=b"{}")


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


RESET: Reply = reset
PLAIN = b'{"detail": "packed"}'
PACKED = [("gzip", gzip.compress(PLAIN)), ("deflate", zlib.compress(PLAIN)), ("deflate", zlib.compress(PLAIN)[2:-4])]


class TestAnswers:
    @pytest.mark.parametrize(
        ("reply", "body"),
        [
            (http_reply(body=b"null"), None),
            (http_reply("201 Created", b'[{"_id": "1"}]'), [{"_id": "1"}]),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n1\r\n]\r\n0\r\n\r\n", [1, 2]),
            (b"HTTP/1.0 200 OK\r\n\r\n7", 7),
            (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + http_reply(body=b"7"), 7),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + http_reply(body=b"7"), 7),
            (http_reply(body=b"7", Content_Length="1, 1"), 7),
        ],
    )
    def test_success(self, connect: Connect, serve: Serve, reply: bytes, body: Any) -> None:
        assert connect(serve(reply).url).request("GET", "/", repeatable=True).body == body

    @pytest.mark.parametrize("chunked", [False, True])
    @pytest.mark.parametrize("status", ["200 OK", "422 No"])
    @pytest.mark.parametrize(("coding", "packed"), PACKED, ids=["gzip", "zlib", "deflate"])
    def test_a_packed_body_is_unpacked_however_it_comes(
        self, connect: Connect, serve: Serve, coding: str, packed: bytes, status: str, chunked: bool
    ) -> None:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed) if chunked else packed
        length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(packed)
        server = serve(
            b"HTTP/1.1 %b\r\nContent-Encoding: %b\r\n%b\r\n\r\n" % (status.encode(), coding.encode(), length) + body
        )
        try:
            said = connect(server.url).request("GET", "/", repeatable=True).body["detail"]
        except ApiError as error:
            said = error.message.rpartition(": ")[2]
        assert said == "packed"

    @pytest.mark.parametrize("reply", [http_reply(body=b""), http_reply("204 No Content")])
    def test_a_write_may_be_answered_with_nothing(self, connect: Connect, serve: Serve, reply: bytes) -> None:
        assert connect(serve(reply).url).request("DELETE", "/", repeatable=True).body is None

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"7", b'{"message": "ok"}', b'{"data": {"name": "n"}}'])
    def test_what_holds_no_object_is_not_taken_for_gone(self, connect: Connect, serve: Serve, body: bytes) -> None:
        api = Api(connect(serve(http_reply(body=body)).url), org_id="o")
        with pytest.raises(Nonsense, match="without an id"):
            api.read(SCHEDULE, Ids(id="1"))

    @pytest.mark.parametrize("body", [b"null", b'{"data": null}', b'{"success": true, "data": null, "error": ""}'])
    def test_null_is_gone(self, connect: Connect, serve: Serve, body: bytes) -> None:
        assert Api(connect(serve(http_reply(body=body)).url), org_id="o").read(SCHEDULE, Ids(id="1")) is None

    @pytest.mark.parametrize(
        "body",
        [
            b'{"success": false, "data": null, "error": "backend timeout"}',
            b'{"data": null, "message": "backend timeout"}',
            b'{"data": null, "status": 500}',
        ],
    )
    def test_null_beside_other_words_is_not(self, connect: Connect, serve: Serve, body: bytes) -> None:
        with pytest.raises(Nonsense):
            Api(connect(serve(http_reply(body=body)).url), org_id="o").read(SCHEDULE, Ids(id="1"))

    @pytest.mark.parametrize("length", ["-5", "-0", "two", "2, x"])
    @pytest.mark.parametrize("body", [b"", b"[]"])
    def test_a_length_that_is_none(self, connect: Connect, fail: Fail, serve: Serve, length: str, body: bytes) -> None:
        error = fail(connect(serve(http_reply(body=body, Content_Length=length)).url), "DELETE")
        assert type(error) is Nonsense
        assert "a Content-Length that is none" in error.message

    def test_what_is_announced_does_not_hide_an_error(self, connect: Connect, fail: Fail, serve: Serve) -> None:
        error = fail(connect(serve(b"HTTP/1.1 103 Early Hints\r\n\r\n" + http_reply("503 Busy")).url))
        assert type(error) is ServerFault
        assert error.status == 503

    def test_html_is_nonsense(self, connect: Connect, fail: Fail, serve: Serve) -> None:
        error = fail(connect(serve(http_reply(body=b"<html>Sign in</html>", Content_Type="text/html")).url))
        assert type(error) is Nonsense
        assert "Sign in" in error.message

    def test_more_than_memory_should_hold(
        self, connect: Connect, fail: Fail, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "MAX_BODY", 1000)
        monkeypatch.setattr(answers, "MAX_BODY", 1000)
        sent: list[int] = []

        def flood(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while len(sent) < 1000:
                sent.append(connection.send(b" " * 65536))

        error = fail(connect(serve(flood).url))
        assert type(error) is Nonsense
        assert "with more than" in error.message
        assert len(sent) < 1000

    def test_a_flood_of_error_is_not_read_to_its_end(self, connect: Connect, fail: Fail, serve: Serve) -> None:
        def flood(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 500 Oh\r\n\r\n")
            for _ in range(1000):
                connection.sendall(b"x" * 65536)

        error = fail(connect(serve(flood).url))
        assert type(error) is ServerFault
        assert len(error.message) < 300

    def test_the_words_of_an_error_wait_for_no_more_than_is_kept_of_them(
        self, connect: Connect, fail: Fail, serve: Serve
    ) -> None:
        heard = threading.Event()

        def stalls(connection: socket.socket) -> None:
            head = b"HTTP/1.1 409 No\r\nContent-Length: 1000000\r\n\r\n"
            connection.sendall(head + b"a flow uses it ".ljust(answers.MAX_ERROR_BODY + 1, b"."))
            heard.wait(60)

        error = fail(connect(serve(stalls).url, read_timeout=30))
        heard.set()
        assert "a flow uses it" in error.message

    @pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
    def test_a_redirect_is_told_not_followed(self, connect: Connect, fail: Fail, serve: Serve, status: str) -> None:
        other = serve(OK)
        here = serve(http_reply(status, Location=f"{other.url}/skills"))
        error = fail(connect(here.url, policy=Policy()), repeatable=True)
        assert type(error) is Redirected
        assert f"points to {other.url}/skills" in error.message
        assert "WEXA_BASE_URL" in error.hint
        assert (len(here.requests), other.requests) == (1, [])

    @pytest.mark.parametrize("location", ["http://[", "//", "http://a b/", "\u00e9"])
    def test_a_redirect_to_what_is_no_address(self, connect: Connect, fail: Fail, serve: Serve, location: str) -> None:
        assert type(fail(connect(serve(http_reply("302 Found", Location=location)).url))) is Redirected

    @pytest.mark.parametrize("status", ["400 Bad", "401 No", "404 None", "418 Tea", "429 Slow", "500 Oh", "302 Go"])
    def test_an_echoed_key_is_never_shown(
        self, connect: Connect, fail: Fail, serve: Serve, key: str, status: str
    ) -> None:
        seen: list[Exchange] = []
        body = f'{{"detail": "the key {key} and the token hush-hush"}}'.encode()
        client = connect(serve(http_reply(status, body, Location=f"/?key={key}")).url, observer=seen.append)
        secret = Secret(template="${secret:T}", value="hush-hush")
        error = fail(client, "POST", body={"token": secret})
        assert "hush-hush" not in str(error)
        assert "***" in str(error)
        assert key not in repr(seen) + repr(client)

    def test_nor_is_a_part_of_a_secret_nor_the_beginning_of_one(
        self, connect: Connect, fail: Fail, serve: Serve
    ) -> None:
        said = [b"the token hush-hush", b'{"detail": "' + b"x" * 990 + b'hush-hush"}', b"y" * 190 + b"hush-hush"]
        for body in said:
            secret = Secret(template="Bearer ${secret:T}", value="Bearer hush-hush")
            error = fail(connect(serve(http_reply("400 Bad", body)).url), "POST", body={"token": secret})
            assert "hush" not in str(error)

    def test_nor_by_a_success_that_is_none(self, connect: Connect, fail: Fail, serve: Serve, key: str) -> None:
        assert "***" in str(fail(connect(serve(http_reply(body=f"<b>{key}</b>".encode())).url)))
        assert "***" in str(fail(connect(serve(f"{key}\r\n\r\n".encode()).url)))


class TestRepeating:
    def test_a_read_is_repeated_until_it_works(self, connect: Connect, serve: Serve) -> None:
        server = serve(http_reply("500 Oh"), RESET, http_reply(body=b"<html>"), OK)
        slept: list[float] = []
        client = connect(server.url, policy=Policy(), sleep=slept.append, jitter=lambda: 0.5)
        assert client.request("GET", "/", repeatable=True).attempts == 4
        assert slept == [0.25, 0.5, 1.0]

    @pytest.mark.parametrize("reply", [http_reply("500 Oh"), RESET, http_reply(body=b"<html>")])
    def test_a_create_that_may_have_been_done_is_sent_once(
        self, connect: Connect, fail: Fail, serve: Serve, reply: Reply
    ) -> None:
        server = serve(reply, OK)
        error = fail(connect(server.url, policy=Policy()), "POST", body={})
        assert error.may_be_processed
        assert len(server.requests) == 1

    def test_a_create_that_was_throttled_is_sent_again(self, connect: Connect, serve: Serve) -> None:
        server = serve(http_reply("429 Slow"), OK)
        client = connect(server.url, policy=Policy(base=0.01))
        assert client.request("POST", "/", body={}, repeatable=False).attempts == 2

    def test_it_gives_up(self, connect: Connect, fail: Fail, serve: Serve) -> None:
        server = serve(http_reply("503 Busy"))
        assert type(fail(connect(server.url, policy=Policy(attempts=3)), repeatable=True)) is ServerFault
        assert len(server.requests) == 3

    @pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
    @pytest.mark.parametrize("dated", [False, True])
    def test_retry_after_pauses_everyone(self, connect: Connect, serve: Serve, status: str, dated: bool) -> None:
        date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=50), usegmt=True)
        server = serve(http_reply(status, Retry_After=date if dated else "50"), OK)
        paused: list[float] = []
        slept: list[float] = []
        limiter = RateLimiter(clock=lambda: sum(paused), sleep=paused.append)
        client = connect(server.url, policy=Policy(), limiter=limiter, sleep=slept.append)
        assert client.request("GET", "/", repeatable=True).attempts == 2
        assert slept == []
        assert (10 if dated else 50) <= sum(paused) <= 50

    def test_one_body_at_a_time_is_parsed_until_it_is_seen_what_is_kept_of_it(
        self, connect: Connect, serve: Serve
    ) -> None:
        client, meeting = connect(serve(http_reply(body=b"[1, 2]")).url), threading.Barrier(2)

        def keep(body: list[int]) -> bool:
            try:
                meeting.wait(0.2)
            except threading.BrokenBarrierError:
                return body == [1, 2]
            return False

        with ThreadPoolExecutor(max_workers=2) as pool:
            found = pool.map(lambda path: client.request("GET", path, repeatable=True, keep=keep).body, ["/a", "/b"])
        assert [*found] == [True, True]

    def test_a_body_of_which_nothing_is_kept_is_no_failure_of_the_request(self, connect: Connect, serve: Serve) -> None:
        seen: list[Exchange] = []
        client = connect(serve(OK).url, observer=seen.append, policy=Policy())

        def refuse(_body: object) -> None:
            raise Nonsense("it is no list", method="GET", path="/a", hint="")

        for _ in range(2):  # it stands in the way of no other
            with pytest.raises(Nonsense, match="it is no list"):
                client.request("GET", "/a", repeatable=True, keep=refuse)
        assert [(each.status, each.error) for each in seen] == [(200, ""), (200, "")]

    def test_the_observer_sees_every_attempt(self, connect: Connect, serve: Serve) -> None:
        server = serve(http_reply("503 Busy", b'{"detail": "full"}'), RESET, OK)
        seen: list[Exchange] = []
        client = connect(server.url, policy=Policy(), observer=seen.append)
        client.request("PUT", "/a", query={"q": "not shown"}, body={"b": "nor this"}, repeatable=True)
        assert [(one.method, one.path, one.status, one.attempt) for one in seen] == [
            ("PUT", "/a", 503, 1),
            ("PUT", "/a", None, 2),
            ("PUT", "/a", 200, 3),
        ]
        assert seen[0].error == "PUT /a: the server answered 503: full"
        assert seen[1].error.startswith("PUT /a: the request was sent")
        assert seen[2].error == ""
        assert all(0 <= one.seconds < 5 for one in seen)
        assert "shown" not in repr(seen)
        assert "nor this" not in repr(seen)


class _Echo(BaseHTTPRequestHandler):
    """Keep connections open, and answer with what it was asked and by which connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f'{{"path": "{self.path}", "peer": {self.client_address[1]}}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_many_threads_share_few_connections(connect: Connect) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    client = connect(f"http://127.0.0.1:{server.server_port}", pool=8)
    try:
        with ThreadPoolExecutor(24) as workers:  # three times as many as may ask at a time
            paths = [f"/{number}" for number in range(200)]
            bodies = list(workers.map(lambda path: client.request("GET", path, repeatable=True).body, paths))
    finally:
        client.close()
        server.shutdown()
        thread.join()
        server.server_close()
    assert [body["path"] for body in bodies] == paths
    assert len({body["peer"] for body in bodies}) <= 8
