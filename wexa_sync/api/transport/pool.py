"""Keep the connections to one server: straight to it, or through the proxy that the environment names."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wexa_sync.api.transport.certificates import certificates, require_key_log
from wexa_sync.api.transport.url import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wexa_sync.api.transport.proxied import Passed, Proxied
    from wexa_sync.api.transport.straight import Reply, Straight, Trusted


class Pool:
    """The connections to the server of a base URL, for any number of threads; `size` of them are kept when idle.

    Nothing is looked up or opened before the first request. `timeouts` are the seconds for a connection, and for each
    part of a response.
    """

    def __init__(self, base_url: str, *, size: int, timeouts: tuple[float, float]) -> None:
        self._base_url = base_url
        self._parts = urlsplit(base_url)
        self._size = size
        self._timeouts = timeouts
        self._trusted = _trusted() if self._parts.scheme == "https" else {}
        self._lock = threading.Lock()
        self._way: Straight | Proxied | None = None

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Reply | Passed:
        """Send a request. Return the response, of which nothing is read but the headers. No redirect is followed."""
        with self._lock:
            way = self._way = self._way or self._opened()
        return way.send(method, path, headers=headers, body=body)

    @property
    def proxy(self) -> str:
        """Return the address of the proxy for the server, as the environment has it; empty where there is none."""
        if self._parts.scheme == "http" and is_loopback(self._parts.hostname or ""):
            return ""  # a proxy can't reach this machine, and would see the key
        from urllib.request import getproxies

        if not getproxies():
            return ""
        from requests.utils import get_environ_proxies, select_proxy  # which know all that NO_PROXY may say

        return select_proxy(self._base_url, get_environ_proxies(self._base_url, None)) or ""

    def close(self) -> None:
        """Close the idle connections."""
        if self._way is not None:
            self._way.close()

    def _opened(self) -> Straight | Proxied:
        size, timeouts, trusted = self._size, self._timeouts, self._trusted
        if proxy := self.proxy:
            from wexa_sync.api.transport.proxied import Proxied

            return Proxied(self._base_url, proxy, size=size, timeouts=timeouts, trusted=trusted)
        from wexa_sync.api.transport.straight import Straight

        return Straight(self._base_url, size=size, timeouts=timeouts, trusted=trusted)


def _trusted() -> Trusted:
    """Return which certificates a server is known by."""
    require_key_log(os.environ)
    if (named := certificates(os.environ)) is not None:
        return {"capath" if os.path.isdir(named) else "cafile": named}  # noqa: PTH112  # a text of the environment
    import certifi

    return {"cafile": certifi.where()}
