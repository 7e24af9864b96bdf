"""Reach the sockets under the server: end a request's connection, stop listening for a while, and end at once."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from wexa_sync.sandbox.server.sockets import BACKLOG, bound

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope

_CONNECTION = "connection"
_LINGER_FOR_NOTHING = struct.pack("ii", 1, 0)
_SLICE_SECONDS = 0.002


class Server(uvicorn.Server):
    """Serve until `end`, and end as soon as the last answer is sent. uvicorn itself looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    def end(self) -> None:
        """Make the server end, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Wait for `end`."""
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and wait until every answer is sent and every connection closed."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(_SLICE_SECONDS)


class Connection(H11Protocol):
    """Give requests their connection: ASGI gives an application no way to reach its socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the connection where uvicorn copies the state of each request from."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CONNECTION: self}


class Exchange:
    """Hold one request, the body read so far, and the connection, which can be ended without an answer."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.body = b""
        self._receive = receive
        self._whole = False

    async def receive(self) -> Message:
        """Return the next part of the request, and keep its bytes in `body`."""
        message = await self._receive()
        if message["type"] == "http.request":
            self.body += message.get("body", b"")
            self._whole = not message.get("more_body", False)
        return message

    async def close(self) -> None:
        """Close the connection after the bytes written to it: the client sees an end (FIN), not an error."""
        # The system resets a connection that is closed while it holds unread bytes.
        while not self._whole and (await self.receive())["type"] != "http.disconnect":
            pass
        self._transport.close()
        await self.until_gone()

    async def reset(self) -> None:
        """Reset the connection: the client sees an error (RST), and loses the bytes it has not read."""
        transport = self._transport
        if not transport.is_closing():
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_FOR_NOTHING)
            transport.abort()
        await self.until_gone()

    async def until_gone(self) -> None:
        """Wait until the connection has ended. Before that, uvicorn reports a missing answer as our error."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    @property
    def _transport(self) -> asyncio.Transport:
        connection: Connection = self.scope["state"][_CONNECTION]
        return connection.transport


class Listener:
    """Hold the listening sockets of a server, which can stop listening for a while. Set `server` before it starts."""

    server: uvicorn.Server

    def __init__(self) -> None:
        self._until = 0.0
        self._absence: asyncio.Task[None] | None = None

    @property
    def ends(self) -> bool:
        """True when the server was asked to end."""
        return self.server.should_exit

    def leave(self, seconds: float) -> None:
        """Refuse new connections for `seconds`, and close the present ones as soon as they are idle."""
        self._until = max(self._until, time.monotonic() + seconds)
        if self._absence is None:
            places = [listening.sockets[0].getsockname()[:2] for listening in self.server.servers]
            for listening in self.server.servers:
                listening.close()
            # Bound at once, so that no other process gets the ports: connections are refused until it listens.
            self._absence = asyncio.get_running_loop().create_task(self._come_back([bound(*each) for each in places]))
        for connection in list(self.server.server_state.connections):
            connection.shutdown()

    async def _come_back(self, places: list[socket.socket]) -> None:
        try:
            while (left := self._until - time.monotonic()) > 0:
                await asyncio.sleep(left)
        except asyncio.CancelledError:  # the server has ended
            _close(places)
            raise
        self._absence = None
        if self.ends:
            _close(places)
            return
        connect = partial(Connection, self.server.config, self.server.server_state, {})
        loop = asyncio.get_running_loop()
        self.server.servers = [await loop.create_server(connect, sock=each, backlog=BACKLOG) for each in places]


def _close(places: list[socket.socket]) -> None:
    for each in places:
        each.close()
