"""Sockets to listen on."""

from __future__ import annotations

import socket

BACKLOG = 512
"""How many connections wait to be accepted: more than any test opens at once."""


def bound(host: str, port: int) -> socket.socket:
    """A socket that has the address, and does not listen yet: connections are refused. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only then; left on, it costs 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
