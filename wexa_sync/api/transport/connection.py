"""Watch one request from its connection: whether a byte can have left. End it by force where need be."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPResponse
from typing import Any

from wexa_sync.api.cutoff import AGAIN, Cutoff
from wexa_sync.api.transport.deadline import Deadlines
from wexa_sync.text.suggest import named

_DEADLINES = Deadlines()
_here = threading.local()
_SLOW = 5.0  # seconds without a response, after which that is said
_TOGETHER = 1.0  # seconds between requests that are told of in one line


class Flight:
    """Represent an attempt at a request, for the length of a block: this thread's connections report to it.

    `sent` is false for as long as no byte of the request can have left: what comes before (a name looked up, a proxy
    asked for a tunnel, TLS set up) tells the server nothing. It is cut after `seconds`, and by the `cutoff`: then
    `cut` says why, and whatever the connection gives from there on is not to be believed. `about` names the call.
    """

    def __init__(self, *, seconds: float, about: str, late: str, cutoff: Cutoff) -> None:
        self.sent = False
        self.cut = ""
        self._about = about
        self._slow_at = time.monotonic() + _SLOW
        self._late = late
        self._ends_at = time.monotonic() + seconds
        self._cutoff = cutoff
        self._line: socket.socket | None = None
        self._lock = threading.RLock()  # a signal's handler may break into its own thread

    def __enter__(self) -> Flight:
        _here.flight = self
        _DEADLINES.set(self._be_late, self._ends_at)
        _UNDER_WAY.add(self)
        _DEADLINES.set(self._be_slow, self._slow_at)
        self._cutoff.under_way(self._be_stopped)
        return self

    def __exit__(self, *_: object) -> None:
        _DEADLINES.call_off(self._be_late)
        _DEADLINES.call_off(self._be_slow)
        _UNDER_WAY.discard(self)
        self._cutoff.landed(self._be_stopped)
        with self._lock:
            self._let_go()
        del _here.flight

    def takes(self, line: Any) -> None:
        """Note that the request goes over that socket from now on."""
        with self._lock:
            self._let_go()
            # Another handle of the same connection: one that can be shut down whatever becomes of the first, which TLS
            # takes over while it is set up, and which is closed where an answer is the connection's last.
            self._line = socket.fromfd(line.fileno(), socket.AF_INET, socket.SOCK_STREAM)
            if self.cut:
                self._shut()

    def begins(self, line: Any) -> None:
        """Note that the first byte is about to leave. Raise ConnectionAbortedError where the attempt is cut."""
        with self._lock:
            if self._line is None:
                self.takes(line)
            if self.cut:
                raise ConnectionAbortedError(self.cut)
            self.sent = True

    def _be_slow(self) -> None:
        """Say which requests have no response yet, unless another request, slow at the same time, has said so."""
        now = time.monotonic()
        if self._slow_at <= now:
            ours = [each for each in _UNDER_WAY.copy() if each._cutoff is self._cutoff]
            slow = sorted((each for each in ours if each._slow_at <= now + _TOGETHER), key=lambda each: each._slow_at)
            for each in slow:
                each._slow_at = now + AGAIN
            self._cutoff.waiting(_responses([each._about for each in slow]), max(e._ends_at for e in slow) - now)
        _DEADLINES.set(self._be_slow, self._slow_at)

    def _be_late(self) -> None:
        self._end(self._late)

    def _be_stopped(self) -> None:
        self._end("it was interrupted")

    def _end(self, why: str) -> None:
        with self._lock:
            self.cut = self.cut or why
            self._shut()

    def _shut(self) -> None:
        if self._line is not None:
            with suppress(OSError):  # it has ended already
                self._line.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


_UNDER_WAY = set[Flight]()


def _responses(calls: list[str]) -> str:
    return f"the response to {calls[0]}" if len(calls) == 1 else f"{len(calls)} responses: {named(calls)}"


class _Final(HTTPResponse):
    """Read a response, past all that only announces it: `http.client` knows 100 Continue, but not 103 Early Hints."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        announces = 100 < status < 200 and status != HTTPStatus.SWITCHING_PROTOCOLS
        return version, HTTPStatus.CONTINUE if announces else status, reason


class _Telling:
    """Represent a mixin for a connection of urllib3: it reports to the flight when and where the request goes."""

    response_class = _Final
    sock: Any
    connect: Callable[[], None]  # the connection's own

    def _new_conn(self) -> Any:
        line = super()._new_conn()  # type: ignore[misc]
        _here.flight.takes(line)
        return line

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Connect where that is not done yet, and only then begin to send."""
        if self.sock is None:
            self.connect()
        _here.flight.begins(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


@cache
def telling(connection: type) -> type:
    """Return the class of connection with the reports to the flight added."""
    return connection if issubclass(connection, _Telling) else type(connection.__name__, (_Telling, connection), {})
