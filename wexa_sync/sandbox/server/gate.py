"""Note every request, delay it, and apply the scripted faults that strike it.

Faults stand around the application: no work is done before it is called, and all work is done after it returns.
"""

from __future__ import annotations

from asyncio import get_running_loop, sleep
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from wexa_sync.sandbox.faults.answer import Answer
from wexa_sync.sandbox.faults.around import befall
from wexa_sync.sandbox.faults.lists import hide
from wexa_sync.sandbox.faults.strike import Serve, Strike
from wexa_sync.sandbox.server.connections import Exchange, Listener
from wexa_sync.sandbox.world.clock import http_date

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from wexa_sync.sandbox.faults.script import Scripted
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

KEY_HEADER = "x-api-key"
"""The header with the API key. A sample of the vendor repeats the key in the query."""


class Gate:
    """Stand as ASGI middleware around the whole application, and around the store of contents at its own port."""

    def __init__(self, app: ASGIApp, contents: ASGIApp, world: World, listener: Listener) -> None:
        self._app = app
        self._contents = contents
        self._world = world
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request: note it, delay it, and apply the faults that strike it.

        Half of the latency is the way here. The other half is the way back, and has the time of the work in it.
        """
        entry, clock, latency = _entry(scope), get_running_loop().time, self._world.latency
        due = clock() + latency
        scope["state"]["world"] = self._world  # uvicorn copies the state for each request

        async def noted_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                date = http_date(self._world.clock.last_seen).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
                if (left := due - clock()) > 0:
                    await sleep(left)
            await send(message)

        script, is_own = self._world.script, entry["path"].startswith("/_sandbox/")
        if not is_own:
            self._world.requests.append(entry)
        if latency:
            await sleep(latency / 2)
        # No fault strikes the sandbox's own endpoints: otherwise no fault could be removed.
        striking = [] if is_own else script.striking(scope["method"], scope["path"])
        if striking or (script.hidden and not is_own):
            await self._struck(striking, Exchange(scope, receive), entry, noted_send)
        else:
            await self._behind(scope)(scope, receive, noted_send)

    def _behind(self, scope: Scope) -> ASGIApp:
        return self._contents if scope["server"][1] == self._world.content_port else self._app

    async def _struck(self, striking: list[Scripted], exchange: Exchange, entry: Json, send: Send) -> None:
        strike = partial(Strike, exchange=exchange, world=self._world, listener=self._listener, entry=entry)
        serve: Serve = partial(self._served, exchange, strike)
        for scripted in reversed(striking):
            serve = partial(befall, strike(scripted=scripted), serve)
        answer = await serve()
        if answer is not None:
            await _send(answer, exchange, send)

    async def _served(self, exchange: Exchange, strike: Callable[..., Strike]) -> Answer:
        """Do the work, and return the answer without the objects that are hidden from lists."""
        start: Any = None
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            else:
                body += message.get("body", b"")

        await self._behind(exchange.scope)(exchange.scope, exchange.receive, collect)
        answer = Answer(status=start["status"], headers=tuple(start["headers"]), body=body)
        if self._world.script.hidden and exchange.scope["method"] == "GET" and answer.status == 200:
            return self._without_hidden(answer, strike)
        return answer

    def _without_hidden(self, answer: Answer, strike: Callable[..., Strike]) -> Answer:
        listing = answer.parsed()
        hidden = [each for each in self._world.script.hidden if hide(listing, each.ident)]
        for each in hidden:
            strike(scripted=each.by).note()
            each.lists -= 1
            if not each.lists:
                self._world.script.hidden.remove(each)
        return answer.rewritten(listing) if hidden else answer


async def _send(answer: Answer, exchange: Exchange, send: Send) -> None:
    """Send an answer with the Content-Length of the whole body, even if the body is cut."""
    whole = answer if answer.status == 204 else answer.having(b"content-length", str(len(answer.body)).encode())
    await send({"type": "http.response.start", "status": whole.status, "headers": list(whole.headers)})
    await send({"type": "http.response.body", "body": whole.body[: whole.cut], "more_body": whole.cut is not None})
    if whole.cut is not None:
        await exchange.close()


def _entry(scope: Scope) -> Json:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = urlencode([pair for pair in pairs if pair[0].lower() != KEY_HEADER])
    return {"method": scope["method"], "path": scope["path"], "query": query, "status": None, "fault": None}
