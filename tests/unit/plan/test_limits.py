"""Budgets: what a plan may do to how much, which warnings say so, and how it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.errors import PlanRefused
from wexa_sync.model import Action, Address, Change, Limits, Plan, Record, Target
from wexa_sync.plan.limits import require_applicable, warnings
from wexa_sync.state.base import State
from wexa_sync.state.format import checksum

TARGET = Target(base_url="sandbox", org_id="o")


def changes(count: int, action: Action, reason: str = "") -> tuple[Change, ...]:
    """Return that many changes of one action."""
    addresses = [Address(kind="Schedule", name=f"{action.value}-{number}", project="p") for number in range(count)]
    return tuple(Change(action=action, address=address, reason=reason) for address in addresses)


@pytest.mark.parametrize(
    ("made", "managed", "limits", "told"),
    [
        (changes(3, Action.DELETE), 10, Limits(), []),
        (changes(4, Action.DELETE), 10, Limits(), ["delete 4 of 10 managed resources, more than 30 %"]),
        (changes(4, Action.UPDATE), 10, Limits(), ["update 4 of 10 managed resources, more than 30 %"]),
        (changes(3, Action.UPDATE) + changes(3, Action.DELETE), 10, Limits(), []),
        (changes(1, Action.DELETE), 10, Limits(budget=7.5), ["delete 1 of 10 managed resources, more than 7.5 %"]),
        (changes(9, Action.DELETE), 9, Limits(), []),
        (changes(4, Action.DELETE), 10, Limits(allowed={"deletes": 4}), []),
        (
            changes(5, Action.DELETE),
            10,
            Limits(allowed={"deletes": 4}),
            ["delete 5 of 10 managed resources, more than 30 %"],
        ),
        (
            changes(4, Action.DELETE),
            10,
            Limits(allowed={"updates": 9}),
            ["delete 4 of 10 managed resources, more than 30 %"],
        ),
        (changes(3, Action.DELETE), 10, Limits(allowed={"deletes": 0}), []),
        (changes(4, Action.UPDATE), 10, Limits(allowed={"updates": 4}), []),
        (changes(11, Action.RUN), 0, Limits(allowed={"executions": 11}), []),
        (changes(12, Action.RUN), 0, Limits(allowed={"executions": 11}), ["start 12 executions, more than 10"]),
        (changes(10, Action.RUN), 0, Limits(allowed={"executions": 3}), []),
        (changes(4, Action.UPDATE, "adopted"), 10, Limits(), []),
        (changes(40, Action.CREATE), 10, Limits(), []),
        (changes(10, Action.RUN), 0, Limits(), []),
        (changes(11, Action.RUN), 0, Limits(), ["start 11 executions, more than 10"]),
        (changes(1, Action.RUN), 0, Limits(max_executions=0), ["start 1 execution, more than 0"]),
        (
            changes(4, Action.DELETE) + changes(11, Action.RUN),
            12,
            Limits(),
            ["delete 4 of 12 managed resources, more than 30 %", "start 11 executions, more than 10"],
        ),
    ],
)
def test_what_goes_over_a_budget_is_warned_of_and_refused(
    made: tuple[Change, ...], managed: int, limits: Limits, told: list[str]
) -> None:
    said = warnings(made, limits, managed=managed)
    assert [text.partition(": it would ")[2].partition(". ")[0] for text in said] == told
    addresses = [Address(kind="Skill", name=f"skill-{number}", project="p") for number in range(managed)]
    records = {address: Record(address=address, id=address.name, spec={}) for address in addresses}
    state = State(target=TARGET, lineage="l", serial=1, records=records)
    plan = Plan(target=TARGET, lineage="l", serial=1, content=checksum(state), changes=made)
    require_applicable(plan, state, None)
    if not told:
        require_applicable(plan, state, limits)
        return
    with pytest.raises(PlanRefused) as refused:
        require_applicable(plan, state, limits)
    assert all(text in refused.value.message for text in told)
    assert "--force" in refused.value.hint


def test_a_refusal_names_the_flags_that_let_this_very_plan_through() -> None:
    made = changes(4, Action.DELETE) + changes(5, Action.UPDATE) + changes(11, Action.RUN)
    records = {change.address: Record(address=change.address, id=change.address.name, spec={}) for change in made[:10]}
    state = State(target=TARGET, lineage="l", serial=1, records=records)
    plan = Plan(target=TARGET, lineage="l", serial=1, content=checksum(state), changes=made)
    with pytest.raises(PlanRefused) as refused:
        require_applicable(plan, state, Limits())
    assert "apply with --allow deletes=4 --allow updates=5 --allow executions=11, or raise" in refused.value.hint
    assert "`budget` and `max_executions` in" in refused.value.hint
    flags = [word for word in refused.value.hint.replace(",", " ").split() if "=" in word]
    named = {name: int(count) for name, _, count in (flag.partition("=") for flag in flags)}
    require_applicable(plan, state, Limits(allowed=named))


SKILL = Address(kind="Skill", name="sum", project="p")


def state_with(id: str, **more: Any) -> State:
    """Return a state of one skill, at serial 2 where nothing else is said."""
    records = {SKILL: Record(address=SKILL, id=id, spec={})}
    return State(**{"target": TARGET, "lineage": "l", "serial": 2, "records": records, **more})


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (state_with("1", serial=3), "there was another apply"),
        (state_with("2"), "there was another apply"),
        (state_with("1", lineage="m"), "made with another state"),
        (State(), "made with another state"),
    ],
    ids=["later", "another content of the same serial", "another lineage", "none"],
)
def test_a_plan_holds_for_the_state_it_was_made_at_and_no_other(now: State, why: str) -> None:
    made = state_with("1")
    plan = Plan(target=TARGET, lineage=made.lineage, serial=made.serial, content=checksum(made), changes=())
    require_applicable(plan, made, Limits())
    with pytest.raises(PlanRefused, match=why):
        require_applicable(plan, now, Limits())


def test_a_plan_of_a_workspace_without_a_state_holds_until_there_is_one() -> None:
    plan = Plan(target=TARGET, lineage="", serial=0, content=checksum(State()), changes=())
    require_applicable(plan, State(), Limits())
    with pytest.raises(PlanRefused, match="there was another apply"):
        require_applicable(plan, state_with("1"), Limits())
