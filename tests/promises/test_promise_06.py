"""Promise 6: "Nothing starts before what it depends on is done"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wexa_sync.model import Action, Address, Outcome, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote


@pytest.fixture
def slow(open_sandbox: Callable[..., AbstractContextManager[Remote]]) -> Iterator[Remote]:
    """Yield a sandbox whose every answer takes a while, so that requests overlap."""
    with open_sandbox(latency_ms=15) as remote:
        yield remote


def _needs(desk: Desk) -> dict[Address, set[Address]]:
    desired = desk.read()
    return {address: set(needed) for address, needed in desired.depends_on.items()}


@pytest.mark.parametrize("parallelism", [1, 8])
def test_everything_ends_before_what_needs_it_begins(desk: Desk, slow: Remote, parallelism: int) -> None:
    told: list[Address] = []
    desk = replace(desk, remote=slow, parallelism=parallelism)
    outcomes = desk.apply(tell=lambda change, _word: told.append(change.address))
    assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
    last = {address: place for place, address in enumerate(told)}
    first = {address: place for place, address in reversed(list(enumerate(told)))}
    for address, needed in _needs(desk).items():
        for other in needed:
            assert last[other] < first[address], f"{address} began before {other} was done"


def test_on_the_wire_a_run_comes_last_and_a_project_first(desk: Desk, slow: Remote) -> None:
    replace(desk, remote=slow).apply()
    kinds = ["project", "skills", "agentflow", "skilled", "coworker", "execute_flow"]
    seen = [next((kind for kind in reversed(kinds) if kind in write), "") for write in slow.writes]
    assert seen[0] == "project"
    last_agent = max(place for place, kind in enumerate(seen) if kind == "skilled")
    assert last_agent < min(place for place, kind in enumerate(seen) if kind in {"coworker", "execute_flow"})


def test_what_depends_on_a_failure_is_not_sent(desk: Desk) -> None:
    plan = desk.plan()
    broken = tuple(
        replace(change, after={**(change.after or {}), "role": ["no", "text"]})
        if change.address.name == "triage" and change.action is Action.CREATE
        else change
        for change in plan.changes
    )
    ended: dict[str, Outcome] = {str(each.change.address): each for each in desk.apply(replace(plan, changes=broken))}
    assert ended["support-desk/AgentFlow/triage"].status is Status.FAILED
    assert ended["support-desk/Skill/summarise"].status is Status.APPLIED
    skipped = {name for name, each in ended.items() if each.status is Status.SKIPPED}
    agents = {f"support-desk/AgentFlow/triage/Agent/{name}" for name in ("classify", "summarise", "answer")}
    assert skipped == agents | {"support-desk/Schedule/new-year-digest", "support-desk/Execution/smoke-test"}
    assert not any("execute_flow" in write or "skilled" in write for write in desk.remote.writes)
