"""What a blocked change holds up: what would have no id, and every run that would not meet what is declared."""

from __future__ import annotations

from typing import Any

from wexa_sync.model import Address, Live, Manifest, Observation, Pair, Record, Ref, Source, Target
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan

NOW = 2_000_000_000.0
PROJECT = Address(kind="Project", name="desk")
FLOW = Address(project="desk", kind="AgentFlow", name="triage")
OLD_AGENT = Address(project="desk", kind="Agent", name="old", owner=("AgentFlow", "triage"))
SCHEDULE = Address(project="desk", kind="Schedule", name="spring")
RUN = Address(project="desk", kind="Execution", name="check")
TO_FLOW = Ref(kind="AgentFlow", address=FLOW)
SPECS: dict[Address, dict[str, Any]] = {
    PROJECT: {"projectName": "Desk", "description": "one", "coworker_role": "helper"},
    FLOW: {"name": "Triage", "description": "one"},
    OLD_AGENT: {"title": "Old", "role": "one", "prompt": {"template": "Sort."}},
    SCHEDULE: {"coworker_id": TO_FLOW, "template": "one", "schedule": "2035-06-01T07:00:00Z"},
    RUN: {"agentflow_id": TO_FLOW, "goal": "one"},
}


def there(address: Address, declared: dict[str, Any] | None = None, *, kept: bool = True) -> Pair:
    """Return a pair that is recorded and live. `kept` also declares it, with the changes in `declared`."""
    spec = SPECS[address]
    manifest = Manifest(address=address, spec={**spec, **(declared or {})}, source=Source(file="m.yaml"))
    record, live = Record(address=address, id=address.name, spec=spec), Live(id=address.name, fields=spec)
    return Pair(address=address, manifest=manifest if kept else None, live=live, record=record)


def new(address: Address) -> Pair:
    """Return a pair that is declared, and not live yet."""
    return Pair(address=address, manifest=Manifest(address=address, spec=SPECS[address], source=Source(file="m.yaml")))


def planned(*pairs: Pair) -> tuple[dict[str, str], dict[str, str]]:
    """Return the actions, and the reasons of what is blocked, by name."""
    observation = Observation(
        target=Target(base_url="http://127.0.0.1", org_id="o"),
        pairs={pair.address: pair for pair in pairs},
        depends_on={
            FLOW: frozenset({PROJECT}),
            SCHEDULE: frozenset({PROJECT, FLOW}),
            RUN: frozenset({PROJECT, FLOW}),
        },
        ids={pair.address: pair.record.id for pair in pairs if pair.record},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="key",
        serial=1,
        now=NOW,
    )
    plan = make_plan(observation, Rules())
    return (
        {change.address.name: change.action.value for change in plan.work},
        {each.address.name: each.reason for each in plan.blocked},
    )


def test_a_run_waits_for_a_flow_that_is_not_as_declared_and_a_schedule_that_only_names_it_does_not() -> None:
    done, blocked = planned(there(PROJECT), there(FLOW, {"description": "two"}), new(SCHEDULE), new(RUN))
    assert done == {"spring": "create"}
    assert blocked["check"] == f"it depends on {FLOW}, which is blocked"
    assert set(blocked) == {"triage", "check"}


def test_a_run_waits_where_an_agent_that_should_have_gone_is_still_in_its_flow() -> None:
    done, blocked = planned(there(PROJECT), there(FLOW), there(OLD_AGENT, kept=False), new(SCHEDULE), new(RUN))
    assert done == {"spring": "create"}
    assert blocked["check"] == f"it depends on {OLD_AGENT}, which is blocked"


def test_where_nothing_is_blocked_nothing_waits() -> None:
    done, blocked = planned(there(PROJECT), there(FLOW), new(SCHEDULE), new(RUN))
    assert (done, blocked) == ({"spring": "create", "check": "run"}, {})
