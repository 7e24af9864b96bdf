"""Two people with two states on one project, what changes between plan and apply, and a state that was lost."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.model import Action, Address, Choice, Outcome, Plan, Status

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Remote


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Desk:
    """Return the desk of another person: the same manifests and workspace, and a state of their own."""
    folder = tmp_path / "other"
    shutil.copytree(desk.folder, folder)
    return replace(desk, folder=folder)


def statuses(outcomes: tuple[Outcome, ...]) -> dict[str, str]:
    """Return how each change other than a no-op ended, by address."""
    return {
        str(outcome.change.address): outcome.status.value
        for outcome in outcomes
        if outcome.change.action is not Action.NOOP
    }


def live_counts(desk: Desk) -> dict[str, int]:
    """Return how many projects, skills, flows, schedules and runs are live."""
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
    assert "none      support-desk/Schedule/new-year-digest\n          no live object has its name" in shown
    assert shown.rstrip().endswith("Rebuilt: 8 of 9 declared resources are in the state. Review: `wexa-sync plan`.")
    assert sorted(line.split(":")[0] for line in work(desk.plan())) == [
        "blocked support-desk/AgentFlow/triage",
        "create support-desk/Schedule/new-year-digest",
    ]


def ids_of(desk: Desk) -> dict[str, str]:
    return {str(address): record.id for address, record in desk.workspace.store.load().records.items()}


@pytest.mark.parametrize("name", ["Project/support-desk", "support-desk/Schedule/new-year-digest"])
def test_what_somebody_edits_between_plan_and_apply_is_not_overwritten(desk: Desk, name: str) -> None:
    desk.apply()
    ids, raw = ids_of(desk), desk.remote.raw
    whole = name == "Project/support-desk"
    file = desk.folder / ("project.yaml" if whole else "schedule.yaml")
    text = file.read_text("utf-8")
    file.write_text(text.replace("Reads tickets", "Eats tickets").replace("2035-01-02", "2035-01-03"), "utf-8")
    plan = desk.plan()
    path = f"/v1/project/{ids[name]}" if whole else f"/schedule/coworker/{ids[name]}"
    if whole:
        theirs = {**raw("GET", path).json(), "coworker_role": "Theirs", "description": "Theirs."}
        raw("PUT", "/v1/project", theirs, projectId=ids[name]).raise_for_status()
    else:
        raw("PATCH", path, {"schedule": 2_100_000_000}, projectID=ids["Project/support-desk"]).raise_for_status()
    before = raw("GET", path).json()
    assert statuses(desk.apply(plan)) == {name: "conflict"}
    assert raw("GET", path).json() == before


def test_what_somebody_edits_between_plan_and_apply_is_not_deleted(desk: Desk) -> None:
    desk.apply()
    ids, raw = ids_of(desk), desk.remote.raw
    (desk.folder / "schedule.yaml").unlink()
    plan = desk.plan(Choice(prune=True))
    project, schedule = ids["Project/support-desk"], ids["support-desk/Schedule/new-year-digest"]
    raw("PATCH", f"/schedule/coworker/{schedule}", {"template": "Theirs."}, projectID=project).raise_for_status()
    assert statuses(desk.apply(plan)) == {"support-desk/Schedule/new-year-digest": "conflict"}
    assert live_counts(desk) == ONCE
    assert len(ids_of(desk)) == 9


@pytest.mark.parametrize("what", ["edited", "got a skill"])
def test_a_project_that_somebody_uses_between_plan_and_destroy_is_not_deleted(desk: Desk, what: str) -> None:
    desk.apply()
    raw, project = desk.remote.raw, ids_of(desk)["Project/support-desk"]
    plan = engine.plan(engine.NOTHING, desk.workspace, Choice(prune=True))
    assert "delete Project/support-desk" in {f"{each.action.value} {each.address}" for each in plan}
    if what == "edited":
        theirs = {**raw("GET", f"/v1/project/{project}").json(), "coworker_role": "R", "description": "Theirs."}
        raw("PUT", "/v1/project", theirs, projectId=project).raise_for_status()
    else:
        connector = raw("GET", f"/connectors/{project}").json()[0]["accountDetails"][0]["connectorID"]
        theirs = {"name": "Theirs", "description": "D", "logo": "L", "user_id": None, "projectID": project}
        raw("POST", "/skills/", {**theirs, "connector_id": connector, "connector_name": "C"}).raise_for_status()
    outcomes = {str(each.change.address): each for each in desk.apply(plan)}
    assert outcomes["Project/support-desk"].status is Status.CONFLICT
    assert ("Skill 'Theirs'" in outcomes["Project/support-desk"].error) is (what != "edited")
    assert live_counts(desk)["projects"] == 1
    assert live_counts(desk)["skills"] == (2 if what == "edited" else 3)
    assert "Project/support-desk" in ids_of(desk)


def lock_of(desk: Desk, **changes: object) -> Path:
    """Return a lock that another machine left."""
    file = desk.workspace.store.path.with_name("state.json.lock")  # type: ignore[attr-defined]  # it is a FileStore
    file.parent.mkdir(exist_ok=True)
    holder = {"owner": "ci@far-away pid 7", "pid": 7, "host": "far-away", "created": "2035-01-01T00:00:00+00:00"}
    file.write_text(json.dumps({**holder, "expires": "2099-01-01T00:00:00+00:00", **changes}), "utf-8")
    return Path(file)


def test_the_lock_of_another_machine_is_named_and_removed_by_state_unlock(desk: Desk, cli: Cli) -> None:
    file = lock_of(desk)
    refused = cli(desk.folder, "apply", "--auto-approve", code=1, env=desk.remote.env)
    said = " ".join(refused.stderr.split())
    assert "is locked by ci@far-away pid 7 since 2035-01-01T00:00:00+00:00, until 2099-01-01" in said
    assert "wexa-sync state unlock" in said
    assert desk.remote.writes == []
    unlocked = cli(desk.folder, "state", "unlock")
    assert unlocked.stdout.startswith("Unlocked. It was locked by ci@far-away pid 7 since 2035")
    assert not file.exists()
    assert cli(desk.folder, "state", "unlock").stdout == "The state is not locked.\n"
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)


def test_a_lease_that_another_machine_let_expire_is_taken_over(desk: Desk, cli: Cli) -> None:
    file = lock_of(desk, expires="2020-01-01T00:00:00+00:00")
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    assert not file.exists()


def test_state_unlock_takes_nothing_from_a_living_apply(desk: Desk, cli: Cli) -> None:
    with desk.workspace.store.session(desk.workspace.target):
        refused = cli(desk.folder, "state", "unlock", code=1)
    said = " ".join(refused.stderr.split())
    assert "that process is alive here" in said
    assert f"kill {os.getpid()}" in said


@pytest.mark.parametrize("deleted", ["404", "is_deleted"])
def test_a_project_that_was_deleted_outside_is_made_anew_with_all_in_it(
    desk: Desk,
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
    failures: Callable[[tuple[Outcome, ...]], list[str]],
    work: Callable[[Plan], list[str]],
    deleted: str,
) -> None:
    with open_sandbox(readings={"deleted": deleted}) as remote:
        desk = replace(desk, remote=remote)
        desk.apply()
        project = next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")
        remote.raw("DELETE", f"/v1/project/{project}").raise_for_status()
        # The schedule is left for the plan after: its record still has the id of what went with the old project.
        without = desk.plan()
        schedule = Address.parse("support-desk/Schedule/new-year-digest")
        assert f"create {schedule}" in work(without)
        remote.fault("400 POST /schedule/coworker times=forever")
        assert failures(desk.apply(without)) != []
        remote.fault()
        assert work(desk.plan()) == [f"create {schedule}"]
        assert failures(desk.apply()) == []
        assert work(desk.plan()) == []
