"""Talk to a server straight, over connections that are kept for the next request."""

from __future__ import annotations

import select
import socket
import threading
import zlib
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

from wexa_sync.api.transport.connection import straight

_CHUNK = 64 * 1024
_KEPT_IN_A_PATH = "/%:@!$&'()*+,;=~"

Trusted = Mapping[str, str]
"""The file (`cafile`) or the folder (`capath`) of the certificates that a server is known by."""


class Straight:
    """The connections to the server of a base URL, for any number of threads; `size` of them are kept when idle."""

    def __init__(self, base_url: str, *, size: int, timeouts: tuple[float, float], trusted: Trusted) -> None:
        parts = urlsplit(base_url)
        self._before = quote(parts.path, safe=_KEPT_IN_A_PATH)
        self._new = _maker(parts.scheme, parts.hostname or "", parts.port, timeouts, trusted)
        self._size = size
        self._lock = threading.Lock()
        self._idle: list[HTTPConnection] = []

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send a request. Return the response, of which nothing is read but the headers."""
        line = self._line()
        try:
            line.request(method, self._before + path, body, dict(headers))
            return Reply(line.getresponse(), line, self._keep)
        except BaseException:
            line.close()
            raise

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            line.close()

    def _line(self) -> HTTPConnection:
        """Return the connection that was used last, unless the server ended it; a new one where none is left."""
        while True:
            with self._lock:
                line = self._idle.pop() if self._idle else None
            if line is None:
                return self._new()
            if not _has_ended(line.sock):
                return line
            line.close()

    def _keep(self, line: HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < self._size:
                self._idle.append(line)
                return
        line.close()


class Reply:
    """A response. Its connection is kept where all of it was read when the block ends, and else closed."""

    def __init__(self, response: HTTPResponse, line: HTTPConnection, keep: Callable[[HTTPConnection], None]) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers  # type: ignore[assignment]  # it has what is used of one
        self._response, self._line, self._keep = response, line, keep

    def read(self, limit: int) -> bytes:
        """Return the body; of one longer than `limit`, enough to show that. Raise HTTPException for one that is cut."""
        content, unpack = bytearray(), _unpacker(self.headers.get("Content-Encoding", ""))
        while len(content) <= limit and (chunk := self._response.read(_CHUNK)):
            content += unpack(chunk, limit + 1 - len(content)) if unpack is not None else chunk
        if len(content) <= limit and (self._response.length or (unpack is not None and unpack.is_cut)):
            raise IncompleteRead(bytes(content), self._response.length or None)
        return bytes(content)

    def __enter__(self) -> Reply:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        whole = self._response.isclosed()
        self._response.close()
        if whole and self._line.sock is not None:
            self._keep(self._line)
        else:
            self._line.close()


class _Gunzip:
    """What unpacks gzip as it comes: one member behind another, as the format allows."""

    def __init__(self) -> None:
        self._member: Any = None

    @property
    def is_cut(self) -> bool:
        """True when the end of what began is missing."""
        return self._member is not None and not self._member.eof

    def __call__(self, chunk: bytes, room: int) -> bytes:
        """Return what the chunk holds, up to about that many bytes."""
        found = b""
        try:
            while chunk and len(found) < room:
                if not self.is_cut:
                    self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)
                found += self._member.decompress(chunk, room - len(found))
                chunk = self._member.unused_data
        except zlib.error as error:
            raise HTTPException(f"it is not gzip, as it says: {error}") from error
        return found


def _unpacker(encoding: str) -> _Gunzip | None:
    return _Gunzip() if encoding.strip().lower() in ("gzip", "x-gzip") else None


def _maker(
    scheme: str, host: str, port: int | None, timeouts: tuple[float, float], trusted: Trusted
) -> Callable[[], HTTPConnection]:
    """Return what makes a connection that is not open yet."""
    connect, read = timeouts
    if scheme == "http":
        return lambda: straight(HTTPConnection)(host, port, timeout=connect, patience=read)
    import ssl
    from http.client import HTTPSConnection

    context = ssl.create_default_context(cafile=trusted.get("cafile"), capath=trusted.get("capath"))
    context.set_alpn_protocols(["http/1.1"])
    return lambda: straight(HTTPSConnection)(host, port, timeout=connect, patience=read, context=context)


def _has_ended(sock: socket.socket) -> bool:
    """True when the server ended an idle connection, or said what nobody asked for."""
    found = select.poll()
    found.register(sock, select.POLLIN)
    return bool(found.poll(0))
