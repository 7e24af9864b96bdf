"""An agent is added under the id that we chose, or under one of the server's making; a bare success proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.model import Action, Address, Outcome, Plan, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

Small = Callable[..., "Desk"]
Open = Callable[..., AbstractContextManager["Remote"]]
Work = Callable[[Plan], list[str]]
FLOW = Address.parse("desk/AgentFlow/flow")
NEXT = f"{FLOW}/Agent/next"
SECOND = "    - {handle: next, title: Next, role: Two, prompt: {template: Then.}}\n"
OWN_IDS = {"agent_ids": "server"}


def agents(desk: Desk) -> list[dict[str, Any]]:
    """Return the agents of the flow as they are live."""
    flow = desk.workspace.store.load().records[FLOW].id
    found: list[dict[str, Any]] = desk.remote.raw("GET", f"/agentflow/{flow}").json()["agents"]
    return found


def declare_another(desk: Desk) -> None:
    """Declare a second agent."""
    file = desk.folder / "flow.yaml"
    file.write_text(file.read_text("utf-8").rstrip() + "\n" + SECOND, "utf-8")


def add_by_hand(desk: Desk, title: str) -> str:
    """Add an agent that is nobody's; answers its id."""
    records = desk.workspace.store.load().records
    body = {**agents(desk)[0], "_id": "0" * 23 + "1", "title": title, "skills": []}
    where = f"/agentflow/{records[FLOW].id}/skilled"
    shown = desk.remote.raw("POST", where, body, projectID=records[FLOW.project_address].id).json()
    id: str = shown["agents"][-1]["_id"]  # the field's name
    return id


def apply(desk: Desk, plan: Plan | None = None) -> dict[str, Outcome]:
    """Apply; the outcomes of what does something, by address."""
    return {str(each.change.address): each for each in desk.apply(plan) if each.change.action is not Action.NOOP}


@pytest.mark.parametrize("fault", ["", "drop after POST /agentflow/*/skilled", "empty after POST /agentflow/*/skilled"])
def test_the_one_new_agent_is_the_one_where_a_server_makes_the_ids(
    small: Small, open_sandbox: Open, work: Work, fault: str
) -> None:
    with open_sandbox(readings=OWN_IDS) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare_another(desk)
        if fault:
            remote.fault(fault)
        assert {each.status for each in apply(desk).values()} == {Status.APPLIED}
        assert work(desk.plan()) == []
        held = {record.id for address, record in desk.workspace.store.load().records.items() if address.owner}
        assert held == {agent["_id"] for agent in agents(desk)}
        assert len(held) == 2


def test_a_strangers_agent_of_another_name_is_not_taken_for_ours(small: Small, open_sandbox: Open, work: Work) -> None:
    with open_sandbox(readings=OWN_IDS) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        declare_another(desk)
        theirs = add_by_hand(desk, "By hand")
        assert apply(desk)[NEXT].id not in (None, theirs)
        assert work(desk.plan()) == []


def test_an_agent_that_somebody_added_since_the_plan_is_a_conflict(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=OWN_IDS) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        declare_another(desk)
        plan = desk.plan()
        add_by_hand(desk, "Next")
        remote.forget()
        assert apply(desk, plan)[NEXT].status is Status.CONFLICT
        assert remote.writes == []


@pytest.mark.parametrize("readings", [{}, OWN_IDS])
def test_a_bare_success_is_no_proof(small: Small, open_sandbox: Open, readings: dict[str, str]) -> None:
    with open_sandbox(readings=readings) as remote:
        desk = small(remote, "project", "skill", "flow")
        remote.fault("empty before POST /agentflow/*/skilled")
        outcome = apply(desk)[f"{FLOW}/Agent/sort"]
        assert (outcome.status, outcome.id) == (Status.UNKNOWN, None)
        assert agents(desk) == []
        assert f"{FLOW}/Agent/sort" not in map(str, desk.workspace.store.load().records)
