"""Talk to a server through the proxy that the environment names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter  # which knows the kinds of proxies, and how to log in there
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from wexa_sync.api.transport.connection import telling
from wexa_sync.api.transport.straight import Trusted

_CHUNK = 64 * 1024
_NAMES = {"cafile": "ca_certs", "capath": "ca_cert_dir"}


class Proxied:
    """The connections to the server of a base URL, as Straight has them, through a proxy."""

    def __init__(
        self, base_url: str, proxy: str, *, size: int, timeouts: tuple[float, float], trusted: Trusted
    ) -> None:
        connect, read = timeouts
        address = proxy if "://" in proxy else f"http://{proxy}"
        with _plain_errors():
            manager = HTTPAdapter(pool_maxsize=size).proxy_manager_for(address)
            tls = {"cert_reqs": "CERT_REQUIRED", **{_NAMES[name]: value for name, value in trusted.items()}}
            self._connections: Any = manager.connection_from_url(
                base_url, pool_kwargs={**tls, "timeout": Timeout(connect=connect, read=read)}
            )
        self._connections.ConnectionCls = telling(self._connections.ConnectionCls)
        parts = urlsplit(base_url)
        passes_on = manager.proxy is not None and parts.scheme == "http"
        self._before = base_url if passes_on else parts.path

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Passed:
        """Send a request. Return the response, of which nothing is read but the headers."""
        with _plain_errors():
            response = self._connections.urlopen(
                method,
                self._before + path,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                assert_same_host=False,  # to a proxy it is another one
                preload_content=False,
            )
        return Passed(response)

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()


class Passed:
    """A response that a proxy passed on. Its connection is kept where all of it was read."""

    def __init__(self, response: BaseHTTPResponse) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response

    def read(self, limit: int) -> bytes:
        """Return the body; of one longer than `limit`, enough to show that. Raise OSError for one that is cut."""
        content = bytearray()
        with _plain_errors():
            for chunk in self._response.stream(_CHUNK):
                content += chunk
                if len(content) > limit:
                    break
        return bytes(content)

    def __enter__(self) -> Passed:
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Raise what urllib3 raises as an OSError."""
    try:
        yield
    except HTTPError as fault:
        raise ConnectionError(str(fault)) from fault
