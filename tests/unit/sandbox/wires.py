"""Exchange bytes on a plain socket, without an HTTP library, and see how the connection ends."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from .client import KEY, Client, project_body


class Seen(Struct, frozen=True, kw_only=True):
    """Hold the received bytes, and the connection's end: `closed`, `reset`, or `open` if the client stopped waiting."""

    data: bytes
    end: str

    @property
    def status(self) -> int:
        """Return the status of the response."""
        return int(self.data.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of the response."""
        lines = self.data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self) -> bytes:
        """Return the part of the body that was received."""
        return self.data.partition(b"\r\n\r\n")[2]


def address_of(api: Client) -> tuple[str, int]:
    """Return the host and port of a sandbox."""
    parts = urlsplit(api.base_url)
    return str(parts.hostname), int(parts.port or 0)


def request(method: str, target: str, body: Any = None) -> bytes:
    """Return the bytes of a request."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {target} HTTP/1.1\r\nhost: sandbox\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


def exchange(api: Client, message: bytes, *, patience: float = 60.0) -> Seen:
    """Send bytes on a new connection, and read until the server ends it or `patience` seconds have passed."""
    with socket.create_connection(address_of(api), timeout=patience) as connection:
        connection.sendall(message)
        data = b""
        try:
            while part := connection.recv(65536):
                data += part
        except TimeoutError:
            return Seen(data=data, end="open")
        except ConnectionResetError:
            return Seen(data=data, end="reset")
        return Seen(data=data, end="closed")


def make_project(api: Client, *, patience: float = 60.0) -> Seen:
    """Send a request for a new project that asks the server to close the connection."""
    message = request("POST", "/v1/project", project_body()).replace(b"host:", b"connection: close\r\nhost:", 1)
    return exchange(api, message, patience=patience)
