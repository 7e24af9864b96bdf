"""Read a response: status, headers and bytes -> a body, or the ApiError with words fit to be shown. Pure."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping
from datetime import timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from wexa_sync.errors import ApiError, AuthRefused, Nonsense, NotFound, Redirected, Refused, ServerFault, Throttled
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.secrecy import find as secrecy
from wexa_sync.secrecy.hide import veil
from wexa_sync.text.json import parse, plain

MAX_BODY = 64 * 1024 * 1024  # unpacked: no list of this API comes near, and memory stays ours
MAX_ERROR_BODY = 64 * 1024
MAX_RAW = 200  # characters of what is not a message
_MAX_WORDS = 1000  # characters of the server's own message
_MAX_ASKED_WAIT = 24 * 3600.0
_SAME_TIME = 2.0
_DAY = 86_400.0

_HINTS: Mapping[type[ApiError], str] = {
    AuthRefused: "Check that WEXA_API_KEY is the key of this organisation, and that the key may do this.",
    NotFound: "It may have been removed outside, or belong to another organisation: run `wexa-sync plan` to see.",
    Refused: "The server says why: fix the manifest (or the settings) and run `wexa-sync plan`.",
    ServerFault: "The server failed. Run `wexa-sync plan` again later: it looks for what became of this.",
}
_NOT_THE_API = "The API knows no such answer: a firewall or a protection against bots on the way may have given it. "
_STATUS_HINTS = {
    402: "Wexa wants a payment: see the plan and the credits of the organisation in Wexa, then run the command again.",
    407: "A proxy on the way wants a user and a password: write them into HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT.",
    413: "What was sent is too large for the server, or for a proxy on the way: make the text in the manifest shorter.",
    418: f"{_NOT_THE_API}Check WEXA_BASE_URL and any proxy, or ask who runs that network.",
    421: f"{_NOT_THE_API}Check WEXA_BASE_URL and any proxy.",
    426: "The server wants another protocol: check that WEXA_BASE_URL begins with https://, and any proxy on the way.",
    431: f"{_NOT_THE_API}A header is too large for it: check that WEXA_API_KEY is the key alone.",
    451: "The server says that the law forbids the answer: it may depend on the country that the request comes from.",
    511: "The network wants a log-in first, as in a hotel: open a page in a browser there, then run the command again.",
}
_REDIRECT_HINT = "Redirects are never followed with the key in hand: set WEXA_BASE_URL to where the API is."
_NOT_JSON_HINT = "Something on the way may have answered in the API's place: check WEXA_BASE_URL and any proxy."
_NOT_READ_HINT = "Nothing is done on such a response. Fix what the response names, or run `wexa-sync plan` again later."
_NOT_DONE_HINT = "It may be done or not. Fix what it names, then run `wexa-sync plan`: it looks for the change."


class Call(PartlyShown, frozen=True, kw_only=True):
    """Describe a request, for messages.

    `hidden` are texts that no message may show; `key` are the API key's spellings.
    """

    UNSHOWN = frozenset({"hidden", "key"})

    method: str
    path: str
    hidden: tuple[str, ...] = ()
    key: tuple[str, ...] = ()

    def words(self, text: str, limit: int = _MAX_WORDS) -> str:
        """Return text of the server, fit to be shown: one line, no control characters, nothing secret, not endless."""
        shown = _printable(text)
        # Before shortening, since half a key is still half a key; the longest first, since one may hold another.
        if hidden := sorted(self.hidden, key=len, reverse=True):
            shown = re.sub("|".join(map(re.escape, hidden)), "***", shown, flags=re.IGNORECASE)
        shown = " ".join(shown.split())
        return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """Return the forms in which a response may echo secrets, as `Call.words` looks for them."""
    forms = (_printable(form) for secret in secrets for form in secrecy.spellings(secret))
    return tuple({form for form in forms if form.strip()})


def understand(call: Call, status: int, headers: Mapping[str, str], content: bytes) -> Any | ApiError:
    """Return the parsed body of a success (None where it is empty), or the error."""
    if 200 <= status < 300:
        return _parse(call, status, headers, content)
    said = _said(call, content) or _phrase(status)
    message = f"the server answered {status}: {said}"
    retry_after = _retry_after(headers.get("Retry-After", ""))
    if status == 429:
        return Throttled(message, method=call.method, path=call.path, retry_after=retry_after)
    if 300 <= status < 400:
        target = call.words(headers.get("Location", ""), MAX_RAW) or "nowhere"
        message = f"the server answered {status} and points to {target}"
        return Redirected(message, method=call.method, path=call.path, status=status, hint=_REDIRECT_HINT)
    family = _family(status)
    hint = _STATUS_HINTS.get(status, _HINTS[family])
    error = family(message, method=call.method, path=call.path, status=status, hint=hint)
    if isinstance(error, ServerFault):
        error.retry_after = retry_after
    return error


def ahead(headers: Mapping[str, str]) -> float | None:
    """Return by how many seconds the clock of a server that answers just now is ahead of ours; None without a date.

    A date has whole seconds only: less than two of them is no difference. More than a day is no clock.
    """
    told = _moment(headers.get("Date", ""))
    if told is None or abs(told - time.time()) > _DAY:
        return None
    found = told + 0.5 - time.time()
    return found if abs(found) >= _SAME_TIME else 0.0


def _family(status: int) -> type[ApiError]:
    if status in (401, 403):
        return AuthRefused
    if status in (404, 410):
        return NotFound
    return Refused if 400 <= status < 500 and status != 408 else ServerFault


def _parse(call: Call, status: int, headers: Mapping[str, str], content: bytes) -> Any | ApiError:
    hint = _NOT_JSON_HINT
    if not _says_its_length(headers):
        found = " with a Content-Length that is none"
    elif len(content) > MAX_BODY:
        found = f" with more than {MAX_BODY // 1024 // 1024} MiB"
    elif not content.strip():
        if call.method != "GET":
            return None
        found = " with nothing at all"  # what is read and is not there would be a 404, or a null
    else:
        try:
            value = parse(content)
        except ValueError:
            found = f" with what is not JSON: {call.words(_text(content), MAX_RAW)}"
        else:
            if not _is_failure(value):
                return _veiled(value, call.key) if _may_hold(content, call.key) else value
            found = f", and says: {_words_of(call, value)}"
            hint = _NOT_READ_HINT if call.method == "GET" else _NOT_DONE_HINT
    message = f"the server answered {status}{found}"
    return Nonsense(message, method=call.method, path=call.path, status=status, hint=hint)


def _says_its_length(headers: Mapping[str, str]) -> bool:
    """True when the Content-Length, if there is one, is a number: else nobody knows where the body ends."""
    lengths = headers.get("Content-Length", "0").split(",")
    return "Transfer-Encoding" in headers or all(part.strip().isascii() and part.strip().isdigit() for part in lengths)


def _is_failure(body: Any) -> bool:
    """True when a success says of itself that it is none. A body with an id is a thing with such a field: a run."""
    if not isinstance(body, dict) or body.get("_id") or body.get("execution_id"):
        return False
    return body.get("success") is False or bool(body.get("error")) or str(body.get("status")).lower() == "error"


def _may_hold(content: bytes, key: tuple[str, ...]) -> bool:
    """True when a JSON text has one of the key's spellings, or escapes that may spell it: then look at its strings."""
    if not key:
        return False
    if (encoding := json.detect_encoding(content)) != "utf-8":
        content = content.decode(encoding, "replace").encode()
    # These can spell plain characters, the second a slash alone. Other escapes stand in nearly every list: line ends,
    # quotes, letters with accents. To look for two characters takes longer than for a whole key.
    if b"\\u00" in content and re.search(rb"\\u00[2-7]", content):
        return True
    if any("/" in form for form in key) and b"\\/" in content:
        return True
    lower = content.lower()  # of bytes: a text would take as much memory again, and a key is ASCII
    return any(form.lower().encode() in lower for form in key)


