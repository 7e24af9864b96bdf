"""`wexa-sync undo`: the plan back, with what can't be undone and what others changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.errors import UsageError
from wexa_sync.model import Action, Choice, Plan, Report, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Cli, Desk

PROJECT = "Project/support-desk"
FLOW = "support-desk/AgentFlow/triage"
SCHEDULE = "support-desk/Schedule/new-year-digest"


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    file = desk.folder / name
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def live(desk: Desk) -> dict[str, Any]:
    """Return the objects of the desk as they are live, by address."""
    seen = engine.look(desk.read(), desk.workspace)
    return {str(address): pair.live.spec for address, pair in seen.pairs.items() if pair.live is not None}


def undo(desk: Desk, name: str = "", *, force: bool = False, env: dict[str, str] | None = None) -> tuple[Plan, Report]:
    workspace = desk.workspace
    past = engine.find_past(workspace.store, name)
    with engine.locked(workspace) as locked:
        plan = engine.plan_to_undo(past, locked, env or {}, force=force)
        return plan, engine.apply(plan, engine.commanded(locked, f"undo {past.id}"), None)


def by_hand(desk: Desk, **more: str) -> None:
    """Change the project as a person in Wexa Studio does."""
    (record,) = [each for each in desk.workspace.store.load().records.values() if str(each.address) == PROJECT]
    body = {**record.spec, "orgId": desk.remote.server.org_id, **more}
    desk.remote.raw("PUT", "/v1/project", body, projectId=record.id).raise_for_status()


@pytest.fixture
def made(desk: Desk) -> Desk:
    """Return a desk that is applied, without its run."""
    (desk.folder / "execution.yaml").unlink()
    desk.apply()
    return desk


def change(desk: Desk) -> None:
    """Update a project and two agents, and delete a schedule."""
    edit(desk, "project.yaml", "Reads tickets", "Reads all tickets")
    edit(desk, "triage.yaml", "temperature: 0.4", "temperature: 0.5")
    edit(desk, "triage.yaml", "role: Sorts tickets by urgency\n", "role: Sorts\n      llm: {temperature: 0.9}\n")
    (desk.folder / "prompts" / "answer.md").write_text("Answer.", "utf-8")
    schedule = desk.folder / "schedule.yaml"
    schedule.rename(schedule.with_suffix(".kept"))
    desk.apply(desk.plan(Choice(prune=True)))


def test_what_was_updated_and_deleted_is_as_it_was_and_the_old_manifests_fit(
    made: Desk, work: Callable[[Plan], list[str]]
) -> None:
    old = {path: path.read_bytes() for path in made.folder.rglob("*") if path.suffix in (".yaml", ".md")}
    before = live(made)
    change(made)
    plan, report = undo(made)
    assert sorted(work(plan)) == [
        f"create {SCHEDULE}",
        f"update {PROJECT}",
        f"update {FLOW}/Agent/answer",
        f"update {FLOW}/Agent/classify",
    ]
    assert "the next apply makes it again: take that change back in" in plan.warnings[0]
    assert any(f"{SCHEDULE} is made again, so its id is another one" in each for each in plan.warnings)
    assert report.count(Status.APPLIED) == 4
    for path, text in old.items():
        path.write_bytes(text)
    assert live(made) == before
    assert work(made.plan(Choice(prune=True))) == [], "the records are as before, too"
    assert [each.origin.command[:4] for each in engine.history(made.workspace.store)] == ["undo", "appl", "appl"]
    plan, _ = undo(made)  # the undo
    assert sorted(work(plan)) == [
        f"delete {SCHEDULE}",
        f"update {PROJECT}",
        f"update {FLOW}/Agent/answer",
        f"update {FLOW}/Agent/classify",
    ]


def test_an_undo_touches_nothing_else(made: Desk, work: Callable[[Plan], list[str]]) -> None:
    edit(made, "triage.yaml", "temperature: 0.4", "temperature: 0.5")
    made.apply()
    by_hand(made, description="By hand.")
    plan, _ = undo(made)
    assert work(plan) == [f"update {FLOW}/Agent/answer"]
    assert work(made.plan()) == [f"update {PROJECT}", f"update {FLOW}/Agent/answer"]
    assert work(made.plan())[0] == f"update {PROJECT}", "what was changed by hand is still seen as that"


def test_a_field_beside_that_was_changed_by_hand_stays(made: Desk) -> None:
    edit(made, "project.yaml", "Reads tickets", "Reads all tickets")
    made.apply()
    by_hand(made, coworker_role="By hand.")
    undo(made)
    found = live(made)[PROJECT]
    assert (found["description"][:13], found["coworker_role"]) == ("Reads tickets", "By hand.")


@pytest.mark.parametrize("how", ["by hand", "by an apply"])
def test_what_others_changed_since_is_set_back_by_force_alone(
    made: Desk, work: Callable[[Plan], list[str]], how: str
) -> None:
    edit(made, "project.yaml", "Reads tickets", "Reads all tickets")
    made.apply()
    first = engine.find_past(made.workspace.store).id
    if how == "by hand":
        by_hand(made, description="By hand.")
    else:
        edit(made, "project.yaml", "Reads all tickets", "Reads some tickets")
        made.apply()
    plan, _ = undo(made, first)
    assert plan.work == ()
    (blocked,) = plan.blocked
    assert (str(blocked.address), blocked.wanted) == (PROJECT, "undo")
    assert blocked.reason.startswith("description was changed since")
    assert ("by the apply" in blocked.reason) == (how == "by an apply")
    assert "--force" in blocked.hint
    (field,) = blocked.fields
    assert field.after.startswith("Reads tickets")
    plan, _ = undo(made, first, force=True)
    assert work(plan) == [f"update {PROJECT}"]
    assert live(made)[PROJECT]["description"].startswith("Reads tickets")


def test_what_was_made_is_deleted_and_what_can_not_be_undone_is_marked(desk: Desk) -> None:
    desk.apply()
    edit(desk, "schedule.yaml", "new-year-digest", "second")
    edit(desk, "schedule.yaml", "Summarise the tickets", "Count the tickets")
    edit(desk, "execution.yaml", "name: smoke-test", "name: second")
    edit(desk, "execution.yaml", "Triage the sample ticket.", "Triage another ticket.")
    flow = desk.folder / "triage.yaml"
    new = "    - {handle: new, title: New, role: Helps, prompt: {template: Help.}}\n"
    flow.write_text(flow.read_text("utf-8") + new, "utf-8")
    desk.apply()
    plan, _ = undo(desk)
    assert [(each.action, str(each.address)) for each in plan.work] == [(Action.DELETE, "support-desk/Schedule/second")]
    why = {str(blocked.address): blocked.reason for blocked in plan.blocked}
    assert why.keys() == {f"{FLOW}/Agent/new", "support-desk/Execution/second"}
    assert "ran as" in why["support-desk/Execution/second"]
    assert "no documented call to delete it" in why[f"{FLOW}/Agent/new"]


def test_the_first_apply_is_undone_with_its_project(desk: Desk) -> None:
    desk.apply()
    plan, report = undo(desk)
    assert [(str(blocked.address), blocked.reason) for blocked in plan.blocked] == []
    assert {outcome.status for outcome in report.outcomes} == {Status.APPLIED}
    assert live(desk) == {}
    plan, report = undo(desk)  # a run does not happen again
    assert {change.action for change in plan.work} == {Action.CREATE}
    assert len(plan.work) == 8
    assert report.count(Status.APPLIED) == 8
    agents = [str(a).rpartition("/")[2] for a in desk.workspace.store.load().records if a.kind == "Agent"]
    flow = engine.look(desk.read(), desk.workspace).pairs
    positions = {pair.address.name: pair.live.position for pair in flow.values() if pair.live and pair.address.owner}
    assert sorted(agents, key=positions.__getitem__) == ["classify", "summarise", "answer"]


SECRET, OTHER = "sentinel-token-5d1f", "sentinel-second-91c4"


def test_a_secret_goes_back_where_its_value_is_set_again(made: Desk, work: Callable[[Plan], list[str]]) -> None:
    edit(made, "triage.yaml", "role: Drafts answers", 'role: "Bearer ${secret:TOKEN}"')
    made.apply(made.plan(env={"TOKEN": SECRET}))
    made.apply(made.plan(env={"TOKEN": OTHER}))
    agent = f"{FLOW}/Agent/answer"
    plan, _ = undo(made, env={"TOKEN": OTHER})
    assert work(plan) == []
    assert any(f"role of {agent} stays" in each and "secret" in each for each in plan.warnings)
    plan, _ = undo(made, env={"TOKEN": SECRET})
    assert work(plan) == [f"update {agent}"]
    assert live(made)[agent]["role"] == f"Bearer {SECRET}"
    assert work(made.plan(env={"TOKEN": SECRET})) == []


def test_an_update_that_was_killed_is_undone_as_far_as_it_went(
    made: Desk, cli: Cli, work: Callable[[Plan], list[str]]
) -> None:
    edit(made, "project.yaml", "Reads tickets", "Reads all tickets")
    edit(made, "triage.yaml", "temperature: 0.4", "temperature: 0.5")
    killed = """
