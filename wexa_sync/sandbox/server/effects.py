"""What a fault does when it strikes: around the server (the connection, the status), or to the answer that it gave."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.faults.lists import miscount, shorten
from wexa_sync.sandbox.faults.peer import process_at
from wexa_sync.sandbox.faults.script import Hidden
from wexa_sync.sandbox.replies import refusal, reply
from wexa_sync.sandbox.server.connections import Exchange, Listener

if TYPE_CHECKING:
    from starlette.responses import Response

    from wexa_sync.sandbox.faults.script import Scripted
    from wexa_sync.sandbox.faults.table import Fault
    from wexa_sync.sandbox.store import Json
    from wexa_sync.sandbox.world.world import World

_SLICE_SECONDS = 0.05
_HTML = b"<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>\n"
_DAMAGE = b"\xff\xfe\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; where `cut` is a number, only so many bytes of it are sent before the connection is closed."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    cut: int | None = None

    @staticmethod
    def of(response: Response) -> Answer:
        """What a response says."""
        return Answer(status=response.status_code, headers=tuple(response.raw_headers), body=bytes(response.body))

    def having(self, name: bytes, value: bytes) -> Answer:
        """The same with one header set."""
        others = tuple(header for header in self.headers if header[0] != name)
        return replace(self, headers=(*others, (name, value)))

    def saying(self, body: bytes, status: str) -> Answer:
        """The same with another body, and with that status where one is named; 204 could have no body."""
        number = int(status) if status else 200 if self.status == 204 else self.status
        return replace(self, body=body, status=number)

    def rewritten(self, value: Any) -> Answer:
        """The same with `value` as its JSON."""
        return replace(self, body=bytes(reply(value).body))

    def parsed(self) -> Any:
        """The body as JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


Serve: TypeAlias = Callable[[], Awaitable[Answer | None]]
"""What stands behind a fault: it does the work and answers, or has ended the connection (None)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The request that is struck, and where that is noted."""

    exchange: Exchange
    world: World
    listener: Listener
    entry: Json

    def note(self, scripted: Scripted) -> None:
        """Say in the notes of requests that this fault did something."""
        scripted.struck += 1
        self.entry["fault"] = "; ".join(filter(None, (self.entry["fault"], str(scripted.fault))))

    def is_over(self, scripted: Scripted) -> bool:
        """Whether nobody wants this fault to go on: it was forgotten, or the server ends."""
        return self.listener.ends or scripted not in self.world.script


