"""A request ends: by its own time, a little after the time of the whole command, and at once where somebody cuts it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.events import free_port
from wexa_sync.api import cutoff as waits
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport import connection as transport
from wexa_sync.api.transport import deadline, http
from wexa_sync.api.transport.deadline import Deadlines
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.errors import ApiError, LostAnswer, ServerFault, Unreachable

Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
HELLO = b"\x16\x03\x03\x40\x00"  # the head of a long message of TLS


class FromTheAnswer(Deadlines):
    """Represent deadlines whose time does not pass before the answer begins, however busy the machine is."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[Callable[[], None], float] = {}

    def set(self, deed: Callable[[], None], at: float) -> None:
        self.seconds[deed] = at - time.monotonic()

    def begin(self) -> None:
        for deed, seconds in self.seconds.items():
            super().set(deed, time.monotonic() + seconds)


@pytest.fixture
def deadlines(monkeypatch: pytest.MonkeyPatch) -> FromTheAnswer:
    """Give a whole answer a part of a second, whatever `read_timeout` gives its parts."""
    found = FromTheAnswer()
    monkeypatch.setattr(http, "_WHOLE", 0.12)
    monkeypatch.setattr(transport, "_DEADLINES", found)
    return found


def trickling(start: bytes, begun: Callable[[], None]) -> Callable[[socket.socket], None]:
    """Send the text, and then a space at a time, sooner than any socket times out."""

    def reply(connection: socket.socket) -> None:
        connection.sendall(start)
        begun()
        for _ in range(1000):
            connection.sendall(b" ")
            time.sleep(0.05)

    return reply


