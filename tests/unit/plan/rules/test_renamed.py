"""A handle that was renamed while what it names is in doubt, and what a person said of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from wexa_sync.errors import UsageError
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Intent,
    Manifest,
    Observation,
    Pair,
    Record,
    Source,
    Target,
)
from wexa_sync.plan.decision import Decision
from wexa_sync.plan.rules.renamed import hold_renamed
from wexa_sync.repair.records import moved
from wexa_sync.state.base import State

OLD, NEW = (Address(project="desk", kind="Execution", name=name) for name in ("check", "recheck"))
SPEC = {"agentflow_id": {"ref": "triage"}, "goal": "Sort."}
SENT = Intent(address=OLD, operation="create", time=1.0, spec=SPEC, fingerprint="f", generation=2)
RAN = Record(address=OLD, id="r1", spec=SPEC, generation=1)
DOUBT = Blocked(address=OLD, wanted="run", reason="the response was lost", hint="resolve it")


def held(old: Pair, was: Decision) -> dict[Address, Decision]:
    """Return the decision on the run of the new handle, beside the old one."""
    manifest = Manifest(address=NEW, spec=SPEC, source=Source(file="run.yaml"))
    pairs = {OLD: old, NEW: Pair(address=NEW, manifest=manifest)}
    decisions: dict[Address, Decision] = {OLD: was, NEW: Change(action=Action.RUN, address=NEW, after=SPEC)}
    hold_renamed(
        decisions,
        Observation(
            target=Target(base_url="http://127.0.0.1", org_id="o"),
            pairs=pairs,
            depends_on={},
            ids={},
            externals={},
            missing_externals={},
            unmanaged={},
            user_id="u",
            lineage="key",
            serial=1,
            now=2.0,
        ),
    )
    return decisions


STARTED = replace(SENT, operation="start", generation=1)


@pytest.mark.parametrize(
    ("intent", "record"),
    [(SENT, None), (SENT, RAN), (STARTED, replace(RAN, started=False))],
    ids=["first run", "later run", "its start"],
)
def test_a_run_is_not_made_beside_the_one_in_doubt_that_it_may_be(intent: Intent, record: Record | None) -> None:
    decisions = held(Pair(address=OLD, intent=intent, record=record), DOUBT)
    blocked = decisions[NEW]
    assert isinstance(blocked, Blocked)
    assert (blocked.wanted, str(OLD) in blocked.reason, str(OLD) in blocked.hint) == ("run", True, True)
    assert decisions[OLD] == DOUBT  # the doubt is shown, with its own way out


def test_another_run_is_made_beside_one_in_doubt() -> None:
    other = replace(SENT, spec={**SPEC, "goal": "Sort others."})
    assert isinstance(held(Pair(address=OLD, intent=other), DOUBT)[NEW], Change)


def test_what_surely_never_arrived_is_made_by_its_new_name() -> None:
    gone = Change(action=Action.FORGET, address=OLD, reason="it never arrived")
    decisions = held(Pair(address=OLD, intent=SENT), gone)
    assert (isinstance(decisions[NEW], Change), decisions[OLD]) == (True, gone)


def test_what_a_person_has_settled_holds_nothing() -> None:
    assert isinstance(held(Pair(address=OLD, intent=replace(SENT, settled=True)), None)[NEW], Change)


@pytest.mark.parametrize("address", [OLD, NEW])
def test_what_is_in_doubt_keeps_its_address(address: Address) -> None:
    target = Target(base_url="http://127.0.0.1", org_id="o")
    state = State(target=target, records={OLD: RAN}, intents={address: replace(SENT, address=address)})
    with pytest.raises(UsageError, match="in doubt"):
        moved(state, OLD, NEW)


def test_a_persons_answer_moves_with_the_record() -> None:
    said = replace(SENT, settled=True)
    target = Target(base_url="http://127.0.0.1", org_id="o")
    state = State(target=target, records={OLD: RAN}, intents={OLD: said})
    after = state.after(*moved(state, OLD, NEW))
    assert dict(after.records) == {NEW: replace(RAN, address=NEW)}
    assert dict(after.intents) == {NEW: replace(said, address=NEW)}


def test_an_answer_about_the_new_name_is_over_once_it_names_the_old_thing() -> None:
    target = Target(base_url="http://127.0.0.1", org_id="o")
    state = State(target=target, records={OLD: RAN}, intents={NEW: replace(SENT, address=NEW, settled=True)})
    assert dict(state.after(*moved(state, OLD, NEW)).intents) == {}
