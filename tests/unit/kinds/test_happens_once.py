"""Kinds that happen once, declared here and nowhere else: one that is done once created, and one that runs.

The core needs no change for them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.errors import UsageError
from wexa_sync.executions.control import move
from wexa_sync.executions.runs import find_run
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature, Running
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.model import (
    Action,
    Address,
    Choice,
    Desired,
    Manifest,
    Options,
    Plan,
    Report,
    Secret,
    Source,
    Status,
    Target,
)
from wexa_sync.state import FileStore
from wexa_sync.workspace import Workspace

FIELDS = {
    "coworker": {"type": "string"},
    "seats": {"type": "integer", "x-wexa-field": "seat_count"},
    "by": {"type": "string"},
    "wait": {"type": "boolean", "x-wexa-local": True},
}
SCHEMA = {"properties": {"spec": {"type": "object", "required": ["coworker"], "properties": FIELDS}}}
PROJECT, HIRE = Address(kind="Project", name="desk"), Address(project="desk", kind="Hire", name="recruiter")


TRIAL = Running(
    start=Endpoint(method="POST", path="/hires/{id}/begin", body={"projectID": "{project}"}),
    status=("phase",),
    ready="signed",
    going_on=frozenset({"on trial"}),
    succeeded=frozenset({"stays"}),
    failed=frozenset({"left"}),
    perhaps_ended=frozenset({"away"}),
)
"""How a hire runs that goes on after its create, in words that no other kind has."""


class Office(ThreadingHTTPServer):
    """Represent a server with one project, where coworkers are hired. `broken`: what happens to the next hire."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.hires: list[dict[str, Any]] = []
        self.sent: list[Mapping[str, Any]] = []
        self.begun: list[str] = []
        self.broken = ""
        self.end = "stays"

    def read(self, path: str) -> Any:
        """Return the body of the response to a GET; None for a 404."""
        lists = {
            "/customer": {"_id": "c1", "user_id": "u1", "organization_id": "org1"},
            "/v1/project": {"projectList": [{"_id": "p1", "projectName": "Desk"}]},
            "/hires": {"hires": self.hires},
        }
        found = next((each for each in self.hires if path == f"/hires/{each['_id']}"), None)
        if found is not None and found["phase"] == "On trial":
            found["phase"] = self.end
            return {**found, "phase": "On trial"}
        return lists.get(path, found)

    def begin(self, id: str) -> dict[str, Any]:
        """Begin the trial of a coworker who was hired."""
        self.begun.append(id)
        (found,) = (each for each in self.hires if each["_id"] == id)
        found["phase"] = "On trial"
        return found

    def hire(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Hire a coworker."""
        self.sent.append(body)
        shown = {"coworker": body["coworker"], "seat_count": body.get("seats"), "phase": "Signed"}
        hired = {"_id": f"h{len(self.sent)}", "projectID": "p1", **shown}
        if self.broken != "before":
            self.hires.append(hired)
        return hired


class _Answers(BaseHTTPRequestHandler):
    server: Office

    def do_GET(self) -> None:
        found = self.server.read(urlsplit(self.path).path)
        self._answer(found if found is not None else {}, 200 if found is not None else 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, _, id, *begin = urlsplit(f"{self.path}//").path.split("/")
        if begin[0]:
            self._answer(self.server.begin(id), 200)
            return
        hired = self.server.hire(body)
        if not self.server.broken:  # else the connection is closed without a response
            self._answer(hired, 201)

    def _answer(self, found: Any, status: int) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def office() -> Iterator[Office]:
    server = Office()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Kind]:
    """Declare the kind, for this test alone. `more` changes its declaration."""

    def declare(**more: Any) -> Kind:
        file = tmp_path / "hire.schema.json"
        file.write_text(json.dumps(SCHEMA), "utf-8")
        kind = Kind(
            name="Hire",
            schema=str(file),
            nature=Nature.ACTION,
            display="coworker",
            identity=("coworker",),
            listing=Listing(
                endpoint=Endpoint(method="GET", path="/hires", query={"projectID": "{project}"}),
                scope=Scope.PROJECT,
                keys=("hires",),
            ),
            endpoints={
                Operation.CREATE: Endpoint(
                    method="POST", path="/hires", body={"projectID": "{project}", "by": "{user}"}
                ),
                Operation.READ: Endpoint(method="GET", path="/hires/{id}"),
            },
        )
        kind = replace(kind, **more)
        monkeypatch.setitem(BY_NAME, kind.name, kind)
        return kind

    return declare


class Desk:
    """Represent a repository that declares the project and a hire in it, and its workspace."""

    def __init__(self, folder: Path, office: Office) -> None:
        url = f"http://127.0.0.1:{office.server_port}"
        http = Http(base_url=url, api_key=Secret(template="", value="any"), policy=Policy(attempts=1, throttled=1))
        self.workspace = Workspace(
            api=Api(http, org_id="org1"),
            store=FileStore(folder / "state.json"),
            target=Target(base_url=url, org_id="org1"),
            options=Options(settle=0.0, start="explicit", poll=0.01),
        )

    def desired(self, *, generation: int = 1, **spec: Any) -> Desired:
        """Return what is declared."""
        source = Source(file="m.yaml")
        project = Manifest(address=PROJECT, spec={"projectName": "Desk"}, source=source)
        hire = Manifest(address=HIRE, spec={"coworker": "Ann", **spec}, source=source, generation=generation)
        return Desired(
            manifests={PROJECT: project, HIRE: hire}, depends_on={PROJECT: frozenset(), HIRE: frozenset({PROJECT})}
        )

    def plan(self, *, adopt: bool = True, **declared: Any) -> Plan:
        """Plan; the project is taken over."""
        return engine.plan(self.desired(**declared), self.workspace, choice=Choice(adopt=adopt))

    def apply(self, **declared: Any) -> Report:
        """Plan and apply."""
        return engine.apply(self.plan(**declared), self.workspace)


@pytest.fixture
def desk(tmp_path: Path, office: Office) -> Desk:
    return Desk(tmp_path, office)


def action(plan: Plan) -> tuple[Action, str]:
    """Return what the plan does with the hire, and why."""
    (change,) = (each for each in plan if each.address == HIRE)
    return change.action, change.reason


def status(report: Report) -> Status:
    """Return what became of the hire."""
    (outcome,) = (each for each in report.outcomes if each.change.address == HIRE)
    return outcome.status


def blocked(plan: Plan) -> str:
    """Return why the hire is blocked."""
    (found,) = plan.blocked
    assert found.address == HIRE
    return found.reason


@pytest.mark.parametrize("listed", [True, False])
def test_it_is_created_and_then_it_is_done(
    hires: Callable[..., Kind], desk: Desk, office: Office, listed: bool
) -> None:
    hires(**({} if listed else {"listing": None}))
    assert action(desk.plan()) == (Action.RUN, "")
    assert status(desk.apply(seats=2)) is Status.APPLIED
    assert office.sent == [{"projectID": "p1", "by": "u1", "coworker": "Ann", "seats": 2}]
    record = desk.workspace.store.load().records[HIRE]
    assert (record.id, record.started, record.ended) == ("h1", True, None)
    assert action(desk.plan(seats=2)) == (Action.NOOP, "it happened")
    assert status(desk.apply(seats=2)) is Status.APPLIED
    assert len(office.sent) == 1


def test_a_changed_one_is_not_sent_again_and_a_later_generation_is(
    hires: Callable[..., Kind], desk: Desk, office: Office
) -> None:
    hires()
    desk.apply()
    assert blocked(desk.plan(seats=3)) == "a Hire can't be changed"
    assert blocked(desk.plan(generation=0)) == "generation 1 happened already"
    assert status(desk.apply(seats=3, generation=2)) is Status.APPLIED
    assert [each.get("seats") for each in office.sent] == [None, 3]
    assert status(desk.apply(by="u2", generation=3)) is Status.APPLIED
    assert office.sent[-1]["by"] == "u2", "what the manifest says comes before what the call sends by itself"
    assert desk.workspace.store.load().records[HIRE].earlier == ("h2", "h1")


def test_one_whose_response_was_lost_is_found_and_not_sent_again(
    hires: Callable[..., Kind], desk: Desk, office: Office
) -> None:
    hires()
    office.broken = "after"
    assert status(desk.apply()) is Status.APPLIED
    assert desk.workspace.store.load().records[HIRE].id == "h1"
    assert action(desk.plan()) == (Action.NOOP, "it happened")
    assert len(office.sent) == 1


@pytest.mark.parametrize("listed", [True, False])
def test_one_that_may_have_happened_is_for_a_person(
    hires: Callable[..., Kind], desk: Desk, office: Office, listed: bool
) -> None:
    hires(**({} if listed else {"listing": None}))
    office.broken = "before" if listed else "after"
    assert status(desk.apply()) is Status.UNKNOWN
    assert blocked(desk.plan()).endswith("the response was lost; live Hires that might be it: none")
    office.broken = ""
    if listed:
        engine.resolve(HIRE, desk.desired(), desk.workspace, happened_as=None)
        assert status(desk.apply()) is Status.APPLIED
        assert len(office.sent) == 2
    else:
        with pytest.raises(UsageError, match="no Hire is live under the id h7"):
            engine.resolve(HIRE, desk.desired(), desk.workspace, happened_as="h7")
        engine.resolve(HIRE, desk.desired(), desk.workspace, happened_as="h1")
        assert len(office.sent) == 1
    assert action(desk.plan()) == (Action.NOOP, "it happened")


def test_a_kill_between_the_response_and_its_record_leaves_what_the_next_plan_finds(
    hires: Callable[..., Kind], desk: Desk, office: Office
) -> None:
    hires()
    office.broken = "before"
    desk.apply()
    office.hires.append({"_id": "h1", "projectID": "p1", "coworker": "Ann", "seat_count": None})
    assert action(desk.plan())[0] is Action.ADOPT
    assert status(desk.apply()) is Status.APPLIED
    assert action(desk.plan()) == (Action.NOOP, "it happened")
    assert len(office.sent) == 1


def test_one_that_is_live_already_is_not_made_a_second_time(
    hires: Callable[..., Kind], desk: Desk, office: Office
) -> None:
    hires()
    office.hires.append({"_id": "h0", "projectID": "p1", "coworker": "Ann"})
    assert "is live already and not managed here" in "".join(each.reason for each in desk.plan(adopt=False).blocked)
    planned = desk.plan()
    assert action(planned)[0] is Action.ADOPT
    engine.apply(planned, desk.workspace)
    assert (office.sent, desk.workspace.store.load().records[HIRE].id) == ([], "h0")


def test_one_that_runs_is_started_and_waited_for_by_its_own_words(
    hires: Callable[..., Kind], desk: Desk, office: Office
) -> None:
    hires(run=TRIAL)
    assert status(desk.apply(wait=True)) is Status.APPLIED
    assert (office.begun, len(office.sent)) == (["h1"], 1)
    state = desk.workspace.store.load()
    assert (state.records[HIRE].started, state.records[HIRE].ended) == (True, True)
    assert action(desk.plan(wait=True)) == (Action.NOOP, "it ran")
    run = find_run(desk.workspace.api, state, str(HIRE))
    assert (run.status, run.goal, run.kind) == ("stays", "Ann", "Hire")
    with pytest.raises(UsageError, match="no call to pause a run of the kind Hire"):
        move(desk.workspace.api, run, "pause")


@pytest.mark.parametrize(
    ("end", "outcome"), [("Left", Status.FAILED), ("Away", Status.UNKNOWN), ("Stays", Status.APPLIED)]
)
def test_the_words_of_its_end_say_what_becomes_of_it(
    hires: Callable[..., Kind], desk: Desk, office: Office, end: str, outcome: Status
) -> None:
    hires(run=TRIAL)
    office.end = end
    report = desk.apply(wait=True)
    assert status(report) is outcome
    assert desk.workspace.store.load().records[HIRE].ended is (outcome is not Status.UNKNOWN)
    if outcome is Status.UNKNOWN:
        assert "whether that is a good end is not known" in "".join(each.error for each in report.outcomes)
        engine.resolve(HIRE, desk.desired(wait=True), desk.workspace, happened_as="h1")
    assert action(desk.plan(wait=True)) == (Action.NOOP, "it ran")


def test_a_lost_state_finds_it_again(hires: Callable[..., Kind], desk: Desk, office: Office) -> None:
    hires()
    office.hires.append({"_id": "h0", "projectID": "p1", "coworker": "Ann", "phase": "Signed"})
    (match,) = (each for each in engine.rebuild(desk.desired(), desk.workspace) if each.address == HIRE)
    assert (match.id, match.sure, match.why) == ("h0", "likely", "the only one with its coworker")
    assert action(desk.plan()) == (Action.NOOP, "it happened")
