"""The steps in order, without the command line: what each refuses, and what it hands on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.errors import (
    InvalidManifests,
    NothingDeclared,
    PlanBlocked,
    PlanRefused,
    StateError,
    StateLocked,
    UsageError,
)
from wexa_sync.executions.answer import Answer
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Address, Choice, Limits, Status
from wexa_sync.plan.file import save
from wexa_sync.plan.limits import Excess
from wexa_sync.plan.scope import Scope

if TYPE_CHECKING:
    from tests.conftest import Desk
    from tests.unit.conftest import Folder

PROJECT = Address.parse("Project/support-desk")
RUN = Address.parse("support-desk/Execution/smoke-test")
ONE = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: one}\nspec: {projectName: One}\n"
BROKEN = "apiVersion: wexa.ai/v1\n]\n"
TWO = ONE.replace("one", "two").replace("One", "Two")


def sources(*paths: str, whole: str | None = None) -> Sources:
    """Return sources of those paths of the current folder, as a part of `whole`."""
    return Sources(paths=tuple(map(Path, paths)), root=Path.cwd(), whole=None if whole is None else (Path(whole),))


def test_what_the_paths_leave_out_is_left_alone(folder: Folder) -> None:
    folder.write({"a/m.yaml": ONE, "b/m.yaml": TWO})
    part = sources("a", whole=".")
    scope = engine.scope_of(engine.read(part), part)
    assert scope.elsewhere == {Address.parse("Project/two"): "b/m.yaml"}
    for all_of_it in (sources("."), sources("a", "b", whole=".")):
        assert engine.scope_of(engine.read(all_of_it), all_of_it) == Scope()


def test_a_file_that_cant_be_read_may_declare_anything(folder: Folder) -> None:
    folder.write({"a/m.yaml": ONE, "b/m.yaml": BROKEN})
    part = sources("a", whole=".")
    assert engine.scope_of(engine.read(part), part).unread == ("b/m.yaml",)


def test_a_destroy_is_of_what_the_paths_declare_or_of_everything(folder: Folder) -> None:
    folder.write({"a/m.yaml": ONE, "b/m.yaml": TWO.replace("name: two", "name: two, lifecycle: {deletion: retain}")})
    assert engine.scope_to_destroy(sources("a", whole=".")).only == frozenset({Address.parse("Project/one")})
    whole = engine.scope_to_destroy(sources("."))
    assert whole.only is None
    assert whole.lifecycles[Address.parse("Project/two")].retain
    folder.write({"c/m.yaml": "# nothing\n", "b/m.yaml": BROKEN})
    assert engine.scope_to_destroy(sources("c")) == Scope()
    with pytest.raises(NothingDeclared):
        engine.scope_to_destroy(sources("c", whole="."))
    with pytest.raises(InvalidManifests):
        engine.scope_to_destroy(sources("."))


def test_a_destroy_without_a_state_finds_nothing_and_says_so(desk: Desk) -> None:
    scope = engine.scope_to_destroy(Sources(paths=(desk.folder,), root=desk.folder))
    with pytest.raises(StateError, match=r"there is no state in .*state\.json"):
        engine.plan_to_destroy(desk.workspace, scope)
    assert desk.remote.requests == []
    desk.apply()
    plan = engine.plan_to_destroy(desk.workspace, scope)
    assert PROJECT in {change.address for change in plan if change.action is Action.DELETE}


def test_what_is_not_allowed_is_not_asked_about(desk: Desk) -> None:
    asked: list[Sequence[Excess]] = []

    def asks(over: Sequence[Excess]) -> bool:
        asked.append(over)
        return True

    with engine.locked(desk.workspace) as workspace:
        plan = engine.plan(desk.read(), workspace)
        with pytest.raises(PlanRefused, match="start 1 execution, more than 0"):
            engine.approve(plan, workspace, Limits(max_executions=0), asks)
        stale = replace(plan, serial=plan.serial + 1)
        with pytest.raises(PlanRefused, match="the state has changed"):
            engine.approve(stale, workspace, None, asks)
        assert asked == []
        assert engine.approve(plan, workspace, Limits(max_executions=0, force=True), asks)
        assert [[excess.flag for excess in over] for over in asked] == [["--allow executions=1"]]
        assert engine.approve(plan, workspace, None, lambda _over: False) is False


def test_strict_applies_nothing_where_anything_is_blocked(desk: Desk) -> None:
    desk.apply()
    file = desk.folder / "triage.yaml"
    file.write_text(file.read_text("utf-8").replace("Classifies", "Reads"), "utf-8")
    plan = desk.plan()
    assert plan.blocked
    desk.remote.forget()
    with pytest.raises(PlanBlocked, match=f"{len(plan.blocked)} blocked"):
        engine.apply(plan, desk.workspace, limits=Limits(strict=True))
    assert desk.remote.requests == []


def test_nobody_else_takes_the_state_while_a_person_is_asked(desk: Desk) -> None:
    def asks(_over: Sequence[Excess]) -> bool:
        with pytest.raises(StateLocked), engine.locked(desk.workspace):
            pass
        return True

    with engine.locked(desk.workspace) as workspace:
        plan = engine.plan(engine.NOTHING, workspace)
        assert engine.approve(plan, workspace, Limits(), asks)


def test_a_saved_plan_holds_where_it_was_made(desk: Desk) -> None:
    desk.apply()
    save(desk.plan(Choice(prune=True)), file := desk.folder / "it.plan")
    plan = engine.saved_plan(file, Sources(paths=(desk.folder,), root=desk.folder), {})
    engine.require_planned_here(plan, desk.workspace)
    desk.remote.forget()
    with pytest.raises(PlanRefused, match="the plan is for"):
        engine.require_planned_here(replace(plan, target=replace(plan.target, org_id="other")), desk.workspace)
    assert desk.remote.requests == []
    with pytest.raises(PlanRefused, match="was made as the user"):
        engine.require_planned_here(replace(plan, user_id="other"), desk.workspace)


def test_a_manifest_that_is_here_protects_from_a_saved_plan(desk: Desk, tmp_path: Path) -> None:
    desk.apply()
    shutil.move(desk.folder / "schedule.yaml", kept := tmp_path / "kept.yaml")
    save(desk.plan(Choice(prune=True)), file := tmp_path / "it.plan")
    text = kept.read_text("utf-8")
    kept.write_text(text.replace("metadata:\n", "metadata:\n  lifecycle: {deletion: retain}\n"), "utf-8")
    whole = Sources(paths=(desk.folder, kept), root=desk.folder)
    with pytest.raises(PlanRefused, match="deletes support-desk/Schedule/new-year-digest"):
        engine.saved_plan(file, whole, {})
    for nothing in (replace(whole, paths=(tmp_path / "none",)), replace(whole, assignments=("none",))):
        assert engine.saved_plan(file, nothing, {}).count(Action.DELETE) == 1


def test_the_state_is_changed_only_where_it_holds_the_address(desk: Desk) -> None:
    desk.apply()
    store, new = desk.workspace.store, Address.parse("Project/front-desk")
    engine.move(store, PROJECT, new)
    assert PROJECT not in store.load().records
    assert engine.forget(store, Address.parse("front-desk/Execution/smoke-test")).address.project == "front-desk"
    held = store.load()
    for change in (lambda: engine.move(store, PROJECT, new), lambda: engine.forget(store, RUN)):
        with pytest.raises(UsageError, match="is not in the state"):
            change()
    assert store.load() == held


def test_a_run_is_found_waited_for_and_acted_on(desk: Desk) -> None:
    desk.apply()
    workspace, told = desk.workspace, list[str]()
    run = engine.find_run(workspace, str(RUN))
    assert [each.id for each in engine.runs(workspace)] == [run.id]
    ended = engine.wait(workspace, run, seconds=60, tell=told.append, ask=lambda _run, _question: None)
    assert told[-1] == ended.status
    assert engine.with_questions(workspace, ended).questions == ()
    desk.remote.forget()
    with pytest.raises(Exception, match="can't be paused"):
        engine.control(workspace, ended, "pause")
    with pytest.raises(Exception, match="asks nothing now"):
        engine.answer(workspace, ended, Answer(approved=True))
    assert desk.remote.writes == []


def test_the_report_is_of_the_plan_that_was_made(desk: Desk) -> None:
    words: set[str] = set()
    with engine.locked(desk.workspace) as workspace:
        plan = engine.plan(desk.read(), workspace)
        report = engine.apply(plan, workspace, progress=lambda _change, word: words.add(word))
    assert report.plan is plan
    assert {outcome.status for outcome in report.outcomes} == {Status.APPLIED}
    assert "applied" in words


def test_every_name_has_a_home_and_loads() -> None:
    """Find each name: it stands in three lists, for type checkers, for importers, and with its file."""
    assert sorted(engine.__all__) == sorted(engine._HOME_OF)
    assert not engine._HOMES.keys() & engine._HOME_OF.keys(), "a file that is loaded takes the place of its name"
    assert all(getattr(engine, name).__module__.startswith("wexa_sync.") for name in engine.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = engine.nothing
