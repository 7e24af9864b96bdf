"""Nothing grows faster than the work: ten times as much to do takes about ten times the steps, not a hundred times.

Steps are calls, as the interpreter counts them, and items that are copied: the same on each machine and on each day.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Keep, as_it_is
from wexa_sync.executions.runs import list_runs
from wexa_sync.model import (
    Address,
    Choice,
    Desired,
    Intent,
    Manifest,
    Options,
    Record,
    Ref,
    Sealed,
    Source,
    Status,
    Target,
)
from wexa_sync.state import FileStore, Intend, Remember, State
from wexa_sync.state import base as state_base
from wexa_sync.state import versions as state_versions
from wexa_sync.state.format import read_state, state_text
from wexa_sync.state.journal import journal_line, journal_start, read_journal, replay
from wexa_sync.workspace import Workspace

TARGET = Target(base_url="http://127.0.0.1", org_id="org")
SLOWEST = Options(parallelism=1, settle=0.0)
PROJECT = Address(kind="Project", name="desk")
RUN = Address(project="desk", kind="Execution", name="run")
HERE = Source(file="desk.yaml", line=1)
FEW, TIMES, MOST = 31, 10, 12
"""A size at which no server cuts lists, ten times that, and how many times the steps it may take.

In squares it would come to forty and more.
"""


class Steps(Struct, dict=True):
    """Hold what was counted."""

    count: int = 0


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    """Count the calls of this thread, and the items that the state copies, for the length of a block."""
    steps = Steps()

    def copying(items: Any = ()) -> dict[Any, Any]:
        steps.count += len(items)
        return dict(items)

    def note(_frame: object, event: str, _what: object) -> None:
        steps.count += event in ("call", "c_call")

    with monkeypatch.context() as patched:
        for module in (state_base, state_versions):
            patched.setattr(module, "dict", copying, raising=False)
        sys.setprofile(note)
        try:
            yield steps
        finally:
            sys.setprofile(None)


class Server(Struct, dict=True):
    """Represent the least of a server: one project with one connector, its skills, and nothing that is slow or lags."""

    skills: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    projects: int = 0
    ahead: float = 0.0

    def request(self, method: str, path: str, *, body: Any = None, keep: Keep = as_it_is, **_more: Any) -> Any:
        """Answer a request as `Http` does."""
        return SimpleNamespace(body=keep(self.answer(method, path, body)), attempts=1)

    def answer(self, method: str, path: str, body: Any) -> Any:
        """Return what the server says."""
        if (method, path) == ("POST", "/skills/"):
            self.skills.append({**body, "_id": f"skill-{len(self.skills)}"})
            return self.skills[-1]
        if path == "/v1/project" and self.projects:
            items = [{"_id": f"p{number}", "projectName": f"p{number}"} for number in range(self.projects)]
            return {"projectList": items, "totalCount": len(items)}
        if path.endswith("/execution_flows"):
            return {"data": self.runs}
        if path.startswith("/connectors/"):
            path = "/connectors/desk"
        return {
            "/customer": {"organization_id": "org", "user_id": "user"},
            "/v1/project": {"projectList": [{"_id": "desk", "projectName": "Desk"}], "totalCount": 1},
            "/connectors/desk": [
                {"category": "mail", "accountDetails": [{"connectorID": "mail", "sourceName": "Mail"}]}
            ],
            "/agentflows": [],
            "/storage/desk": [],
            "/schedules/coworker": [],
            "/skills/": {"skills": list(self.skills), "total_count": len(self.skills)},
        }[path]


def skill(name: str) -> Manifest:
    """Return a declared skill."""
    return Manifest(
        address=Address(project="desk", kind="Skill", name=name),
        spec={
            "name": name,
            "description": "One",
            "connector_id": Ref(kind="Connector", external="Mail"),
        },
        source=HERE,
    )


def record(address: Address, id: str) -> Record:
    """Return the record of a skill."""
    return Record(address=address, id=id, spec={"name": address.name, "description": "One"})


class Bench(Struct, frozen=True, dict=True):
    """Represent a workspace whose state knows the project. As many skills are live there and not ours as declared."""

    workspace: Workspace
    desired: Desired

    @classmethod
    def of(cls, size: int, folder: Path) -> Bench:
        """Return one of that size."""
        strangers = [{"_id": f"theirs-{each}", "name": f"Theirs {each}", "projectID": "desk"} for each in range(size)]
        api = Api(Server(skills=strangers), org_id="org")  # type: ignore[arg-type]
        store = FileStore(folder / f"{size}.json")
        with store.session(TARGET) as session:
            spec = {"projectName": "Desk", "description": "One"}
            session.write(Remember(Record(address=PROJECT, id="desk", spec=spec)))
        manifests = {each.address: each for each in (skill(f"s{number}") for number in range(size))}
        workspace = Workspace(api=api, store=store, target=TARGET, options=SLOWEST)
        return cls(workspace, Desired(manifests=manifests, depends_on={address: frozenset() for address in manifests}))


def growth(steps: Callable[[int], int]) -> float:
    """Return by what factor the steps grow when the work grows tenfold."""
    steps(3)  # what is imported and worked out once
    return steps(FEW * TIMES) / steps(FEW)


def test_creates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(size: int) -> int:
        bench = Bench.of(size, tmp_path)
        plan = engine.plan(bench.desired, bench.workspace, Choice())
        with counted(monkeypatch) as found:
            report = engine.apply(plan, bench.workspace, limits=None)
        assert report.count(Status.APPLIED) >= size
        return found.count

    assert growth(steps) < MOST


def test_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(size: int) -> int:
        bench = Bench.of(size, tmp_path)
        with counted(monkeypatch) as found:
            plan = engine.plan(bench.desired, bench.workspace, Choice())
        assert len(plan.work) == size
        return found.count

    assert growth(steps) < MOST


def test_the_list_of_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(size: int) -> int:
        bench = Bench.of(0, tmp_path)
        runs = [{"_id": f"run-{number}", "goal": "Do it.", "status": "completed"} for number in range(2 * size)]
        server = Server(runs=runs)
        spec = {"goal": "Do it.", "input_variables": {"key": Sealed(template="${secret:KEY}", fingerprint="f")}}
        ours = (Address(project="desk", kind="Execution", name=f"r{number}") for number in range(size))
        held = [Record(address=each, id=f"run-{place}", spec=spec) for place, each in enumerate(ours)]
        state = bench.workspace.store.load().after(*map(Remember, held[: size - 3]))
        with counted(monkeypatch) as found:
            listed = list_runs(Api(server, org_id="org"), state)  # type: ignore[arg-type]
        assert sum(run.address is not None for run in listed) == size - 3
        return found.count

    assert growth(steps) < MOST


def test_a_plan_of_many_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(size: int) -> int:
        server = Server(projects=size)
        api, store = Api(server, org_id="org"), FileStore(tmp_path / f"many-{size}.json")  # type: ignore[arg-type]
        workspace = Workspace(api=api, store=store, target=TARGET, options=SLOWEST)
        run = Manifest(address=RUN, spec={"agentflow_id": Ref(kind="AgentFlow", id="f"), "goal": "Do it."}, source=HERE)
        declared = [
            replace(each, address=each.address.altered(project=f"p{n}"))
            for n in range(size)
            for each in (skill("s"), run)
        ]
        projects = [project(f"p{number}") for number in range(size)]
        with store.session(TARGET) as session:
            session.write(*(Remember(record(each.address, each.address.name)) for each in projects))
        manifests = {each.address: each for each in (*declared, *projects)}
        desired = Desired(manifests=manifests, depends_on={address: frozenset() for address in manifests})
        asked: list[State] = []
        owners = vars(State)["owners"].fget

        def noted(state: State) -> Any:
            asked.append(state)
            return owners(state)

        monkeypatch.setattr(State, "owners", property(noted))
        with counted(monkeypatch) as found:
            plan = engine.plan(desired, workspace, Choice())
        assert len(plan.work) >= 2 * size
        assert len(asked) == 1, "walks all that the state holds"
        return found.count

    assert growth(steps) < MOST


def project(name: str) -> Manifest:
    """Return a declared project."""
    return Manifest(
        address=Address(kind="Project", name=name), spec={"projectName": name, "description": "One"}, source=HERE
    )


def test_a_journal_read_back_and_written_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, journal_file = tmp_path / "state.json", tmp_path / "state.json.journal"

    def steps(size: int) -> int:
        start = State(target=TARGET, lineage="one").after(
            *(Remember(record(each, each.name)) for each in names("a", size))
        )
        text, state, lines = state_text(start), start, [journal_start(start)]
        with counted(monkeypatch) as found:
            for address in names("b", size):
                for entry in (Intend(intent(address)), Remember(record(address, address.name), intent(address).mark)):
                    state = state.after(entry)
                    lines.append(journal_line(state.serial, (entry,)))
            journal = read_journal(b"".join(lines), journal_file)
            again = replay(read_state(text, file), journal, file=file, journal_file=journal_file)
        assert (again.serial, again.records, again.intents) == (state.serial, state.records, {})
        assert len(again.records) == 2 * size
        return found.count

    assert growth(steps) < MOST


def names(prefix: str, size: int) -> Iterator[Address]:
    """Return that many addresses."""
    return (Address(project="desk", kind="Skill", name=f"{prefix}{number}") for number in range(size))


def intent(address: Address) -> Intent:
    """Return the intent to create a skill."""
    return Intent(address=address, operation="create", time=0.0, spec={}, fingerprint="f")
