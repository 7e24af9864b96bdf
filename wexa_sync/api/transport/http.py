"""Send requests to the API with the key, repeat what may be repeated, keep the pace."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct

from wexa_sync import __version__
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport.body import encode
from wexa_sync.api.transport.connection import Flight
from wexa_sync.api.transport.failures import lost, not_begun, reason, unreachable, unread
from wexa_sync.api.transport.pool import Pool
from wexa_sync.api.transport.responses import MAX_BODY, MAX_ERROR_BODY, Call, ahead, spellings, understand
from wexa_sync.api.transport.retry import Policy, RateLimiter, asked_wait, decide
from wexa_sync.api.transport.url import normal_base_url
from wexa_sync.errors import ApiError, SettingsError, Throttled, Unreachable, UsageError
from wexa_sync.model import Secret
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.secrecy.keys import SHORTEST_KEY

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_CHUNK = 1024 * 1024
_WHOLE = 4.0  # times `read_timeout`, for an answer as a whole: it may come in parts, but not forever
_BUSY = "the server, which asks for a pause"
_GRACE = 10.0  # seconds that what is in flight is given after the time is over, once anything but reads was sent


_HEADERS = {
    "User-Agent": f"wexa-sync/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
}


Keep: TypeAlias = Callable[[Any], Any]


def as_it_is(body: Any) -> Any:
    """Return the body."""
    return body


class _Wire(PartlyShown, frozen=True, kw_only=True):
    """Hold a request as each attempt sends it."""

    UNSHOWN = frozenset({"headers", "body"})

    target: str
    headers: Mapping[str, str]
    body: bytes | None


class Answer(Struct, frozen=True, kw_only=True):
    """Hold a success: what is kept of its body (None where that was empty), and how many requests it took."""

    status: int
    body: Any
    attempts: int


class Exchange(Struct, frozen=True, kw_only=True):
    """Describe one request as an observer sees it: no header, query or body.

    `status` is None where no response came.
    """

    method: str
    path: str
    status: int | None
    seconds: float
    attempt: int
    error: str = ""


class Http:
    """Reach the API over HTTP, for any number of threads. `observer` gets every attempt, in the thread that made it.

    `ahead` is by how many seconds the server's clock is ahead of ours by its last `Date`; 0.0 where there was none.

    `base_url` may end in a slash; plain http to another machine needs `allow_http`, since the key would travel in the
    clear. At most `pool` requests are under way at a time, from however many threads. `limiter` is the pace this Http
    shares with whoever else holds it. Once `cutoff` is over, nothing is sent.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: Secret,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        pool: int = 10,
        policy: Policy | None = None,
        limiter: RateLimiter | None = None,
        observer: Callable[[Exchange], None] | None = None,
        allow_http: bool = False,
        cutoff: Cutoff | None = None,
        sleep: Callable[[float], object] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._base_url = normal_base_url(base_url, allow_http=allow_http)
        self._api_key = _usable(api_key)
        self._spelt = spellings([api_key.reveal()])
        self._hunted = self._spelt if len(api_key.reveal()) >= SHORTEST_KEY else ()
        self._whole = _WHOLE * read_timeout
        self._policy = policy or Policy()
        self._cutoff = cutoff or Cutoff()
        self._sleep = (lambda seconds, _: sleep(seconds)) if sleep else self._cutoff.wait
        self._limiter = limiter or RateLimiter(sleep=lambda seconds: self._sleep(seconds, _BUSY))
        self._observer = observer
        self._jitter = jitter
        self._writes = False  # whether anything was sent that is no read
        self._slots = BoundedSemaphore(pool)
        self._at_hand = Lock()  # a parsed body takes more memory than its bytes: there is one at a time
        self._pool = Pool(self._base_url, size=pool, timeouts=(connect_timeout, read_timeout))
        self.ahead = 0.0

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Any = None,
        repeatable: bool,
        keep: Keep = as_it_is,
    ) -> Answer:
        """Send a request, again where that is allowed, and return the response of a success. Raise ApiError else.

        The path is sent as given (`segment` encodes what is put into one); None as body sends none. A Secret in the
        body is revealed on the wire only, and masked where the server echoes it in an error. `keep` returns what is to
        stay of the body of a success. It sends no request: no other body is parsed until then.
        """
        encoded = encode(method, path, body)
        call = Call(method=method, path=path, hidden=(*self._spelt, *spellings(encoded.secrets)), key=self._hunted)
        # One id for all attempts, so that the server's log shows them as one.
        own = {"x-api-key": self._api_key.reveal(), "x-client-request-id": _new_id()}
        target = self._without_the_key(f"{path}?{urlencode(query)}" if query else path)
        wire = _Wire(target=target, headers={**_HEADERS, **own, **encoded.headers}, body=encoded.content)
        attempt, last = 0, None
        while True:
            attempt += 1
            with self._slots:
                self._limiter.wait(lambda: self._cutoff.over)
                if self._cutoff.over:
                    raise not_begun(call, self._cutoff, last)
                status, outcome = self._observed(call, wire, attempt, keep)
            if not isinstance(outcome, ApiError):
                self._limiter.succeeded()
                return Answer(status=status or 0, body=outcome, attempts=attempt)
            wait = decide(outcome, attempt, repeatable=repeatable, policy=self._policy, jitter=self._jitter())
            if wait is None or self._cutoff.over:
                # Raised here, not where it was caught: an exception of the library may quote a proxy's password, and
                # must not hang on to this one as its context.
                raise outcome
            last = outcome
            self._rest(wait, outcome)

    def _without_the_key(self, target: str) -> str:
        """Return a path. Raise UsageError for one with the key in it: every server on the way may log it."""
        if any(form in target for form in self._hunted):
            raise UsageError(
                "the API key was given where an id or a name belongs: nothing was sent",
                hint="Name the thing by its address, its name or its id. The key is in the environment alone.",
            )
        return target

    def _rest(self, seconds: float, outcome: ApiError) -> None:
        """Let the time until the next attempt pass."""
        if isinstance(outcome, Throttled) or asked_wait(outcome) is not None:
            self._limiter.pause(seconds)  # it is the server that is busy, so everyone waits
        else:
            # A server that can't be reached is that for every call: those that wait for the same are told of once.
            said = outcome.why if isinstance(outcome, Unreachable) else outcome.message
            self._sleep(seconds, f"another try: {said}")

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    def _observed(self, call: Call, wire: _Wire, attempt: int, keep: Keep) -> tuple[int | None, Any | ApiError]:
        started = time.perf_counter()
        status, came = self._send(call, wire)
        seconds, error = time.perf_counter() - started, ""
        try:
            with self._at_hand:
                outcome = came if isinstance(came, ApiError) else came()
                if not isinstance(outcome, ApiError):
                    return status, keep(outcome)
            error = outcome.message
            return status, outcome
        finally:
            if self._observer:
                self._observer(
                    Exchange(
                        method=call.method,
                        path=call.path,
                        status=status,
                        seconds=seconds,
                        attempt=attempt,
                        error=error,
                    )
                )

    def _send(self, call: Call, wire: _Wire) -> tuple[int | None, Callable[[], Any | ApiError] | ApiError]:
        """Make one attempt. Return the status, and what reads the response, or the error as a value."""
        from urllib3.exceptions import HTTPError

        with self._flight(call) as flight:
            try:
                response = self._pool.send(call.method, wire.target, headers=wire.headers, body=wire.body)
            except (HTTPError, OSError, ValueError) as fault:  # the last two: what it is set up with
                return None, self._unanswered(call, flight, reason(fault))
            with response:
                if (seconds := ahead(response.headers)) is not None:
                    self.ahead = seconds
                status = response.status
                success = 200 <= status < 300
                content, broken = b"", ""
                try:
                    content = _read(response, MAX_BODY if success else MAX_ERROR_BODY)
                except (HTTPError, OSError) as fault:
                    broken = reason(fault)  # of an error, the status says what matters: only the words are lost
                if success and (flight.cut or broken):
                    return status, self._lost(call, flight.cut or broken, status)
                return status, partial(understand, call, status, response.headers, content)

    def _flight(self, call: Call) -> Flight:
        self._writes = self._writes or call.method != "GET"
        seconds, late = self._whole, "the answer as a whole took longer than {:g} s"
        if (left := self._cutoff.left + _GRACE * self._writes) < seconds:
            seconds, late = left, "the time given by --timeout is over"
        about = f"{call.method} {call.path}"
        return Flight(seconds=seconds, about=about, late=late.format(seconds), cutoff=self._cutoff)

    def _unanswered(self, call: Call, flight: Flight, why: str) -> ApiError:
        if flight.sent:
            return self._lost(call, flight.cut or why)
        return unreachable(call, flight.cut or why, self._base_url, self._pool.proxy, os.environ)

    def _lost(self, call: Call, why: str, status: int | None = None) -> ApiError:
        return lost(call, why, status) if self._writes else unread(call, why, status, self._cutoff)


def _new_id() -> str:
    """Return the id of a request: no secret, so that the system need not be asked for what nobody can guess."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _usable(api_key: Secret) -> Secret:
    key = api_key.reveal()
    if not key or not key.isascii() or not key.isprintable() or key != key.strip():
        raise SettingsError(
            "the API key is empty, or holds characters that can't stand in an HTTP header",
            hint="Set WEXA_API_KEY to the key as Wexa shows it, without quotes, spaces or line ends.",
        )
    return api_key


def _read(response: BaseHTTPResponse, limit: int) -> bytes:
    """Return the body; of one longer than `limit`, enough to show that."""
    chunks, size = list[bytes](), 0
    # No more is waited for than is kept. Decoding is not its default for a chunked body.
    for chunk in response.stream(min(_CHUNK, limit + 1), decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            break
    return b"".join(chunks)
