"""Updating, deleting, adopting and forgetting over a real server: what others did is seen, not overwritten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.errors import PlanRefused
from wexa_sync.model import Action, Address, Choice, Outcome, Plan, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

Small = Callable[..., "Desk"]
Open = Callable[..., AbstractContextManager["Remote"]]
Work = Callable[[Plan], list[str]]
PRUNE = Choice(prune=True)
ALLOWED = frozenset({"agentflow.update"})
FLOW = Address.parse("desk/AgentFlow/flow")
SORT = Address.parse("desk/AgentFlow/flow/Agent/sort")
DIGEST = Address.parse("desk/Schedule/digest")


def ended(outcomes: tuple[Outcome, ...]) -> dict[str, Outcome]:
    """Return the outcomes of changes other than no-ops, by address."""
    return {str(each.change.address): each for each in outcomes if each.change.action is not Action.NOOP}


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    """Change a manifest."""
    file = desk.folder / f"{name}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def ids(desk: Desk) -> dict[str, str]:
    """Return the ids in the state."""
    return {str(address): record.id for address, record in desk.workspace.store.load().records.items()}


def digest(desk: Desk) -> Any:
    """Return the schedule as it is live."""
    return desk.remote.raw("GET", f"/schedule/coworker/{ids(desk)[str(DIGEST)]}").json()


def flow(desk: Desk) -> Any:
    """Return the flow as it is live."""
    return desk.remote.raw("GET", f"/agentflow/{ids(desk)[str(FLOW)]}").json()


@pytest.fixture
def made(small: Small, remote: Remote) -> Desk:
    """Return the small desk, applied, without its run."""
    desk = small(remote, "project", "skill", "flow", "schedule")
    desk.apply()
    remote.forget()
    return desk


def test_a_change_is_sent_and_recorded(made: Desk, work: Work) -> None:
    edit(made, "project", "One", "Two")
    edit(made, "schedule", "Digest", "Another digest")
    edit(made, "flow", "Sort it.", "Sort all of it.")
    outcomes = ended(made.apply())
    assert {each.status for each in outcomes.values()} == {Status.APPLIED}
    assert {each.attempts for each in outcomes.values()} == {1}
    assert digest(made)["template"] == digest(made)["goal"]["template"] == "Another digest"
    assert flow(made)["agents"][0]["prompt"]["template"] == "Sort all of it."
    assert [each["_id"] for each in flow(made)["agents"][0]["skills"]] == [ids(made)["desk/Skill/sum"]]
    assert len(made.remote.writes) == 3
    assert work(made.plan()) == []


def test_an_update_of_what_changed_since_the_plan_is_a_conflict(made: Desk) -> None:
    edit(made, "schedule", "Digest", "Ours")
    plan = made.plan()
    mine = ids(made)[str(DIGEST)]
    made.remote.raw("PATCH", f"/schedule/coworker/{mine}", {"template": "Theirs"}, projectID=ids(made)["Project/desk"])
    made.remote.forget()
    outcome = ended(made.apply(plan))[str(DIGEST)]
    assert (outcome.status, outcome.attempts) == (Status.CONFLICT, 0)
    assert "changed on the live side" in outcome.error
    assert outcome.hint
    assert made.remote.writes == []
    assert digest(made)["template"] == "Theirs"
    (change,) = made.plan().work
    assert [field.changed_by for field in change.fields] == ["both"]


def test_a_change_elsewhere_since_the_plan_is_no_conflict(made: Desk) -> None:
    edit(made, "flow", "Sort it.", "Sort all of it.")
    plan = made.plan()
    second = {**flow(made)["agents"][0], "_id": "0" * 23 + "1", "title": "By hand", "skills": []}
    answer = made.remote.raw(
        "POST", f"/agentflow/{ids(made)[str(FLOW)]}/skilled", second, projectID=ids(made)["Project/desk"]
    )
    assert answer.status_code == 200, answer.text
    assert ended(made.apply(plan))[str(SORT)].status is Status.APPLIED
    assert [each["title"] for each in flow(made)["agents"]] == ["Sort", "By hand"]


@pytest.mark.parametrize("what", ["update", "delete"])
def test_what_is_gone_since_the_plan(made: Desk, work: Work, what: str) -> None:
    if what == "update":
        edit(made, "schedule", "Digest", "Ours")
    else:
        (made.folder / "schedule.yaml").unlink()
    plan = made.plan(PRUNE)
    mine = ids(made)[str(DIGEST)]
    made.remote.raw("DELETE", f"/schedule/coworker/{mine}", projectID=ids(made)["Project/desk"])
    made.remote.forget()
    outcome = ended(made.apply(plan))[str(DIGEST)]
    assert outcome.status is (Status.CONFLICT if what == "update" else Status.APPLIED)
    assert made.remote.writes == []
    assert work(made.plan(PRUNE)) == ([f"create {DIGEST}"] if what == "update" else [])


def test_a_delete_of_what_changed_since_the_plan_is_a_conflict(made: Desk, work: Work) -> None:
    (made.folder / "schedule.yaml").unlink()
    plan = made.plan(PRUNE)
    mine = ids(made)[str(DIGEST)]
    made.remote.raw("PATCH", f"/schedule/coworker/{mine}", {"template": "Theirs"}, projectID=ids(made)["Project/desk"])
    made.remote.forget()
    assert ended(made.apply(plan))[str(DIGEST)].status is Status.CONFLICT
    assert made.remote.writes == []
    assert work(made.plan(PRUNE)) == [f"delete {DIGEST}"]


@pytest.mark.parametrize("fault", ["404 after DELETE", "drop after DELETE"])
def test_a_delete_that_somebody_or_an_earlier_try_was_faster_with_is_done(made: Desk, fault: str) -> None:
    (made.folder / "schedule.yaml").unlink()
    made.remote.fault(fault)
    assert ended(made.apply(made.plan(PRUNE)))[str(DIGEST)].status is Status.APPLIED
    assert str(DIGEST) not in ids(made)


def test_a_lost_answer_to_an_update_is_sent_again(made: Desk, work: Work) -> None:
    edit(made, "project", "One", "Two")
    made.remote.fault("drop after PUT")
    outcome = ended(made.apply())["Project/desk"]
    assert (outcome.status, outcome.attempts) == (Status.APPLIED, 2)
    assert work(made.plan()) == []


def test_a_refused_change_takes_nobody_along(made: Desk) -> None:
    edit(made, "project", "One", "Two")
    edit(made, "schedule", "Digest", "Another digest")
    made.remote.fault("400 PATCH")
    outcomes = ended(made.apply())
    assert outcomes[str(DIGEST)].status is Status.FAILED
    assert "400" in outcomes[str(DIGEST)].error or "PATCH" in outcomes[str(DIGEST)].error
    assert outcomes["Project/desk"].status is Status.APPLIED


def test_what_is_live_is_adopted_with_what_differs(made: Desk, work: Work) -> None:
    for file in (made.folder / ".wexa-sync").glob("*.json"):
        file.unlink()
    edit(made, "schedule", "2035-01-02", "2036-01-02")
    plan = made.plan(Choice(adopt=True))
    assert {change.reason for change in plan.work} == {"adopted"} | {"found: an earlier apply made it"}
    assert [str(change.address) for change in plan.work if change.action is Action.UPDATE] == [str(DIGEST)]
    assert {each.status for each in made.apply(plan)} == {Status.APPLIED}
    assert len(made.remote.writes) == 1
    assert work(made.plan()) == []


def test_what_is_gone_is_forgotten(made: Desk, work: Work) -> None:
    mine = ids(made)[str(DIGEST)]
    made.remote.raw("DELETE", f"/schedule/coworker/{mine}", projectID=ids(made)["Project/desk"])
    (made.folder / "schedule.yaml").unlink()
    assert work(made.plan()) == [f"forget {DIGEST}"]
    made.remote.forget()
    made.apply()
    assert made.remote.writes == []
    assert str(DIGEST) not in ids(made)


@pytest.mark.parametrize("reading", ["merge", "replace"])
def test_an_undocumented_update_of_a_flow_keeps_what_it_does_not_declare(
    small: Small, open_sandbox: Open, work: Work, reading: str
) -> None:
    with open_sandbox(readings={"agentflow_put": reading}) as remote:
        desk = small(remote, "project", "skill", "flow", "schedule")
        desk.apply()
        before = flow(desk)
        edit(desk, "flow", "description: One", "description: Two")
        plan = desk.plan(allowed=ALLOWED)
        assert work(plan) == [f"update {FLOW}"]
        outcome = ended(desk.apply(plan, allowed=ALLOWED))[str(FLOW)]
        assert outcome.status is Status.APPLIED, outcome.error
        assert any("not documented" in warning for warning in outcome.warnings)
        after = flow(desk)
        moving = ("updated_at", "description")
        assert {n: v for n, v in after.items() if n not in moving} == {
            n: v for n, v in before.items() if n not in moving
        }
        assert after["description"] == "Two"
        assert work(desk.plan()) == []


def test_an_undocumented_update_that_is_not_there_fails(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings={"agentflow_put": "absent"}) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        edit(desk, "flow", "description: One", "description: Two")
        assert ended(desk.apply(desk.plan(allowed=ALLOWED), allowed=ALLOWED))[str(FLOW)].status is Status.FAILED


def test_an_undocumented_update_that_does_nothing_fails(made: Desk) -> None:
    edit(made, "flow", "description: One", "description: Two")
    made.remote.fault("empty before PUT")
    outcome = ended(made.apply(made.plan(allowed=ALLOWED), allowed=ALLOWED))[str(FLOW)]
    assert outcome.status is Status.FAILED
    assert "description did not change" in outcome.error


def test_an_undocumented_update_is_not_applied_where_it_is_not_allowed_any_more(made: Desk) -> None:
    edit(made, "flow", "description: One", "description: Two")
    edit(made, "project", "One", "Two")
    plan = made.plan(allowed=ALLOWED)
    with pytest.raises(PlanRefused, match="not allowed here") as caught:
        made.apply(plan)
    assert "allow_undocumented" in caught.value.hint
    assert made.remote.writes == []


def test_a_plan_of_another_serial_is_refused_and_writes_nothing(made: Desk) -> None:
    edit(made, "project", "One", "Two")
    plan = made.plan()
    made.apply()
    made.remote.forget()
    with pytest.raises(PlanRefused, match="has changed since this plan was made"):
        made.apply(plan)
    with pytest.raises(PlanRefused, match="made with another state"):
        made.apply(replace(plan, lineage="another"))
    assert made.remote.writes == []


def test_a_budget_is_kept_unless_one_insists(made: Desk) -> None:
    for number in range(12):
        text = (made.folder / "schedule.yaml").read_text("utf-8")
        (made.folder / f"s{number}.yaml").write_text(
            text.replace("digest", f"s{number}").replace("Digest", f"Digest {number}"), "utf-8"
        )
    made.apply()
    for file in made.folder.glob("s[0-9]*.yaml"):
        file.unlink()
    plan = made.plan(PRUNE)
    made.remote.forget()
    with pytest.raises(PlanRefused, match="delete 12 of 17"):
        engine.apply(plan, made.workspace)
    assert made.remote.requests == []
    assert {each.status for each in made.apply(plan)} == {Status.APPLIED}


@pytest.mark.parametrize("parallelism", [1, 6])
def test_outcomes_come_in_plan_order_whatever_the_timing(small: Small, remote: Remote, parallelism: int) -> None:
    desk = replace(small(remote), parallelism=parallelism)
    remote.fault("delay POST /skills/ ms=150")
    plan = desk.plan()
    assert [each.change.address for each in desk.apply(plan)] == [change.address for change in plan]


def test_destroying_the_project_takes_what_the_api_can_not_delete(made: Desk) -> None:
    plan = engine.plan(engine.NOTHING, made.workspace, PRUNE)
    outcomes = ended(made.apply(plan))
    assert {each.status for each in outcomes.values()} == {Status.APPLIED}
    assert sorted(write.split("/")[1] for write in made.remote.writes) == ["schedule", "v1"]
    assert ids(made) == {}
