"""A wire that loses answers, between the command line and the sandbox."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.conftest import Remote


@dataclass(slots=True)
class Wire:
    """Passes requests on to a sandbox. Of those that `lose` names, the connection ends without an answer, once each.

    `lose["POST .../pause"] = True`: after the sandbox has done it; False: before it hears of it. Matched by the end.
    """

    to: str
    url: str = ""
    lose: dict[str, bool] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def pass_on(self, request: http.server.BaseHTTPRequestHandler) -> requests.Response | None:
        """The sandbox's answer; None where it is lost."""
        asked = f"{request.command} {request.path.partition('?')[0]}"
        name = next((name for name in self.lose if asked.startswith(name[:4]) and asked.endswith(name[5:])), None)
        done = name is None or self.lose.pop(name)
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if name is not None:
            self.lost.append(asked)
        if not done:
            return None
        headers = {key: value for key, value in request.headers.items() if key.lower() not in {"host", "connection"}}
        answer = requests.request(request.command, self.to + request.path, data=body, headers=headers, timeout=20)
        return answer if name is None else None


@pytest.fixture
def wire(remote: Remote) -> Iterator[Wire]:
    """A wire to the sandbox `remote`; its `env` is the remote's, by `url`."""
    found = Wire(to=remote.server.base_url)

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            got = found.pass_on(self)
            self.close_connection = True
            if got is None:
                return
            self.send_response(got.status_code)
            self.send_header("Content-Type", got.headers.get("Content-Type", "application/json"))
            self.send_header("Content-Length", str(len(got.content)))
            self.end_headers()
            self.wfile.write(got.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join(5)