import os, signal
from wexa_sync.api.client import Api
def send(self, call):
    if call.endpoint.method != "PUT":
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(self, call)
whole, Api.send = Api.send, send
"""
    cli(made.folder, "apply", "--auto-approve", "--parallelism", "1", env=made.remote.env, code=-9, before=killed)
    plan, _ = undo(made)
    assert work(plan) == [f"update {PROJECT}"]
    edit(made, "project.yaml", "Reads all tickets", "Reads tickets")
    edit(made, "triage.yaml", "temperature: 0.5", "temperature: 0.4")
    assert work(made.plan()) == []


def test_undo_asks_saves_a_plan_and_refuses_what_it_does_not_know(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    assert "is empty" in cli(desk.folder, "undo", env=env, code=64).stderr
    (desk.folder / "execution.yaml").unlink()
    desk.apply()
    edit(desk, "project.yaml", "Reads tickets", "Reads all tickets")
    desk.apply()
    shown = cli(desk.folder, "undo", env=env, code=64)
    assert "Plan: 0 to add, 1 to change, 0 to delete, 0 to run." in shown.stdout
    assert "there is no terminal to ask on" in shown.stderr
    asked = cli.on_terminal(desk.folder, "undo", typed="n\n", env=env, columns=100)
    assert "Nothing was applied." in asked.stdout
    cli(desk.folder, "undo", "--out", "back.plan", env=env)
    assert live(desk)[PROJECT]["description"].startswith("Reads all")
    cli(desk.folder, "apply", "back.plan", "--auto-approve", env=env)
    assert live(desk)[PROJECT]["description"].startswith("Reads tickets")
    last = cli(desk.folder, "undo", "--auto-approve", env=env)
    assert last.last == "Apply complete! Resources: 0 added, 1 changed, 0 deleted. Executions: 0 started."
    history = sorted((desk.folder / ".wexa-sync" / "state.json.history").iterdir())
    history[-1].write_text("{}\n", "utf-8")
    with pytest.raises(UsageError, match="are damaged"):
        undo(desk)
