"""Make the ApiError for a request without a response: it was not sent, or its response was lost. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport.responses import MAX_RAW, Call, spellings
from wexa_sync.errors import LostAnswer, Unreachable


def not_begun(call: Call, cutoff: Cutoff) -> Unreachable:
    """Return the error of a request that the cutoff kept from being sent."""
    why = cutoff.why if cutoff.stopped else "the time given by --timeout is over"
    larger = "" if cutoff.stopped else " A larger --timeout helps."
    return Unreachable(
        f"not sent: {why}",
        method=call.method,
        path=call.path,
        hint=f"Run the command again: it goes on from what was done.{larger}",
    )


def unreachable(call: Call, why: str, base_url: str, proxy: str) -> Unreachable:
    """Return the error of a request that could not be sent, straight or through the proxy of that address."""
    guard, _, address = proxy.rpartition("://")[2].rpartition("@")
    # Some faults quote the whole address, with the user and the password of the proxy.
    shielded = replace(call, hidden=(*call.hidden, *spellings([guard, unquote(guard), *guard.split(":")[1:]])))
    through = f" through the proxy {call.words(address.partition('/')[0], MAX_RAW)}" if proxy else ""
    advice = f"Check the network, and that WEXA_BASE_URL is right: {base_url}"
    if proxy:
        advice = "Check the proxy, which HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names; NO_PROXY says what needs none."
    return Unreachable(
        f"could not connect to {urlsplit(base_url).netloc}{through}: {shielded.words(why, MAX_RAW)}",
        method=call.method,
        path=call.path,
        hint=f"Nothing was sent. {advice}",
    )


def lost(call: Call, why: str, status: int | None = None) -> LostAnswer:
    """Return the error of a request that was sent, at least in part, and has no whole response."""
    return LostAnswer(
        f"the request was sent, but no whole answer came back: {call.words(why, MAX_RAW)}",
        method=call.method,
        path=call.path,
        status=status,
        hint="Run `wexa-sync plan` again: it looks on the server for what became of this.",
    )


def reason(fault: Exception) -> str:
    """Return in a few words what lies at the bottom of an exception."""
    *_, innermost = _chain(fault)
    return getattr(innermost, "strerror", None) or str(innermost) or type(innermost).__name__


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """Yield the fault and what it wraps, from requests over urllib3 down to the socket."""
    inner: BaseException | None = fault
    while inner is not None:
        yield inner
        wrapped = (getattr(inner, "reason", None), *inner.args, inner.__cause__)
        inner = next((part for part in wrapped if isinstance(part, BaseException)), None)
