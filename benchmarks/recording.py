"""Record the pages that commands GET from a sandbox, and serve them from memory (pages.py): no server is measured."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import pages
from benchmarks.processes import KEY, PYTHON, Sandbox, run

_OWN = {"content-length", "connection", "transfer-encoding"}
"""The headers that pages.py writes itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Hold what the commands asked for and said, and the file of the pages."""

    file: Path
    port: int
    asked: Mapping[str, Sequence[str]]
    said: Mapping[str, str]


def record(server: Sandbox, commands: Mapping[str, Sequence[str]], *, folder: Path, file: Path) -> Recorded:
    """Run each command once in `folder`, and write every page that one of them asked for to `file`."""
    asked, said, wanted = {}, {}, dict[str, Any]()
    for name, command in commands.items():
        server.forget()
        said[name] = run(command, folder=folder, env=server.env).said
        requests = server.requests
        assert all(request["method"] == "GET" for request in requests), requests
        asked[name] = [request["path"] + ("?" if request["query"] else "") + request["query"] for request in requests]
        wanted |= dict.fromkeys(asked[name])
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection(place.netloc)
    for path in wanted:
        connection.request("GET", path, headers={"x-api-key": KEY})
        answer = connection.getresponse()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in _OWN}
        wanted[path] = {"status": answer.status, "headers": headers, "body": answer.read().decode()}
    file.write_text(json.dumps({"port": place.port, "pages": wanted}), encoding="utf-8")
    return Recorded(file=file, port=place.port or 0, asked=asked, said=said)


@contextmanager
def served(recorded: Recorded) -> Iterator[Pages]:
    """Serve the pages for the length of a block, where the sandbox was: the state names its address."""
    command = (PYTHON, "-I", pages.__file__, str(recorded.file))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), f"port {recorded.port} was taken in the meantime"
            yield Pages(recorded.port)
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Pages:
    """Call a page server."""

    port: int

    def count(self) -> int:
        """Return how many requests came since the last count. Raises RuntimeError if no page was there for one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/_asked")
        told = json.load(connection.getresponse())
        if told["missed"]:
            raise RuntimeError(f"asked for what was not recorded: {', '.join(sorted(set(told['missed'])))}")
        return int(told["answered"])
