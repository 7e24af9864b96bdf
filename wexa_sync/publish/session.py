"""Open a session of requests to a server that is told what a run came to."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wexa_sync import __version__
from wexa_sync.api.transport.certificates import certificates
from wexa_sync.api.transport.url import is_loopback

if TYPE_CHECKING:
    from requests import PreparedRequest, Session


def open_session(url: str, sign: Callable[[], tuple[str, str]] | None = None) -> Session:
    """Return a session for the server at the URL. `sign` returns the name and the value of the header with its token.

    Raises SettingsError where the environment names certificates that can't be used.
    """
    import requests
    from requests.auth import AuthBase

    class Signed(AuthBase):
        """Add the token, if there is one. Where an auth is set, requests looks into no .netrc."""

        def __call__(self, request: PreparedRequest) -> PreparedRequest:
            if sign is not None:
                name, value = sign()
                request.headers[name] = value
            return request

    session = requests.Session()
    session.auth = Signed()
    session.headers["User-Agent"] = f"wexa-sync/{__version__}"
    if is_loopback(urlsplit(url).hostname or ""):
        session.trust_env = False  # a proxy can't reach this machine
    else:
        session.verify = certificates(os.environ) or True
    return session