def _holds(text: str, key: tuple[str, ...]) -> bool:
    lower = text.lower()
    return any(form.lower() in lower for form in key)


def _veiled(value: Any, key: tuple[str, ...]) -> Any:
    """Return the body with each text that holds the API key as a Secret, and each name that does as `***`."""
    return veil(value, lambda text: _holds(text, key), name=lambda name: "***" if _holds(name, key) else name)


def _said(call: Call, content: bytes) -> str:
    """Return the server's message in the body of an error; without one, the body itself, shortened."""
    text = _text(content)
    try:
        return _words_of(call, parse(text))
    except ValueError:
        return call.words(text, MAX_RAW)


def _words_of(call: Call, body: Any) -> str:
    """Return the message in a parsed body; without one, the body written anew, so that no escape hides a secret."""
    fields = body if isinstance(body, dict) else {"detail": body}
    told = (fields.get(key) for key in ("detail", "error", "message"))
    found = next((value for value in told if value and isinstance(value, str | dict | list)), None)
    if isinstance(found, dict):
        found = found.get("message")
    if isinstance(found, list):
        found = "; ".join(_complaint(item) for item in found)
    return call.words(found) if isinstance(found, str) else call.words(json.dumps(body, ensure_ascii=False), MAX_RAW)


def _complaint(item: Any) -> str:
    """Return one entry of a validation error: `body.goal: Field required`. Its other fields may echo the body."""
    if not isinstance(item, dict) or "msg" not in item:
        return plain(item)
    where = item.get("loc")
    place = ".".join(map(plain, where)) if isinstance(where, list) else ""
    return ": ".join(filter(None, (place, plain(item["msg"]))))


def _retry_after(header: str) -> float | None:
    """Return the seconds of a Retry-After header, in either of its forms; None where it is neither."""
    text = header.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return min(float(text), _MAX_ASKED_WAIT)
    moment = _moment(text)
    return None if moment is None else min(max(moment - time.time(), 0.0), _MAX_ASKED_WAIT)


def _moment(text: str) -> float | None:
    """Return the epoch seconds of a date as HTTP writes it; None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):  # a day, a year or a zone beyond all bounds
        return None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(no message)"


def _text(content: bytes) -> str:
    return content[:MAX_ERROR_BODY].decode(json.detect_encoding(content), "replace")


def _printable(text: str) -> str:
    # Character by character, so that a secret is found in the result wherever it was in the text.
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text)
