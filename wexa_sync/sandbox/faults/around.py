"""Apply a fault: here those that replace or delay the answer or end the connection, in `spoil` the others."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import TYPE_CHECKING

from wexa_sync.sandbox.faults.answer import Answer
from wexa_sync.sandbox.faults.peer import process_at
from wexa_sync.sandbox.faults.spoil import SPOIL
from wexa_sync.sandbox.faults.strike import phrase
from wexa_sync.sandbox.replies import reply

if TYPE_CHECKING:
    from wexa_sync.sandbox.faults.strike import Serve, Strike

_SLICE_SECONDS = 0.05
_PAGE_PARAMETERS = (b"page", b"page_no", b"skip", b"after_id")


async def befall(strike: Strike, serve: Serve) -> Answer | None:
    """Apply one fault, and return the answer to send; None when the connection has ended."""
    around = AROUND.get(strike.fault.kind.name)
    if around is not None:
        strike.note()
        return await around(strike, serve)
    answer = await serve() if strike.is_after else Answer.of(reply({"message": "Accepted"}))
    spoilt = SPOIL[strike.fault.kind.name](strike, answer) if answer else None
    if spoilt is None:
        return answer
    strike.note()
    return spoilt


async def _delay(strike: Strike, serve: Serve) -> Answer | None:
    answer = await strike.work(serve)
    until = time.monotonic() + _seconds(strike)
    while (left := until - time.monotonic()) > 0 and not strike.is_over():
        await asyncio.sleep(min(left, _SLICE_SECONDS))
    return answer if strike.is_after else await serve()


async def _kill(strike: Strike, serve: Serve) -> Answer | None:
    await strike.work(serve)
    os.kill(os.getpid(), signal.SIGKILL)
    return None


async def _kill_client(strike: Strike, serve: Serve) -> Answer | None:
    scope = strike.exchange.scope
    named = strike.value("pid")
    pid = int(named) if named else process_at(scope["client"][1], connected_to=scope["server"][1])
    if pid is None:
        return strike.refusal(500, "kill_client: can't find the process that sent this request; name it: pid=NUMBER")
    await strike.work(serve)
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError as error:
        return strike.refusal(500, f"kill_client: can't kill process {pid}: {error.strerror}")
    await strike.exchange.close()
    return None


async def _refuse(strike: Strike, serve: Serve) -> Answer | None:
    answer = await strike.work(serve)
    strike.listener.leave(_seconds(strike))
    if answer is None:
        await strike.exchange.reset()
        return None
    return answer.having(b"connection", b"close")


async def _reset(strike: Strike, serve: Serve) -> Answer | None:
    await strike.work(serve)
    await strike.exchange.reset()
    return None


async def _drop(strike: Strike, serve: Serve) -> Answer | None:
    await strike.work(serve)
    await strike.exchange.close()
    return None


async def _hang(strike: Strike, serve: Serve) -> Answer | None:
    await strike.work(serve)
    gone = asyncio.ensure_future(strike.exchange.until_gone())
    while not gone.done() and not strike.is_over():
        await asyncio.wait({gone}, timeout=_SLICE_SECONDS)
    if not gone.done():
        gone.cancel()
        await strike.exchange.close()
    return None


async def _error(strike: Strike, serve: Serve) -> Answer | None:
    await strike.work(serve)
    status = strike.fault.status
    answer = strike.refusal(status, f"{phrase(status)} (scripted fault)")
    asked = strike.value("retry_after")
    return answer.having(b"retry-after", _retry_after(asked).encode()) if asked else answer


async def _redirect(strike: Strike, serve: Serve) -> Answer | None:
    await strike.work(serve)
    scope = strike.exchange.scope
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    place = strike.value("to").rstrip("/").encode() + scope["raw_path"] + query
    return Answer(status=strike.fault.status, headers=((b"location", place),), body=b"")


async def _repeat(strike: Strike, serve: Serve) -> Answer | None:
    scope = strike.exchange.scope
    parts = scope["query_string"].split(b"&")
    scope["query_string"] = b"&".join(part for part in parts if part.partition(b"=")[0] not in _PAGE_PARAMETERS)
    return await serve()


def _retry_after(asked: str) -> str:
    """Return a Retry-After header: a date for date+SECONDS or date-SECONDS, else the text as given."""
    sign = asked[4:5]
    if asked.startswith("date") and sign in ("+", "-") and asked[5:].isdigit():
        return formatdate(time.time() + int(asked[4:]), usegmt=True)
    return asked


def _seconds(strike: Strike) -> float:
    return int(strike.value("ms")) / 1000


AROUND: dict[str, Callable[[Strike, Serve], Awaitable[Answer | None]]] = {
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
"""The faults that stand around the work, by the name of their kind."""
