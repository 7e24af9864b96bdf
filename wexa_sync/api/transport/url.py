"""Spell the API's address in one way, and encode what is put into a path."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit, urlunsplit

from wexa_sync.errors import SettingsError, WexaSyncError
from wexa_sync.text.ids import ID_HINT
from wexa_sync.text.patterns import pattern

_VENDORS = pattern(r"https://([a-z0-9-]+\.)*wexa\.ai(/.*)?")


def segment(text: str) -> str:
    """Return one segment of a path, with everything encoded that could end it, a slash included."""
    # Dot segments are resolved on the way even when they are encoded, and an empty one would name the whole list.
    if text in ("", ".", "..") or any("\ud800" <= char <= "\udfff" for char in text):
        raise WexaSyncError(f"{text!a} can't stand in a URL as a name or id", hint=ID_HINT)
    return quote(text, safe="")


def normal_base_url(text: str, *, allow_http: bool = False) -> str:
    """Return the API's address in its one spelling (lower-case host, no slash at the end). Raise SettingsError else."""
    hint = "Set WEXA_BASE_URL, --base-url or base_url in wexa-sync.yaml to an address such as https://api.wexa.ai"
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise SettingsError("the base URL can't be read as an address", hint=hint) from None
    if parts.scheme not in ("http", "https") or not host or port == 0 or not parts.netloc.isprintable():
        raise SettingsError("the base URL is not an http or https address", hint=hint)
    # A backslash ends the host for who sends the request, and not for who looks at it here.
    if parts.username is not None or parts.query or parts.fragment or {" ", "\\"} & set(text.strip()):
        raise SettingsError(
            "the base URL must be an address alone: no user, query, fragment, space or backslash", hint=hint
        )
    if parts.scheme == "http" and not is_loopback(host) and not allow_http:
        raise SettingsError(
            f"the API key would go to {host} in the clear, over plain http",
            hint="Write https:// in WEXA_BASE_URL; plain http is for this machine only.",
        )
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), "", ""))


def is_vendors(base_url: str) -> bool:
    """True when a base URL (in its one spelling) leads to Wexa: https on its own port, to wexa.ai or below it."""
    return _VENDORS.fullmatch(base_url) is not None


def is_loopback(host: str) -> bool:
    """True when the host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def webhook_fault(url: str) -> str:
    """Return why no secret message can be sent to a URL, without showing the URL; empty where one can."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is no URL"
    if not host or port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        return "it is no URL"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return ""
    return "it does not begin with https://"