STARTS = {
    "the headers": b"HTTP/1.1 200 OK\r\nX-A: ",
    "announcements": b"HTTP/1.1 103 Early Hints\r\nX-A: ",
    "a body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[",
    "a body, on a connection that ends with it": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 99\r\n\r\n[",
    "a body of any length": b"HTTP/1.1 200 OK\r\n\r\n[]",
    "a body in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n[",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_an_answer_that_trickles_is_lost(
    connect: Connect, fail: Fail, serve: Serve, deadlines: FromTheAnswer, start: bytes
) -> None:
    server = serve(trickling(start, deadlines.begin))
    error = fail(connect(server.url, read_timeout=5), "POST", body={})
    assert type(error) is LostAnswer
    assert "the answer as a whole took longer than 0.6 s" in error.message
    assert len(server.requests) == 1


def test_an_error_whose_words_trickle_keeps_its_meaning(
    connect: Connect, fail: Fail, serve: Serve, deadlines: FromTheAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = http._read

    def reads(*words: Any) -> bytes:
        deadlines.begin()
        return read(*words)

    monkeypatch.setattr(http, "_read", reads)
    server = serve(trickling(b"HTTP/1.1 503 Busy\r\n\r\n[", lambda: None))
    error = fail(connect(server.url, read_timeout=5))
    assert type(error) is ServerFault


def test_a_handshake_that_trickles_has_sent_nothing(
    connect: Connect, fail: Fail, serve: Serve, deadlines: FromTheAnswer
) -> None:
    url = serve(trickling(HELLO, deadlines.begin)).url.replace("http:", "https:")
    error = fail(connect(url, read_timeout=5), "POST", body={})
    assert type(error) is Unreachable
    assert "took longer than 0.6 s" in error.message


def test_after_the_time_is_over_what_is_in_flight_is_given_a_moment(
    connect: Connect, fail: Fail, serve: Serve, deadlines: FromTheAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_GRACE", -3599.5)
    server = serve(trickling(STARTS["a body"], deadlines.begin))
    error = fail(connect(server.url, read_timeout=60, cutoff=Cutoff(3600)), "POST", body={})
    assert type(error) is LostAnswer
    assert "the time given by --timeout is over" in error.message


def test_what_only_reads_ends_with_the_time_and_is_told_what_helps(
    connect: Connect, fail: Fail, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_GRACE", 60.0)
    client = connect(serve(trickling(STARTS["a body"], lambda: None)).url, read_timeout=600, cutoff=Cutoff(2))
    error = fail(client, "GET", repeatable=True)
    assert type(error) is LostAnswer
    assert error.hint == "Run the command again: nothing was changed. A larger --timeout helps."


def test_a_read_behind_a_write_is_given_a_moment_too(
    connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_GRACE", 60.0)
    cutoff = Cutoff(2)  # a busy machine takes a while to send

    def late(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{")
        while cutoff.left > -0.1:
            time.sleep(0.05)
        connection.sendall(b"}")

    client = connect(serve(OK, late).url, read_timeout=600, cutoff=cutoff)
    assert client.request("POST", "/", body={}, repeatable=False).body == {}
    assert client.request("GET", "/", repeatable=True).body == {}


def cutting(cutoff: Cutoff, start: bytes) -> Callable[[socket.socket], None]:
    """Begin to answer, and cut the answer; then keep the connection open and silent."""

    def reply(connection: socket.socket) -> None:
        connection.sendall(start)
        cutoff.cut()
        connection.recv(1)

    return reply


@pytest.mark.parametrize("start", [b"", *STARTS.values()], ids=["nothing", *STARTS])
def test_what_is_cut_is_lost(connect: Connect, fail: Fail, serve: Serve, start: bytes) -> None:
    cutoff = Cutoff()
    error = fail(connect(serve(cutting(cutoff, start)).url, cutoff=cutoff), "POST", body={})
    assert type(error) is LostAnswer
    assert error.message.endswith("no whole answer came back: it was interrupted")


def test_a_handshake_that_is_cut_has_sent_nothing(connect: Connect, fail: Fail, serve: Serve) -> None:
    cutoff = Cutoff()
    url = serve(cutting(cutoff, HELLO)).url.replace("http:", "https:")
    error = fail(connect(url, cutoff=cutoff), "POST", body={})
    assert type(error) is Unreachable
    assert error.message.endswith("it was interrupted")


def test_so_is_what_goes_over_a_connection_that_was_kept(connect: Connect, fail: Fail, serve: Serve) -> None:
    cutoff = Cutoff()

    def twice(connection: socket.socket) -> None:
        connection.sendall(OK.replace(b"Connection: close\r\n", b""))
        assert connection.recv(65536).startswith(b"GET /skills/")
        cutting(cutoff, b"")(connection)

    server = serve(twice)
    client = connect(server.url, cutoff=cutoff)
    assert client.request("GET", "/", repeatable=True).body == {}
    assert type(fail(client)) is LostAnswer
    assert len(server.requests) == 1


def test_what_begins_after_the_cut_is_not_sent(connect: Connect, fail: Fail, serve: Serve) -> None:
    cutoff, server = Cutoff(), serve(OK)
    cutoff.cut()
    assert type(fail(connect(server.url, cutoff=cutoff), "POST", body={})) is Unreachable
    assert [request.strip() for request in server.requests if request.strip()] == []


def test_nothing_is_left_open(connect: Connect, serve: Serve) -> None:
    client = connect(serve(OK).url)
    client.request("GET", "/", repeatable=True)
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        client.request("GET", "/", repeatable=True)
    assert len(list(Path("/dev/fd").iterdir())) <= before + 2


def test_deeds_are_done_in_the_order_of_their_moments_unless_they_are_called_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=0.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(deadline, "time", clock)
    deadlines, done = Deadlines(), list[str]()
    deeds = {name: (lambda name=name: done.append(name)) for name in ("third", "second", "never", "first")}
    for name, at in {"third": 3000, "second": 2000, "never": 500, "first": 1000}.items():
        deadlines.set(deeds[name], at)
    deadlines.call_off(deeds["never"])
    seen = []
    for clock.now in (999.0, 1000.0, 2000.0, 3000.0):
        looked = threading.Event()
        deadlines.set(looked.set, clock.now - 1)  # what is due is done before it
        assert looked.wait(60)
        seen.append([*done])
    assert seen == [[], ["first"], ["first", "second"], ["first", "second", "third"]]


def test_a_deed_is_done_at_its_moment_though_nothing_else_happens() -> None:
    deadlines, done = Deadlines(), threading.Event()
    now = time.monotonic()
    deadlines.set(lambda: None, now + 3600)
    deadlines.set(done.set, now + 0.1)
    assert done.wait(60)
    assert time.monotonic() >= now + 0.1


class Quick(Cutoff):
    """Represent a cutoff whose waits are told of, and take no time."""

    def wait(self, seconds: float, what: str = "") -> bool:
        if what:
            self.waiting(what, seconds)
        return False


def waits_of(client: Http, *paths: str) -> None:
    for path in paths:
        with pytest.raises(ApiError):
            client.request("GET", path, repeatable=True)


TWICE: dict[str, Any] = {"policy": Policy(attempts=2, base=20.0), "sleep": None, "jitter": lambda: 1.0}


def test_a_server_that_can_not_be_reached_is_told_of_once(connect: Connect) -> None:
    heard: list[str] = []
    place = f"127.0.0.1:{free_port()}"
    waits_of(connect(f"http://{place}", cutoff=Quick(hear=lambda what, _: heard.append(what)), **TWICE), "/a", "/b")
    assert heard == [f"another try: could not connect to {place}: Connection refused"]


def test_what_a_server_says_is_told_for_each_call(connect: Connect, serve: Serve) -> None:
    heard: list[str] = []
    url = serve(b"HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n").url
    waits_of(connect(url, cutoff=Quick(hear=lambda what, _: heard.append(what)), **TWICE), "/a", "/b")
    assert [what.partition(": the server answered 503")[0] for what in heard] == [
        "another try: GET /a",
        "another try: GET /b",
    ]


def test_requests_that_are_sent_together_and_have_no_response_are_told_of_in_one_line(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_WHOLE", 100.0)
    monkeypatch.setattr(transport, "_SLOW", 0.5)
    heard: list[str] = []
    told = threading.Event()
    monkeypatch.setattr(transport, "AGAIN", 0.3)
    monkeypatch.setattr(waits, "AGAIN", 0.1)

    def hear(what: str, _left: float) -> None:
        heard.append(what)
        if len(heard) == 2:  # by then, the time of each has come
            told.set()

    cutoff = Cutoff(hear=hear)
    paths = ["/a", "/b", "/c"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = connect(f"http://127.0.0.1:{silent.getsockname()[1]}", cutoff=cutoff, read_timeout=60)
        with ThreadPoolExecutor() as pool:
            sent = [pool.submit(client.request, "GET", path, repeatable=True) for path in paths]
            assert told.wait(60)
            cutoff.stop()
            cutoff.cut()
            assert all(isinstance(each.exception(60), LostAnswer) for each in sent)
    for line in heard:
        count, _, names = line.partition(": ")
        assert count == "3 responses"
        assert sorted(names.split(", ")) == ["GET /a", "GET /b", "GET /c"]


def test_a_response_that_does_not_come_is_told_of_again_and_again(
    connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_WHOLE", 100.0)
    monkeypatch.setattr(transport, "_SLOW", 0.0)
    monkeypatch.setattr(transport, "AGAIN", 0.01)
    monkeypatch.setattr(waits, "AGAIN", 0.005)
    heard: list[str] = []
    enough = threading.Event()

    def hear(what: str, _left: float) -> None:
        heard.append(what)
        if len(heard) == 3:
            enough.set()

    def reply(connection: socket.socket) -> None:
        enough.wait(60)
        connection.sendall(OK)

    client = connect(serve(reply).url, cutoff=Cutoff(hear=hear))
    assert client.request("GET", "/customer", repeatable=True).body == {}
    assert set(heard) == {"the response to GET /customer"}
