"""A scripted server on a real socket, and an Http to call it with."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.errors import ApiError
from wexa_sync.model import Secret

KEY = "5a6f4c1e-1111-4222-8333-sentinelkey0"
Reply = bytes | Callable[[socket.socket], None]


class Script:
    """Represent a server on a raw socket: one reply a connection, as scripted; the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        self.requests: list[bytes] = []
        self._replies = list(replies)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
                self.requests.append(_read_request(connection))
                try:
                    reply(connection) if callable(reply) else connection.sendall(reply)
                except OSError:
                    continue

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(60)


def _read_request(connection: socket.socket) -> bytes:
    connection.settimeout(60)
    data = b""
    # What begins with 0x16 is a greeting of TLS, and all that comes.
    while b"\r\n\r\n" not in data and not data.startswith(b"\x16") and (more := connection.recv(65536)):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0
    )
    while len(body) < length and (more := connection.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body


@pytest.fixture
def serve() -> Iterator[Callable[..., Script]]:
    scripts: list[Script] = []

    def start(*replies: Reply) -> Script:
        scripts.append(Script(*replies))
        return scripts[-1]

    yield start
    for script in scripts:
        script.close()


@pytest.fixture
def key() -> str:
    """Return the API key. No output may show it."""
    return KEY


@pytest.fixture
def connect() -> Callable[..., Http]:
    """Return a function that makes an Http. It tries once and does not sleep unless told otherwise."""

    def make(base_url: str, **options: Any) -> Http:
        secret = Secret(template="${env:WEXA_API_KEY}", value=KEY)
        settings: dict[str, Any] = {
            "read_timeout": 60.0,
            "policy": Policy(attempts=1, throttled=1),
            "sleep": lambda _: None,
        }
        return Http(base_url=base_url, api_key=secret, **settings | options)

    return make


@pytest.fixture
def fail() -> Callable[..., ApiError]:
    """Return a function that makes a request, and returns its error. The error must not show the key."""

    def request(client: Http, method: str = "GET", *, repeatable: bool = False, body: Any = None) -> ApiError:
        with pytest.raises(ApiError) as caught:
            client.request(method, "/skills/", repeatable=repeatable, body=body)
        error = caught.value
        assert error.__context__ is None
        assert error.__cause__ is None
        assert KEY not in f"{error} {error!r} {vars(error)} {''.join(traceback.format_exception(error))}"
        assert error.hint
        return error

    return request
