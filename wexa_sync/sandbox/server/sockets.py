"""Bind sockets to listen on."""

from __future__ import annotations

import socket

BACKLOG = 512
"""The number of connections that may wait to be accepted: more than any test opens at once."""


def bound(host: str, port: int) -> socket.socket:
    """Return a socket with that address that does not listen yet: connections are refused. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only if the protocol is named. Left on, it costs 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
