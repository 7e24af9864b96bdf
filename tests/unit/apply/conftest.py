"""A small desk: the least that has a project, a skill, a flow with an agent, and a run of it. And a little server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.apply import apply_plan
from wexa_sync.model import Address, Change, Options, Plan, Record, Report, Secret, Target
from wexa_sync.state import FileStore, Remember

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk, Remote

PROJECT = """apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk, description: One}
"""
SKILL = """apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: sum}
spec: {name: Sum, description: One, connector_id: {external: Mail}}
"""
FLOW = """apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: flow}
spec:
  name: Flow
  description: One
  role: Helper
  agents:
    - {handle: sort, title: Sort, role: One, skills: [sum], prompt: {template: Sort it.}}
"""
SCHEDULE = """apiVersion: wexa.ai/v1
kind: Schedule
metadata: {name: digest}
spec: {coworker_id: flow, template: Digest, schedule: 2035-01-02T07:00:00Z}
"""
RUN = """apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: run}
spec:
  agentflow_id: flow
  goal: Do it.
"""
FILES = {"project": PROJECT, "skill": SKILL, "flow": FLOW, "schedule": SCHEDULE, "run": RUN}


@pytest.fixture
def manifests() -> dict[str, str]:
    """Return the small desk's manifests by kind."""
    return dict(FILES)


@pytest.fixture
def small(desk: Desk, tmp_path: Path) -> Callable[..., Desk]:
    """Return a function that makes a desk of those manifests, all applied but `without`."""

    def make(remote: Remote, *names: str, without: str = "") -> Desk:
        made = replace(desk, folder=tmp_path / "small", remote=remote)
        made.folder.mkdir()
        for name in names or FILES:
            (made.folder / f"{name}.yaml").write_text(FILES[name], "utf-8")
        if without:
            (made.folder / f"{without}.yaml").unlink()
            made.apply()
            (made.folder / f"{without}.yaml").write_text(FILES[without], "utf-8")
            remote.forget()
        return made

    return make


class Little:
    """Represent a server of one test: `answer(method, path, body)` gives the status and the body of each response.

    `requests` are those that it got, as method, path and body; one at a time is answered.
    """

    def __init__(self, answer: Callable[[str, str, Any], tuple[int, Any]]) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        lock, requests = threading.Lock(), self.requests

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(sent) if sent else None
                with lock:
                    requests.append((self.command, self.path.partition("?")[0], body))
                    status, said = answer(*requests[-1])
                content = json.dumps(said).encode() if said is not None else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = _answer  # noqa: N815 (http.server's names)

            def log_message(self, *_words: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)  # closes at once
        self._thread.start()

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """Return the requests that may change something."""
        return [each for each in self.requests if each[0] != "GET"]

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Bench:
    """Represent an apply of a few changes against a little server, with a state in a file."""

    def __init__(self, path: Path, server: Little) -> None:
        self.server, self.cutoff = server, Cutoff()
        self.store, self.target = FileStore(path), Target(base_url=server.url, org_id="o")

    def remember(self, *records: Record) -> str:
        """Put records into the state. Return the state's lineage."""
        with self.store.session(self.target) as session:
            session.write(*map(Remember, records))
            return session.lineage

    def apply(self, *changes: Change, ids: dict[Address, str] | None = None) -> Report:
        """Apply those changes."""
        http = Http(
            base_url=self.server.url,
            api_key=Secret(template="", value="key-of-a-test"),
            policy=Policy(attempts=2, throttled=1, cap=0.0),
            cutoff=self.cutoff,
        )
        with self.store.session(self.target) as session:
            plan = Plan(
                target=self.target,
                lineage=session.lineage,
                serial=session.state.serial,
                changes=changes,
                ids={Address(kind="Project", name="desk"): "p", **(ids or {})},
            )
            options = Options(settle=0.0, grace=0.0)
            return apply_plan(plan, Api(http, org_id="o", user_id="u"), session, options, cutoff=self.cutoff)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Return a function that makes a bench with a little server that answers as told."""
    made: list[Bench] = []

    def make(answer: Callable[[str, str, Any], tuple[int, Any]]) -> Bench:
        made.append(Bench(tmp_path / f"{len(made)}.state", Little(answer)))
        return made[-1]

    yield make
    for each in made:
        each.server.close()
