"""Make the ApiError for a request without a response: it was not sent, or its response was lost. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport.certificates import HOW
from wexa_sync.api.transport.responses import MAX_RAW, Call, spellings
from wexa_sync.errors import ApiError, LostAnswer, NotBegun, Unreachable

_LOOK = "Run `wexa-sync plan` again: it looks on the server for what became of this."


def not_begun(call: Call, cutoff: Cutoff, last: ApiError | None = None) -> Unreachable:
    """Return the error of a request that the cutoff kept from being sent. `last` is the error of the attempt before."""
    why = cutoff.why if cutoff.stopped else "the time given by --timeout is over"
    hint = f"Run the command again: it continues from what was done.{_larger(cutoff)}"
    if last is not None:
        why += f"; before that: {last.why}"
        hint = last.hint if isinstance(last, Unreachable) else hint
    how = NotBegun if last is None else Unreachable
    return how(f"not sent: {why}", method=call.method, path=call.path, hint=hint)


def unreachable(call: Call, why: str, base_url: str, proxy: str, env: Mapping[str, str]) -> Unreachable:
    """Return the error of a request that could not be sent, straight or through the proxy of that address."""
    guard, _, address = proxy.rpartition("://")[2].rpartition("@")
    # Some faults quote the whole address, with the user and the password of the proxy.
    shielded = replace(call, hidden=(*call.hidden, *spellings([guard, unquote(guard), *guard.split(":")[1:]])))
    through = f" through the proxy {call.words(address.partition('/')[0], MAX_RAW)}" if proxy else ""
    advice = f"Check the network, and that WEXA_BASE_URL is right: {base_url}"
    if proxy:
        advice = f"Check the proxy, which {_proxy_variable(base_url, env)} names; NO_PROXY says what needs none."
    advice = _tls_advice(why, through_proxy=bool(proxy)) or advice
    return Unreachable(
        f"could not connect to {urlsplit(base_url).netloc}{through}: {shielded.words(why, MAX_RAW)}",
        method=call.method,
        path=call.path,
        hint=f"Nothing was sent. {advice}",
    )


def _proxy_variable(base_url: str, env: Mapping[str, str]) -> str:
    """Return the variable that names the proxy for that address, as the library that asks for it looks them up."""
    names = [f"{urlsplit(base_url).scheme}_proxy", "all_proxy"]
    spelled = [spelling for name in names for spelling in (name, name.upper())]
    return next((name for name in spelled if env.get(name)), "the system")


def _tls_advice(why: str, *, through_proxy: bool) -> str:
    """Return what to do where the connection failed for its certificate or its protocol; empty where it did not."""
    if "SOCKS" in why:
        return "A proxy that speaks SOCKS needs one more package: pip install 'requests[socks]'."
    if "WRONG_VERSION_NUMBER" in why.upper().replace(" ", "_") or "record layer failure" in why:
        other = (
            "Write the proxy's address as http://HOST:PORT." if through_proxy else "Check WEXA_BASE_URL and its port."
        )
        return f"The other side speaks no TLS there. {other}"
    if "certificate verify failed" not in why:
        return ""
    if "expired" in why or "not yet valid" in why:
        return "Check the clock of this machine. If it is right, the server's certificate has to be renewed."
    if "mismatch" in why or "doesn't match" in why or "is not valid for" in why:
        return "Check WEXA_BASE_URL: the certificate of that server is for another name."
    return f"Its certificate comes from an authority that is not known here, as a company's own: {HOW}"


def lost(call: Call, why: str, status: int | None = None, hint: str = _LOOK) -> LostAnswer:
    """Return the error of a request that was sent, at least in part, and has no whole response."""
    return LostAnswer(
        f"the request was sent, but no whole answer came back: {call.words(why, MAX_RAW)}",
        method=call.method,
        path=call.path,
        status=status,
        hint=hint,
    )


def unread(call: Call, why: str, status: int | None, cutoff: Cutoff) -> LostAnswer:
    """Return the error of a read without a whole response, where nothing but reads was sent."""
    return lost(call, why, status, f"Run the command again: nothing was changed.{_larger(cutoff)}")


def _larger(cutoff: Cutoff) -> str:
    return " A larger --timeout helps." if cutoff.over and not cutoff.stopped else ""


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
