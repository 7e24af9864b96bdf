"""The one place that every request passes on its way in and out: requests are noted and delayed here, and struck.

Scripted faults stand around `self._app`: before it is called nothing is done yet, after it the work is done.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from wexa_sync.sandbox.faults.lists import hide
from wexa_sync.sandbox.server.connections import Exchange, Listener
from wexa_sync.sandbox.server.effects import Answer, Call, Serve, befall
from wexa_sync.sandbox.world.clock import http_date

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from wexa_sync.sandbox.faults.script import Scripted
    from wexa_sync.sandbox.store import Json
    from wexa_sync.sandbox.world.world import World

KEY_HEADER = "x-api-key"
"""Where the API key stands; a sample of the vendor repeats it in the query."""


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, world: World, listener: Listener) -> None:
        self._app = app
        self._world = world
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on: noted, delayed, and struck by the faults that are scripted for it."""
        entry = _entry(scope)

        async def noted_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                date = http_date(self._world.clock.last_seen).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
            await send(message)

        script, is_own = self._world.script, entry["path"].startswith("/_sandbox/")
        if not is_own:
            self._world.requests.append(entry)
        if self._world.latency:
            await asyncio.sleep(self._world.latency)
        # The sandbox's own endpoints are spared whatever is scripted, or no fault could be taken back.
        striking = [] if is_own else script.striking(scope["method"], scope["path"])
        if striking or (script.hidden and not is_own):
            await self._struck(striking, Exchange(scope, receive), entry, noted_send)
        else:
            await self._app(scope, receive, noted_send)

    async def _struck(self, striking: list[Scripted], exchange: Exchange, entry: Json, send: Send) -> None:
        call = Call(exchange=exchange, world=self._world, listener=self._listener, entry=entry)
        serve: Serve = partial(self._served, call)
        for scripted in reversed(striking):
            serve = partial(befall, scripted, call, serve)
        answer = await serve()
        if answer is not None:
            await _send(answer, exchange, send)

    async def _served(self, call: Call) -> Answer:
        """Have the work done; the answer, without what is hidden from lists."""
        start: Any = None
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            else:
                body += message.get("body", b"")

        await self._app(call.exchange.scope, call.exchange.receive, collect)
        answer = Answer(status=start["status"], headers=tuple(start["headers"]), body=body)
        if self._world.script.hidden and call.exchange.scope["method"] == "GET" and answer.status == 200:
            return self._without_hidden(answer, call)
        return answer

    def _without_hidden(self, answer: Answer, call: Call) -> Answer:
        listing = answer.parsed()
        struck = [each for each in self._world.script.hidden if hide(listing, each.ident)]
        for each in struck:
            call.note(each.by)
            each.lists -= 1
            if not each.lists:
                self._world.script.hidden.remove(each)
        return answer.rewritten(listing) if struck else answer


async def _send(answer: Answer, exchange: Exchange, send: Send) -> None:
    """Answer, with a Content-Length that tells of the whole body whatever comes of it."""
    whole = answer if answer.status == 204 else answer.having(b"content-length", str(len(answer.body)).encode())
    await send({"type": "http.response.start", "status": whole.status, "headers": list(whole.headers)})
    await send({"type": "http.response.body", "body": whole.body[: whole.cut], "more_body": whole.cut is not None})
    if whole.cut is not None:
        await exchange.close()


def _entry(scope: Scope) -> Json:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = urlencode([pair for pair in pairs if pair[0].lower() != KEY_HEADER])
    return {"method": scope["method"], "path": scope["path"], "query": query, "status": None, "fault": None}
