"""What a plan needs more of than the account has, and what its runs may cost: said where it is known."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.api.account import account_of
from wexa_sync.model import Account, Action, Address, Change, Live, Observation, Pair, Ref, Target
from wexa_sync.plan.quota import quota_warnings

FLOW = Address(kind="AgentFlow", name="triage", project="p")
COWORKERS, AGENTS, ROWS = "number_of_coworkers", "number_of_agents_per_coworker", "number_of_rows_per_table"


def flows(count: int, action: Action = Action.CREATE) -> list[Change]:
    """Return that many changes of flows."""
    names = [f"{action.value}-{number}" for number in range(count)]
    return [Change(action=action, address=Address(kind="AgentFlow", name=name, project="p")) for name in names]


def agents(count: int, action: Action = Action.CREATE) -> list[Change]:
    """Return that many changes of agents of one flow."""
    owner = ("AgentFlow", "triage")
    names = [f"{action.value}-{number}" for number in range(count)]
    return [Change(action=action, address=Address(kind="Agent", name=n, project="p", owner=owner)) for n in names]


def runs(count: int, flow: str = "f1", **more: Any) -> list[Change]:
    """Return that many runs of the flow of that id."""
    spec = {"agentflow_id": Ref(kind="AgentFlow", id=flow), "goal": "g"}
    addresses = [Address(kind="Execution", name=f"{flow}-{number}", project="p") for number in range(count)]
    return [Change(action=Action.RUN, address=address, after=spec, **more) for address in addresses]


def hires(count: int) -> list[Change]:
    """Return that many hires."""
    addresses = [Address(kind="MarketplaceHire", name=f"h-{number}", project="p") for number in range(count)]
    return [Change(action=Action.RUN, address=address, after={}) for address in addresses]


def rows(count: int, fires: int = 0) -> list[Change]:
    """Return a change of that many rows of a table, of which some may start runs."""
    address = Address(kind="Seed", name="rows", project="p", owner=("Table", "t"))
    return [Change(action=Action.UPDATE, address=address, after={"rows": dict.fromkeys(range(count))}, fires=fires)]


def seen(account: Account, *, live: int = 0, prices: dict[str, float] | None = None) -> Observation:
    """Return an observation of a flow with so many live agents."""
    names = [Address(kind="Agent", name=f"live-{n}", project="p", owner=("AgentFlow", "triage")) for n in range(live)]
    return Observation(
        target=Target(base_url="sandbox", org_id="o"),
        pairs={each: Pair(address=each, live=Live(id=each.name, fields={})) for each in names},
        depends_on={},
        ids={FLOW: "f1"},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="l",
        serial=1,
        now=0.0,
        account=account,
        prices=prices or {},
    )


def account(limit: float, used: float | None, name: str = COWORKERS) -> Account:
    """Return an account with one limit."""
    return Account(limits={name: limit}, used={} if used is None else {name: used})


@pytest.mark.parametrize(
    ("changes", "of", "live", "said"),
    [
        (flows(2), account(50, 48), 0, []),
        (flows(3), account(50, 48), 0, ["makes 3 more of what Wexa counts as number_of_coworkers", "room for 2"]),
        (flows(3), account(50, 60), 0, ["room for 0"]),
        (hires(1), account(50, 50), 0, ["makes 1 more", "h-0 costs what the marketplace asks"]),
        (flows(3) + flows(1, Action.DELETE), account(50, 48), 0, []),
        (flows(9), account(5, None), 0, []),
        (flows(9), Account(), 0, []),
        (agents(2), account(5, None, AGENTS), 3, []),
        (agents(3), account(5, None, AGENTS), 3, ["p/AgentFlow/triage would have 6 Agents", "allows 5"]),
        (agents(3) + agents(1, Action.DELETE), account(5, None, AGENTS), 3, []),
        (flows(3, Action.NOOP), account(1, 3), 0, []),
        (rows(5), account(5, None, ROWS), 0, []),
        (rows(6), account(5, None, ROWS), 0, ["p/Table/t would have at least 6 rows", "allows 5"]),
    ],
)
def test_more_than_the_account_allows_is_said(changes: list[Change], of: Account, live: int, said: list[str]) -> None:
    found = " ".join(quota_warnings(changes, seen(of, live=live)))
    assert [text for text in said if text not in found] == []
    assert said or not found


@pytest.mark.parametrize(
    ("changes", "credits", "said"),
    [
        (runs(2), None, ["2 runs may cost about 0.5,"]),
        (runs(1) + runs(1, "new"), None, ["1 run may cost about 0.25,", "of 1 no past run is known"]),
        (runs(2, "new"), None, []),
        (runs(2, resume=True), None, []),
        (runs(8), 1.5, ["8 runs may cost about 2,", "may cost 2 credits, and the organisation's plan has 1.5"]),
        (runs(8, "new"), 0.1, ["may cost 0.24 credits, and the organisation's plan has 0.1"]),
        (flows(1), 0.0, []),
        (rows(3, fires=3), None, ["each of 3 rows that are written may start a run"]),
        (rows(9, fires=9) + runs(1, "new"), 0.2, ["may cost 0.3 credits, and the organisation's plan has 0.2"]),
        (rows(3), None, []),
    ],
)
def test_what_runs_may_cost_is_totalled(changes: list[Change], credits: float | None, said: list[str]) -> None:
    of = Account(limits={"base_credit_deduction_per_execution": 0.03}, credits=credits)
    found = " ".join(quota_warnings(changes, seen(of, prices={"f1": 0.25})))
    assert [text for text in said if text not in found] == []
    assert said or not found


def test_the_flow_of_a_run_is_found_by_its_address() -> None:
    (run,) = runs(1)
    run = Change(action=Action.RUN, address=run.address, after={"agentflow_id": Ref(kind="AgentFlow", address=FLOW)})
    assert "about 0.25" in " ".join(quota_warnings([run], seen(Account(), prices={"f1": 0.25})))


@pytest.mark.parametrize(
    ("customer", "found"),
    [
        ({"quota": {"a": 5, "b": "5", "c": True, "d": None, "e": -1, "f": 1e400}, "usage": {"a": 2}}, ({"a": 5}, None)),
        ({"quota": {"number_of_credits": {"subscription_credits": 500, "top_up_credits": 20}}}, ({}, 520)),
        ({"quota": {"number_of_credits": 7}}, ({"number_of_credits": 7}, 7)),
        ({"quota": {"number_of_credits": {"unlimited": True}}}, ({}, None)),
        ({"quota": [1, 2], "usage": "none"}, ({}, None)),
        ({}, ({}, None)),
    ],
)
def test_of_an_account_only_numbers_are_taken(customer: Any, found: Any) -> None:
    of = account_of(customer)
    assert (of.limits, of.credits) == found
