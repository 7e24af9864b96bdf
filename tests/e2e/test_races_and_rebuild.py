"""Two people with two states on one project, what changes between plan and apply, and a state that was lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Action, Outcome, Plan, Status

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Desk


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Desk:
    """Another person with the same manifests, the same workspace, and a state of their own."""
    folder = tmp_path / "other"
    shutil.copytree(desk.folder, folder)
    return replace(desk, folder=folder)


def statuses(outcomes: tuple[Outcome, ...]) -> dict[str, str]:
    """How the changes that do something ended, by address."""
    return {
        str(outcome.change.address): outcome.status.value
        for outcome in outcomes
        if outcome.change.action is not Action.NOOP
    }


def live_counts(desk: Desk) -> dict[str, int]:
    """How many projects, skills, flows, schedules and runs are live."""
    server, raw = desk.remote.server, desk.remote.raw
    projects = raw("GET", "/v1/project", userId=server.user_id, orgId=server.org_id).json()["projectList"]
    found = {"projects": len(projects)}
    for name, path, key in (
        ("skills", "/skills/", "skills"),
        ("flows", "/agentflows", "agentflows"),
        ("schedules", "/schedules/coworker", "schedules"),
    ):
        found[name] = sum(len(raw("GET", path, projectID=each["_id"]).json()[key]) for each in projects)
    found["runs"] = sum(len(raw("GET", f"/{each['_id']}/execution_flows").json()["data"]) for each in projects)
    return found


ONCE = {"projects": 1, "skills": 2, "flows": 1, "schedules": 1, "runs": 1}


def test_what_somebody_made_since_the_plan_is_not_made_twice(desk: Desk, other: Desk) -> None:
    theirs = other.plan()
    desk.apply()
    ended = statuses(other.apply(theirs))
    assert ended["Project/support-desk"] == "conflict"
    assert set(ended.values()) == {"conflict", "skipped"}
    assert live_counts(desk) == ONCE


def test_what_somebody_made_in_a_project_both_have_is_not_made_twice(desk: Desk, other: Desk) -> None:
    whole = {file.name: file.read_text("utf-8") for file in desk.folder.glob("*.yaml")}
    for each in (desk, other):
        for name in whole:
            if name != "project.yaml":
                (each.folder / name).unlink()
    desk.apply()
    shutil.copytree(desk.folder / ".wexa-sync", other.folder / ".wexa-sync")
    for each in (desk, other):
        for name, text in whole.items():
            (each.folder / name).write_text(text, "utf-8")
    theirs = other.plan()
    desk.apply()
    ended = statuses(other.apply(theirs))
    assert set(ended.values()) == {"conflict", "skipped"}
    assert live_counts(desk) == ONCE


def test_of_two_who_edit_the_same_thing_the_second_sees_a_conflict(
    desk: Desk, other: Desk, work: Callable[[Plan], list[str]]
) -> None:
    desk.apply()
    shutil.copytree(desk.folder / ".wexa-sync", other.folder / ".wexa-sync")
    prompt = "prompts/classify.md"
    (desk.folder / prompt).write_text("Ours.\n", "utf-8")
    (other.folder / prompt).write_text("Theirs.\n", "utf-8")
    theirs = other.plan()
    desk.apply()
    (outcome,) = [each for each in other.apply(theirs) if each.change.action is not Action.NOOP]
    assert outcome.status is Status.CONFLICT
    assert "changed on the live side" in outcome.error
    assert work(desk.plan()) == [], "nothing of ours was overwritten"


def test_a_lost_state_is_rebuilt_from_what_is_live(desk: Desk, cli: Cli, work: Callable[[Plan], list[str]]) -> None:
    desk.apply()
    old = desk.workspace.store.load()
    shutil.rmtree(desk.folder / ".wexa-sync")
    desk.remote.forget()
    shown = json.loads(cli(desk.folder, "state", "rebuild", "--format", "json", env=desk.remote.env).stdout)
    assert {each["address"]: each["id"] for each in shown} == {str(a): r.id for a, r in old.records.items()}
    assert {each["address"] for each in shown if each["sure"] != "certain"} == {"support-desk/Execution/smoke-test"}
    assert desk.remote.writes == []
    assert work(desk.plan()) == []
    again = cli(desk.folder, "state", "rebuild", code=64, env=desk.remote.env)
    assert "there is a state already, with 9 resources" in again.stderr


def test_a_rebuild_says_what_it_is_not_sure_of(desk: Desk, cli: Cli, work: Callable[[Plan], list[str]]) -> None:
    desk.apply()
    shutil.rmtree(desk.folder / ".wexa-sync")
    (desk.folder / "schedule.yaml").write_text(
        (desk.folder / "schedule.yaml").read_text("utf-8").replace("Summarise", "Count"), "utf-8"
    )
    flow = desk.folder / "triage.yaml"
    flow.write_text(flow.read_text("utf-8").replace("Classifies a ticket", "Reads a ticket"), "utf-8")
    shown = cli(desk.folder, "state", "rebuild", env=desk.remote.env).stdout
    assert "the only one with its name; description differs" in shown
    assert "none      support-desk/Schedule/new-year-digest\n          nothing live has its name" in shown
    assert shown.rstrip().endswith("Rebuilt: 8 of 9 declared resources are in the state. Review: `wexa-sync plan`.")
    assert sorted(line.split(":")[0] for line in work(desk.plan())) == [
        "blocked support-desk/AgentFlow/triage",
        "create support-desk/Schedule/new-year-digest",
    ]
