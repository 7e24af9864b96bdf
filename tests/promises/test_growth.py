"""Nothing grows faster than the work: eleven times the resources take each function about eleven times the steps.

Steps are the lines that the interpreter runs, counted for each function by itself. So they are the same on any machine,
and one walk too many in one function is not lost among all the others.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from msgspec import Struct, field

import wexa_sync
from tests.conftest import Desk, Remote, failures_of, opened
from wexa_sync import engine
from wexa_sync.export.read import survey
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Choice, Desired, Limits, Plan
from wexa_sync.render import RENDERERS
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.report import report_view

FEW, TIMES = 2, 11
MOST, SPARE = 2 * TIMES, 500
"""How many times the steps it may take, and how many more: to sort eleven times as many takes a few more."""

EACH = 9
"""The steps for each resource that a function may take which a small workspace hardly needs: a long plan is brief."""

RESOURCES = 6  # of each size: a project, a skill, a flow with two agents, and a schedule

HERE = str(Path(wexa_sync.__file__).parent)
SANDBOX = f"{HERE}/sandbox/"

Write = Callable[[Path, int, str, str], None]
"""Writes the manifests of a workspace of that size, with a word and with what stands in each project."""

PROJECT = """apiVersion: wexa.ai/v1
kind: Project
metadata: {{name: {0}}}
spec: {{projectName: {0}, description: One}}
"""
INSIDE = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {{name: skill-{1}, project: {0}}}
spec: {{name: Content creator - {1}, description: One, connector_id: {{external: Content creator}}}}
---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {{name: flow-{1}, project: {0}}}
spec:
  name: Flow {1}
  description: One
  role: Helper
  agents:
    - {{handle: sort, title: Sort, role: "{2}", skills: [skill-{1}], prompt: {{template: "Sort {1}."}}}}
    - {{handle: file, title: File, role: "{2}", skills: [skill-{1}], prompt: {{template: "File {1}."}}}}
---
apiVersion: wexa.ai/v1
kind: Schedule
metadata: {{name: digest-{1}, project: {0}}}
spec: {{coworker_id: flow-{1}, template: "{2} {1}", schedule: 2035-01-02T07:00:00Z}}
"""
WITHOUT_SCHEDULE = INSIDE.rpartition("---\n")[0]
WITHOUT_FIRST = "".join(line for line in WITHOUT_SCHEDULE.splitlines(True) if "handle: sort" not in line)


class Steps(Struct, dict=True):
    """Hold the steps of each function, in each phase of the life of a workspace."""

    counts: dict[str, Counter[CodeType]] = field(default_factory=dict)

    def of(self, phase: str, call: Callable[..., Any], *given: Any) -> Any:
        """Return what a call returns that is given these values, and count its steps."""
        with counted(self.counts.setdefault(phase, Counter())):
            return call(*given)


@contextmanager
def counted(counts: Counter[CodeType]) -> Iterator[None]:
    """Count the lines of the package that run in a block, in this thread and in its workers."""

    def line(frame: FrameType, event: str, _value: Any) -> Any:
        counts[frame.f_code] += event == "line"
        return line

    def call(frame: FrameType, _event: str, _value: Any) -> Any:
        name = frame.f_code.co_filename
        return line if name.startswith(HERE) and not name.startswith(SANDBOX) else None

    def begin(frame: FrameType, event: str, value: Any) -> Any:
        if not threading.current_thread().name.startswith("ThreadPool"):  # one of the sandbox
            sys.settrace(None)
            return None
        sys.settrace(call)
        return call(frame, event, value)

    before = sys.gettrace()
    threading.settrace(begin)
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(before)
        threading.settrace(before)  # none, or that of a measurement of coverage


