"""One request on its way, seen from the connection it takes: whether the server may have heard of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from http.client import HTTPResponse
from typing import Any


class Flight:
    """An attempt at a request. `sent` is false for as long as no byte of the request can have left.

    What comes before (a name looked up, a proxy asked for a tunnel, TLS set up) tells the server nothing.
    """

    def __init__(self) -> None:
        self.sent = False


_here = threading.local()


@contextmanager
def boarding(flight: Flight) -> Iterator[Flight]:
    """Make it the flight that this thread's connections tell of what they do."""
    _here.flight = flight
    try:
        yield flight
    finally:
        del _here.flight


class _Final(HTTPResponse):
    """An answer, past all that only announces it: `http.client` knows 100 Continue, but not 103 Early Hints."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        announces = 100 < status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS
        return version, HTTPStatus.CONTINUE if announces else status, reason


class _Telling:
    """What a connection of urllib3 is given beside its own: it tells the flight when it begins to write."""

    response_class = _Final
    sock: Any
    connect: Callable[[], None]  # the connection's own

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Connect where that is not done yet, and only then begin to send."""
        if self.sock is None:
            self.connect()
        _here.flight.sent = True
        super().request(*args, **kwargs)  # type: ignore[misc]


@cache
def telling(connection: type) -> type:
    """The class of connection, with telling added."""
    return connection if issubclass(connection, _Telling) else type(connection.__name__, (_Telling, connection), {})
