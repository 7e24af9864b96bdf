"""A run that failed, or may have, holds up what depends on it, however far: also by way of what exists already."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.kinds.execution import RUNNING
from wexa_sync.model import Address, Change, Live, Manifest, Observation, Pair, Plan, Record, Ref, Source, Target
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan

FLOW, CONNECTOR = Ref(kind="AgentFlow", id="f1"), Ref(kind="Connector", id="c1")
FIRST, LAST = (Address(project="desk", kind="Execution", name=name) for name in ("first", "last"))
SKILL, NEW = (Address(project="desk", kind="Skill", name=name) for name in ("there", "new"))
SPECS: dict[Address, dict[str, Any]] = {
    FIRST: {"agentflow_id": FLOW, "goal": "one"},
    LAST: {"agentflow_id": FLOW, "goal": "two"},
    SKILL: {"name": "There", "description": "one", "connector_id": CONNECTOR},
    NEW: {"name": "New", "description": "one", "connector_id": CONNECTOR},
}


def planned(status: str, *, generation: int = 1, **record: Any) -> Plan:
    """Plan a chain: the first run, a skill that is live and as declared, a new skill, and the last run."""

    def pair(address: Address, *, there: bool) -> Pair:
        spec = SPECS[address]
        manifest = Manifest(address=address, spec=spec, source=Source(file="m.yaml"))
        if not there:
            return Pair(address=address, manifest=manifest)
        live = Live(id="l1", fields=spec, status=status if address == FIRST else None)
        return Pair(address=address, manifest=manifest, live=live, record=Record(address=address, id="l1", spec=spec))

    pairs = {address: pair(address, there=address in (FIRST, SKILL)) for address in SPECS}
    first = pairs[FIRST]
    assert first.manifest is not None
    assert first.record is not None
    pairs[FIRST] = replace(
        first,
        live=first.live if generation == 1 else None,  # what is live is the run before
        manifest=replace(first.manifest, generation=generation),
        record=replace(first.record, **{"started": True, **record}),
    )
    return make_plan(
        Observation(
            target=Target(base_url="http://127.0.0.1", org_id="o"),
            pairs=pairs,
            depends_on={
                FIRST: frozenset(),
                SKILL: frozenset({FIRST}),
                NEW: frozenset({SKILL}),
                LAST: frozenset({NEW, SKILL}),
            },
            ids={},
            externals={},
            missing_externals={},
            unmanaged={},
            user_id="u",
            lineage="key",
            serial=1,
            now=2_000_000_000.0,
        ),
        Rules(),
    )


def blocked(plan: Plan) -> dict[Address, str]:
    """Return why each blocked address is."""
    return {each.address: each.reason for each in plan.blocked}


@pytest.mark.parametrize("status", sorted(RUNNING.failed))
def test_what_exists_passes_a_failure_on(status: str) -> None:
    why = f"it depends on {FIRST}, which ended as {status}"
    assert blocked(planned(status)) == {NEW: why, LAST: why}
    assert blocked(planned(status, ended=True)) == {NEW: why, LAST: why}


def test_a_run_that_is_run_again_holds_up_nothing() -> None:
    plan = planned("failed", generation=2)
    assert plan.blocked == ()
    waits = {change.address: change.depends_on for change in plan}
    assert FIRST in waits[SKILL], "what comes after the skill waits for the run as well"


@pytest.mark.parametrize("status", sorted(RUNNING.perhaps_ended))
def test_an_end_that_nobody_knows_is_asked_about_until_a_person_says_that_it_was_good(status: str) -> None:
    plan = planned(status)
    assert set(blocked(plan)) == {NEW, LAST}
    assert f"which is '{status}', and whether that is a good end is not known" in plan.blocked[0].reason
    assert f"`wexa-sync resolve {FIRST} --happened l1`" in plan.blocked[0].hint
    assert planned(status, ended=True).blocked == ()


@pytest.mark.parametrize("status", ["completed", "running", "queued", "crunching"])
def test_what_goes_on_or_ended_well_holds_up_nothing(status: str) -> None:
    assert planned(status).blocked == ()


def test_an_open_end_is_waited_for_whatever_the_run_waits_for() -> None:
    plan = planned("running", ended=False)
    assert plan.blocked == ()
    (first,) = (change for change in plan if change.address == FIRST)
    assert (first.awaits, first.resume, first.id) == (True, True, "l1")
    assert isinstance(first, Change)


def test_a_word_is_unclear_where_it_says_neither_that_the_run_goes_on_nor_how_it_ended() -> None:
    assert [word for word in sorted(RUNNING.begun) if RUNNING.is_unclear(word)] == []
    assert all(map(RUNNING.is_unclear, RUNNING.perhaps_ended))
    assert RUNNING.is_unclear("crunching")
    assert not RUNNING.is_unclear("queued")
