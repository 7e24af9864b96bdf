"""The one place that every request passes on its way in and out: requests are noted and delayed here.

Scripted faults belong here too: before `self._app` is called nothing is done yet, after it the work is done.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from wexa_sync.sandbox.store import Json
    from wexa_sync.sandbox.world import World

KEY_HEADER = "x-api-key"
"""Where the API key stands; a sample of the vendor repeats it in the query."""


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, noted and delayed."""
        entry = _entry(scope)
        if not entry["path"].startswith("/_sandbox/"):
            self._world.requests.append(entry)

        async def noted_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        if self._world.latency:
            await asyncio.sleep(self._world.latency)
        await self._app(scope, receive, noted_send)


def _entry(scope: Scope) -> Json:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = urlencode([pair for pair in pairs if pair[0].lower() != KEY_HEADER])
    return {"method": scope["method"], "path": scope["path"], "query": query, "status": None}
