"""Change an answer. Each fault returns the changed answer, None if there was nothing to change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wexa_sync.sandbox.faults.lists import miscount, shorten
from wexa_sync.sandbox.faults.script import Hidden
from wexa_sync.sandbox.faults.strike import phrase
from wexa_sync.sandbox.replies import reply

if TYPE_CHECKING:
    from wexa_sync.sandbox.faults.answer import Answer
    from wexa_sync.sandbox.faults.strike import Strike

_HTML = b"<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>\n"
_DAMAGE = b"\xff\xfe\x00"


def _cut(strike: Strike, answer: Answer) -> Answer:
    body = answer.body if len(answer.body) > 1 else b'{"message": ""}'
    return replace(answer.saying(body, strike.value("status")), cut=len(body) // 2)


def _garble(strike: Strike, answer: Answer) -> Answer:
    return answer.saying(_DAMAGE + answer.body[::-1], strike.value("status"))


def _empty(strike: Strike, answer: Answer) -> Answer:
    return answer.saying(b"", strike.value("status"))


def _html(strike: Strike, answer: Answer) -> Answer:
    return answer.saying(_HTML, strike.value("status")).having(b"content-type", b"text/html; charset=utf-8")


def _echo(strike: Strike, answer: Answer) -> Answer | None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in strike.exchange.scope["headers"]}
    status = strike.value("status")
    if status and int(status) >= 400:
        words = ", ".join(f"{name}: {value}" for name, value in headers.items())
        return strike.refusal(int(status), f"{phrase(int(status))}: {words}")
    body = answer.parsed()
    if isinstance(body, list):
        return None  # a bare list has no place for more
    whole = (body if isinstance(body, dict) else {}) | {"request_headers": headers}
    return answer.saying(bytes(reply(whole).body), status)


def _short(strike: Strike, answer: Answer) -> Answer | None:
    body = answer.parsed()
    return answer.rewritten(body) if shorten(body, int(strike.value("items"))) else None


def _total(strike: Strike, answer: Answer) -> Answer | None:
    body = answer.parsed()
    return answer.rewritten(body) if miscount(body, int(strike.value("by"))) else None


def _stale(strike: Strike, answer: Answer) -> Answer | None:
    if answer.status >= 300:
        return None  # nothing was made
    hidden = Hidden(ident=_made(strike, answer), lists=int(strike.value("lists")), by=strike.scripted)
    strike.world.script.hidden.append(hidden)
    return answer


def _made(strike: Strike, answer: Answer) -> str:
    """Return the id of the created object: from the request, the answer, or the newest row of the store."""
    try:
        sent = json.loads(strike.exchange.body)
    except ValueError:
        sent = None
    parsed = answer.parsed()
    for place in (sent, parsed, parsed.get("data") if isinstance(parsed, dict) else None):
        if isinstance(place, dict) and isinstance(place.get("_id"), str):
            return str(place["_id"])
    with strike.world.store.transaction():
        return strike.world.store.newest()


SPOIL: dict[str, Callable[[Strike, Answer], Answer | None]] = {
    "cut": _cut,
    "garble": _garble,
    "empty": _empty,
    "html": _html,
    "echo": _echo,
    "short": _short,
    "total": _total,
    "stale": _stale,
}
"""The faults that change an answer, by the name of their kind."""
