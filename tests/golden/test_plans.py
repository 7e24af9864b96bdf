"""Plans against what they look like: each folder here is a case; `--update-golden` writes its two files anew.

    manifests/   what is declared         live.json    what the server answers to a list (else: none)
    state.json   what was applied last    given.json   flags, where there are any

The lists are served by a real server on a socket and read by the real client; ids, times and the clock are fixed.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from wexa_sync import __version__, engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.kinds import KINDS
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Address, Limits, Options, Plan, Secret, Target
from wexa_sync.observe.observation import observe
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.render.json import plan_json
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.state import FileStore

HERE = Path(__file__).parent
CASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "manifests").is_dir())
TARGET = Target(base_url="https://api.wexa.ai", org_id="67fdea40aac77be632954f0f")
USER = "67fdea40aac77be632954f0e"
NOW = 1_893_456_000.0  # 2030-01-01
SECRET = "sentinel-secret-31c7"
LISTS = [re.sub(r"\{\w+\}", "[^/]+", kind.listing.endpoint.path) for kind in KINDS if kind.listing is not None]


def of_project(shown: Any, project: str) -> Any:
    """Return the answer to a list as a server gives it that was asked for one project."""
    if isinstance(shown, list):
        return [each for each in shown if each.get("projectID", project) == project]
    return {name: of_project(value, project) for name, value in shown.items()} if isinstance(shown, dict) else shown


@contextmanager
def served(live: dict[str, Any]) -> Iterator[str]:
    """Yield the address of a server that answers each path in `live`, an empty list to other lists, and else 404."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, project = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query)).get("projectID")
            is_list = any(re.fullmatch(each, path) for each in LISTS)
            shown = live.get(path, [] if is_list else None)
            body = json.dumps(of_project(shown, project) if project and is_list else shown).encode()
            self.send_response(200 if body != b"null" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def given_of(case: Path) -> dict[str, Any]:
    """Return the flags of a case, and the calls that it allows."""
    file = case / "given.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    addresses = {name: tuple(map(Address.parse, found.get(name, ()))) for name in ("targets", "excludes")}
    return {**found, **addresses}


def planned(case: Path) -> Plan:
    """Return the plan of a case."""
    given = given_of(case)
    sources = Sources(paths=(Path("manifests"),), root=case, env={"TOKEN": SECRET})
    manifests = any((case / "manifests").rglob("*.yaml"))
    desired = engine.read(sources) if manifests else engine.NOTHING
    rules = Rules(
        prune=given.get("prune", False), adopt=given.get("adopt", False), allowed=frozenset(given.get("allowed", ()))
    )
    with served(json.loads((case / "live.json").read_text("utf-8"))) as url:
        http = Http(base_url=url, api_key=Secret(template="", value="any"))
        api = Api(http, org_id=TARGET.org_id, user_id=USER)
        state = FileStore(case / "state.json").load()
        seen = observe(desired, state, api, TARGET, Options(), now=lambda: NOW, sleep=lambda _: None)
        http.close()
    return make_plan(seen, rules, targets=given["targets"], excludes=given["excludes"], limits=Limits())


@pytest.mark.parametrize("name", CASES)
def test_a_plan_looks_as_it_did(name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    case = HERE / name
    monkeypatch.chdir(case)
    plan = planned(case)
    made = {
        "plan.txt": plan_text(plan_view(plan), Layout(width=80)),
        "plan.json": plan_json(plan_view(plan)).replace(f'"{__version__}"', '"0.0.0"'),
    }
    for file, text in made.items():
        assert SECRET not in text
        if request.config.getoption("--update-golden"):
            (case / file).write_text(text, encoding="utf-8")
        assert text == (case / file).read_text(encoding="utf-8"), "see the difference, or run with --update-golden"


def test_there_are_cases_for_every_action_and_nothing_stands_here_unused() -> None:
    summaries = [json.loads((HERE / name / "plan.json").read_text("utf-8"))["summary"] for name in CASES]
    assert [action for action in summaries[0] if not any(summary[action] for summary in summaries)] == []
    assert {folder.name for folder in HERE.iterdir() if folder.is_dir()} - {*CASES} <= {"render", "__pycache__"}
