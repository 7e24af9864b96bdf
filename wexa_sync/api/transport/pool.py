"""Keep the connections to one server: straight to it, or through the proxy that the environment names."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wexa_sync.api.transport.certificates import certificates, require_key_log
from wexa_sync.api.transport.connection import telling
from wexa_sync.api.transport.url import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager


class Pool:
    """Keep the connections to the server of a base URL, for any number of threads; `size` of them stay when idle.

    Nothing is loaded, looked up or opened before the first request. `timeouts` are the seconds for a connection, and
    for each part of a response.
    """

    def __init__(self, base_url: str, *, size: int, timeouts: tuple[float, float]) -> None:
        self._base_url = base_url
        self._parts = urlsplit(base_url)
        self._size = size
        self._timeouts = timeouts
        self._trusted = _trusted() if self._parts.scheme == "https" else {}
        self._lock = threading.Lock()
        self._open: tuple[HTTPConnectionPool, str] | None = None

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> BaseHTTPResponse:
        """Send a request. Return the response, of which nothing is read but the headers."""
        with self._lock:
            self._open = self._open or self._opened()
        connections, before = self._open
        return connections.urlopen(
            method,
            before + path,
            body=body,
            headers=headers,
            redirect=False,  # with the key, nobody is asked but the server that the settings name
            retries=False,
            assert_same_host=False,  # to a proxy it is another one
            preload_content=False,
        )

    @property
    def proxy(self) -> str:
        """Return the address of the proxy for the server, as the environment has it; empty where there is none."""
        if self._parts.scheme == "http" and is_loopback(self._parts.hostname or ""):
            return ""  # a proxy can't reach this machine, and would see the key
        from urllib.request import getproxies

        if not getproxies().keys() - {"no"}:  # NO_PROXY alone names none
            return ""
        from requests.utils import get_environ_proxies, select_proxy  # which know all that NO_PROXY may say

        return select_proxy(self._base_url, get_environ_proxies(self._base_url, None)) or ""

    def close(self) -> None:
        """Close the idle connections."""
        if self._open is not None:
            self._open[0].close()

    def _opened(self) -> tuple[HTTPConnectionPool, str]:
        """Return the connections, and what stands before each path: a proxy that passes on needs the whole URL."""
        from urllib3 import Timeout

        manager, (connect, read) = self._manager(), self._timeouts
        found: Any = manager.connection_from_url(
            self._base_url, pool_kwargs={**self._trusted, "timeout": Timeout(connect=connect, read=read)}
        )
        found.ConnectionCls = telling(found.ConnectionCls)
        passes_on = manager.proxy is not None and self._parts.scheme == "http"
        return found, self._base_url if passes_on else self._parts.path

    def _manager(self) -> PoolManager:
        if not (proxy := self.proxy):
            from urllib3 import PoolManager

            return PoolManager(maxsize=self._size)
        from requests.adapters import HTTPAdapter  # which knows the kinds of proxies, and how to log in there

        address = proxy if "://" in proxy else f"http://{proxy}"
        manager: PoolManager = HTTPAdapter(pool_maxsize=self._size).proxy_manager_for(address)
        return manager


def _trusted() -> dict[str, str]:
    """Return which certificates a server is known by, as a pool takes it."""
    require_key_log(os.environ)
    if (named := certificates(os.environ)) is not None:
        return {"cert_reqs": "CERT_REQUIRED", "ca_cert_dir" if os.path.isdir(named) else "ca_certs": named}  # noqa: PTH112
    import certifi

    return {"cert_reqs": "CERT_REQUIRED", "ca_certs": certifi.where()}