async def befall(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    """Let one fault strike: what is to be answered, None where the connection has ended."""
    fault = scripted.fault
    around = _AROUND.get(fault.kind.name)
    if around is not None:
        call.note(scripted)
        return await around(scripted, call, serve)
    answer = await serve() if fault.when == "after" else Answer.of(reply({"message": "Accepted"}))
    spoilt = _SPOILT[fault.kind.name](scripted, call, answer) if answer else None
    if spoilt is None:
        return answer
    call.note(scripted)
    return spoilt


async def _work(fault: Fault, serve: Serve) -> Answer | None:
    """Have the work done, where the fault comes after it."""
    return await serve() if fault.when == "after" else None


async def _delay(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    answer = await _work(scripted.fault, serve)
    until = time.monotonic() + _seconds(scripted.fault)
    while (left := until - time.monotonic()) > 0 and not call.is_over(scripted):
        await asyncio.sleep(min(left, _SLICE_SECONDS))
    return answer if scripted.fault.when == "after" else await serve()


async def _kill(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:  # noqa: ARG001 # as the others
    await _work(scripted.fault, serve)
    os.kill(os.getpid(), signal.SIGKILL)
    return None


async def _kill_client(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    scope = call.exchange.scope
    named = scripted.fault.value("pid")
    pid = int(named) if named else process_at(scope["client"][1], connected_to=scope["server"][1])
    if pid is None:
        sentence = "kill_client: can't tell which process sent this; name it with pid=NUMBER"
        return _refusal(call, 500, sentence)
    await _work(scripted.fault, serve)
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError as error:
        return _refusal(call, 500, f"kill_client: can't kill process {pid}: {error.strerror}")
    await call.exchange.close()
    return None


async def _refuse(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    answer = await _work(scripted.fault, serve)
    call.listener.leave(_seconds(scripted.fault))
    if answer is None:
        await call.exchange.reset()
        return None
    return answer.having(b"connection", b"close")


async def _reset(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    await _work(scripted.fault, serve)
    await call.exchange.reset()
    return None


async def _drop(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    await _work(scripted.fault, serve)
    await call.exchange.close()
    return None


async def _hang(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    await _work(scripted.fault, serve)
    gone = asyncio.ensure_future(call.exchange.until_gone())
    while not gone.done() and not call.is_over(scripted):
        await asyncio.wait({gone}, timeout=_SLICE_SECONDS)
    if not gone.done():
        gone.cancel()
        await call.exchange.close()
    return None


async def _error(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    fault = scripted.fault
    await _work(fault, serve)
    answer = _refusal(call, fault.status, f"{_phrase(fault.status)} (scripted fault)")
    asked = fault.value("retry_after")
    return answer.having(b"retry-after", _wait(asked).encode()) if asked else answer


async def _redirect(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:
    await _work(scripted.fault, serve)
    scope = call.exchange.scope
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    place = scripted.fault.value("to").rstrip("/").encode() + scope["raw_path"] + query
    return Answer(status=scripted.fault.status, headers=((b"location", place),), body=b"")


async def _repeat(scripted: Scripted, call: Call, serve: Serve) -> Answer | None:  # noqa: ARG001 # as the others
    parts = call.exchange.scope["query_string"].split(b"&")
    kept = [part for part in parts if part.partition(b"=")[0] not in (b"page", b"page_no", b"skip", b"after_id")]
    call.exchange.scope["query_string"] = b"&".join(kept)
    return await serve()


def _cut(scripted: Scripted, call: Call, answer: Answer) -> Answer:  # noqa: ARG001 # as the others
    body = answer.body if len(answer.body) > 1 else b'{"message": ""}'
    return replace(answer.saying(body, scripted.fault.value("status")), cut=len(body) // 2)


def _garble(scripted: Scripted, call: Call, answer: Answer) -> Answer:  # noqa: ARG001
    return answer.saying(_DAMAGE + answer.body[::-1], scripted.fault.value("status"))


def _empty(scripted: Scripted, call: Call, answer: Answer) -> Answer:  # noqa: ARG001
    return answer.saying(b"", scripted.fault.value("status"))


def _html(scripted: Scripted, call: Call, answer: Answer) -> Answer:  # noqa: ARG001
    page = answer.saying(_HTML, scripted.fault.value("status"))
    return page.having(b"content-type", b"text/html; charset=utf-8")


def _echo(scripted: Scripted, call: Call, answer: Answer) -> Answer | None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in call.exchange.scope["headers"]}
    status = scripted.fault.value("status")
    if status and int(status) >= 400:
        words = ", ".join(f"{name}: {value}" for name, value in headers.items())
        return _refusal(call, int(status), f"{_phrase(int(status))}: {words}")
    body = answer.parsed()
    if isinstance(body, list):
        return None  # a bare list has no place for more
    said = (body if isinstance(body, dict) else {}) | {"request_headers": headers}
    return answer.saying(bytes(reply(said).body), status)


def _short(scripted: Scripted, call: Call, answer: Answer) -> Answer | None:  # noqa: ARG001
    body = answer.parsed()
    return answer.rewritten(body) if shorten(body, int(scripted.fault.value("items"))) else None


def _total(scripted: Scripted, call: Call, answer: Answer) -> Answer | None:  # noqa: ARG001
    body = answer.parsed()
    return answer.rewritten(body) if miscount(body, int(scripted.fault.value("by"))) else None


def _stale(scripted: Scripted, call: Call, answer: Answer) -> Answer | None:
    if answer.status >= 300:
        return None  # nothing was made
    ident = _made(call, answer)
    call.world.script.hidden.append(Hidden(ident, int(scripted.fault.value("lists")), scripted))
    return answer


def _made(call: Call, answer: Answer) -> str:
    """The id of what a request made: the client's own choice, or what the answer says, or what the store took last."""
    try:
        sent = json.loads(call.exchange.body)
    except ValueError:
        sent = None
    said = answer.parsed()
    for place in (sent, said, said.get("data") if isinstance(said, dict) else None):
        if isinstance(place, dict) and isinstance(place.get("_id"), str):
            return str(place["_id"])
    with call.world.store.transaction():
        return call.world.store.newest()


def _refusal(call: Call, status: int, sentence: str) -> Answer:
    return Answer.of(refusal(call.world.readings, call.exchange.scope["path"], ApiError(status, sentence)))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _wait(asked: str) -> str:
    """A Retry-After header: the text itself, or a date that lies so far off."""
    sign = asked[4:5]
    if asked.startswith("date") and sign in ("+", "-") and asked[5:].isdigit():
        return formatdate(time.time() + int(asked[4:]), usegmt=True)
    return asked


def _seconds(fault: Fault) -> float:
    return int(fault.value("ms")) / 1000


_AROUND: dict[str, Callable[[Scripted, Call, Serve], Awaitable[Answer | None]]] = {
    "delay": _delay,
    "kill": _kill,
    "kill_client": _kill_client,
    "refuse": _refuse,
    "reset": _reset,
    "drop": _drop,
    "hang": _hang,
    "400..599": _error,
    "301..308": _redirect,
    "repeat": _repeat,
}
_SPOILT: dict[str, Callable[[Scripted, Call, Answer], Answer | None]] = {
    "cut": _cut,
    "garble": _garble,
    "empty": _empty,
    "html": _html,
    "echo": _echo,
    "short": _short,
    "total": _total,
    "stale": _stale,
}
