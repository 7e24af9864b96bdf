"""Send the content of a file to the address that the API gave for it: another server, which must not get the key.

The address is signed, so it is a secret: no message, log or exception names more of it than the host.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wexa_sync import __version__
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport.certificates import certificates
from wexa_sync.api.transport.url import is_loopback
from wexa_sync.errors import LostAnswer, Refused, Unreachable

if TYPE_CHECKING:
    from requests import PreparedRequest, Session

_TIMEOUT = (5.0, 120.0)
_PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try: the same content at the same address is the same file."""

_BLOBS = ".blob.core.windows.net"
_WANTS_A_FORM = frozenset({405, 501})


def send_content(address: str, content: bytes, filename: str, cutoff: Cutoff) -> None:
    """Send the content, again where that may help. Raise ApiError where it surely or perhaps did not arrive."""
    host = _host_of(address)
    method, tries = "PUT", [*_PAUSES]
    with _session(address) as session:
        while True:
            status = _sent(session, method, address, content, filename)
            if status is not None and 200 <= status < 300:
                return
            if method == "PUT" and status in _WANTS_A_FORM:
                method = "POST"
            elif status is not None and 400 <= status < 500 and status != 429:  # a redirect may come after the content
                hint = "The file is named on the server, and has no content there. Apply again: it is uploaded anew."
                raise Refused(f"it answered {status}", method=method, path=host, status=status, hint=hint)
            elif not tries or cutoff.wait(tries.pop(0)):
                said = "no whole response came" if status is None else f"it answered {status}"
                hint = (
                    "The file may have its content all the same. Look at it in Wexa Studio, then run `wexa-sync plan`."
                )
                raise LostAnswer(said, method=method, path=host, status=status, hint=hint)


def _sent(session: Session, method: str, address: str, content: bytes, filename: str) -> int | None:
    """Return the status of one try; None where no response came."""
    import requests

    body = {"data": content} if method == "PUT" else {"files": {"file": (filename, content)}}
    try:
        with session.request(method, address, timeout=_TIMEOUT, allow_redirects=False, stream=True, **body) as response:
            return int(response.status_code)
    except (requests.RequestException, OSError, ValueError):
        return None  # its text names the address


def _host_of(address: str) -> str:
    """Return the host of an address that content may be sent to. Raise Unreachable for any other address."""
    try:
        parts = urlsplit(address)
        host, has_user = parts.hostname or "", parts.username is not None
    except ValueError:
        host, has_user = "", False
    safe = host and not has_user and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    if not safe:
        raise Unreachable(
            "the address for the content is none that a file may be sent to: https without a user",
            method="PUT",
            path=host or "(no host)",
            hint="Nothing was sent. Upload the file in Wexa Studio, and report this.",
        )
    return host


def _session(address: str) -> Session:
    """Return a session that knows no key, no cookie and no .netrc."""
    import requests
    from requests.auth import AuthBase

    class Nobody(AuthBase):
        """Add nothing. Where an auth is set, requests looks into no .netrc."""

        def __call__(self, request: PreparedRequest) -> PreparedRequest:
            return request

    session, host = requests.Session(), urlsplit(address).hostname or ""
    session.auth = Nobody()
    session.headers["User-Agent"] = f"wexa-sync/{__version__}"
    if host.endswith(_BLOBS):
        session.headers["x-ms-blob-type"] = "BlockBlob"  # that store takes no content without it
    if is_loopback(host):
        session.trust_env = False  # a proxy can't reach this machine
    else:
        session.verify = certificates(os.environ) or True
    return session
