"""What a client sees on its socket, byte by byte and to the very end: no library stands between."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .client import KEY, Client, project_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that came, and how it ended: `closed`, `reset`, or still `open` when the client had waited long enough."""

    data: bytes
    end: str

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.data.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer."""
        lines = self.data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self) -> bytes:
        """What came of the body."""
        return self.data.partition(b"\r\n\r\n")[2]


def address_of(api: Client) -> tuple[str, int]:
    """Where a sandbox listens."""
    parts = urlsplit(api.base_url)
    return str(parts.hostname), int(parts.port or 0)


def request(method: str, target: str, body: Any = None) -> bytes:
    """A request as it stands on the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {target} HTTP/1.1\r\nhost: sandbox\r\nx-api-key: {KEY}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


def exchange(api: Client, message: bytes, *, patience: float = 60.0) -> Seen:
    """Send that on a connection of its own, and watch until the server ends it or patience does."""
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
    """Ask for a new project, and for the connection to be closed after the answer."""
    message = request("POST", "/v1/project", project_body()).replace(b"host:", b"connection: close\r\nhost:", 1)
    return exchange(api, message, patience=patience)