class Life(Struct, dict=True):
    """Hold the life of one workspace, from its first plan to its end."""

    desk: Desk
    steps: Steps
    write: Write
    size: int

    def live(self) -> None:
        """Make, leave, change, look at and delete all resources."""
        self.declare("One")
        self.plan_and_apply("new", "json", "markdown", "html", "text")
        self.plan_and_apply("no-op", "text")
        self.declare("Two")
        self.plan_and_apply("changed", *RENDERERS)
        workspace = self.desk.workspace
        state = self.steps.of("load", workspace.store.load)
        self.steps.of("history", workspace.store.past)
        self.steps.of("drift", lambda: engine.drift(self.desk.opened()))
        self.steps.of("snapshot", lambda: engine.snapshot(self.desk.read(), self.desk.opened()))
        self.steps.of("survey", lambda: survey(self.desk.workspace.api, state, parallelism=1))

    def bring_back(self, other: Life, third: Life) -> None:
        """Export what is live, and bring back what the other, with a state of its own, changes and then deletes."""
        self.export("export")
        other.declare("Two")
        imported = self.steps.of("import", lambda: engine.plan_to_import(other.desk.read(), other.desk.workspace))
        other.apply("import", imported, "text")
        other.declare("Three")
        other.apply("by others", other.planned("by others", other.desk.read(), Choice()))
        self.export("export into")
        self.pull("pull", gone=False)
        third.give_up()
        other.apply("gone", other.planned("gone", engine.NOTHING, Choice(prune=True)))
        self.pull("pull gone", gone=True)

    def give_up(self) -> None:
        """Plan to delete what others need: the first agent of each flow, then all that is not unmanaged."""
        self.declare("Three", WITHOUT_SCHEDULE)
        self.apply("some", engine.plan_to_import(self.desk.read(), self.desk.workspace))
        self.declare("Three", WITHOUT_FIRST)
        may = frozenset({"agent.delete"})
        cut_off = self.planned("cut off", self.desk.read(), Choice(prune=True), allowed=may).blocked
        assert sum("it leads to" in each.reason for each in cut_off) == self.size
        assert len(self.planned("in use", engine.NOTHING, Choice(prune=True)).blocked) >= self.size

    def export(self, label: str) -> None:
        """Write what is live into a folder beside the manifests: into what stands there, if an export wrote it."""
        folder = self.desk.folder.with_name("export")
        self.steps.of(label, lambda: engine.export(self.desk.workspace, folder, into=True))

    def pull(self, label: str, *, gone: bool) -> None:
        """Write what others changed, or deleted, into the manifests."""
        sources = Sources(paths=(self.desk.folder,), root=self.desk.folder)
        pulled = self.steps.of(label, lambda: engine.pull(sources, self.desk.workspace, gone=gone))
        assert not pulled.refused
        assert pulled.files
        self.steps.of(f"{label}: write", lambda: engine.write_pulled(pulled, self.desk.workspace))

    def declare(self, word: str, inside: str = INSIDE) -> None:
        """Write the manifests, with that word in what changes."""
        self.desk.folder.mkdir(parents=True, exist_ok=True)
        self.write(self.desk.folder, self.size, word, inside)

    def plan_and_apply(self, label: str, *formats: str) -> None:
        """Plan what is declared, lay the plan and the report out in these formats, and apply."""
        desired = self.steps.of(f"{label}: read", self.desk.read)
        plan = self.planned(label, desired, Choice())
        self.lay_out(label, "plan", lambda: plan_view(plan), formats)
        self.apply(label, plan, *formats)

    def planned(self, label: str, desired: Desired, choice: Choice, **options: Any) -> Plan:
        """Return a plan. `options` are those of the workspace."""
        plan: Plan = self.steps.of(
            f"{label}: plan", lambda: engine.plan(desired, self.desk.opened(**options), choice, limits=Limits())
        )
        return plan

    def apply(self, label: str, plan: Plan, *formats: str) -> None:
        """Apply a plan, and lay the report out."""
        workspace = self.desk.workspace
        workspace.api.sign_in()
        report = self.steps.of(f"{label}: apply", lambda: engine.apply(plan, workspace, limits=None))
        assert not failures_of(report.outcomes)
        self.lay_out(label, "report", lambda: report_view(report), formats)

    def lay_out(self, label: str, what: str, view: Callable[[], Any], formats: Sequence[str]) -> None:
        """Lay a view out in these formats."""
        for name in formats:
            for level in Level if name == "text" else (Level.NORMAL,):
                layout = Layout(level=level, color=level is Level.FULL)
                if make := getattr(RENDERERS[name](layout), what):
                    self.steps.of(f"{label}: {what} as {name}, {level.value}", lambda make: make(view()), make)


def of_one_project(folder: Path, size: int, word: str, inside: str) -> None:
    """Write the manifests of one large project."""
    all_inside = "".join(inside.format("desk", number, word) for number in range(size))
    (folder / "desk.yaml").write_text(PROJECT.format("desk") + all_inside, "utf-8")


def of_many_projects(folder: Path, size: int, word: str, inside: str) -> None:
    """Write the manifests of many small projects."""
    for number in range(size):
        name = f"desk-{number}"
        (folder / f"{name}.yaml").write_text(PROJECT.format(name) + inside.format(name, number, word), "utf-8")


@pytest.fixture
def lived(tmp_path: Path) -> Callable[..., Steps]:
    """Return the function that counts the steps of the life of a workspace."""

    def live(write: Write, size: int) -> Steps:
        steps = Steps()
        with opened() as remote:
            names = ("desk", "other", "third")
            one, other, third = (Life(desk(tmp_path / str(size) / name, remote), steps, write, size) for name in names)
            one.live()
            one.bring_back(other, third)
        return steps

    return live


def desk(folder: Path, remote: Remote) -> Desk:
    """Return a desk with one worker, so that each run takes the same steps."""
    return Desk(folder, remote, parallelism=1, settle=0.0)


@pytest.mark.parametrize("write", [of_one_project, of_many_projects])
def test_each_function_takes_as_many_times_the_steps_as_there_is_work(
    lived: Callable[..., Steps], write: Write
) -> None:
    lived(write, 1)  # what is imported, compiled and worked out once
    few, many = (lived(write, size).counts for size in (FEW, FEW * TIMES))
    assert few.keys() == many.keys()
    assert list(_grown(few, many)) == []


def _grown(few: dict[str, Counter[CodeType]], many: dict[str, Counter[CodeType]]) -> Iterator[str]:
    """Give each function that grows faster than the work, with the phase and its steps."""
    for phase, counts in many.items():
        for code, count in counts.items():
            before = few[phase][code]
            if count > max(MOST * before + SPARE, EACH * RESOURCES * FEW * TIMES):
                place = f"{code.co_filename.removeprefix(HERE)}:{code.co_firstlineno}"
                yield f"{phase}: {before} -> {count} steps in {code.co_name} ({place})"
