from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.model import Address, Intent, Record
from wexa_sync.state import Entry, Forget, Intend, Remember, Settle, State

A, B = (Address(project="desk", kind="Skill", name=name) for name in "ab")


def record(address: Address, id: str = "1") -> Record:
    return Record(address=address, id=id, spec={"name": str(address)})


def intent(address: Address, time: float = 1) -> Intent:
    return Intent(address=address, operation="create", time=time, spec={}, fingerprint="f")


def test_remember_keeps_the_record_and_settles_the_intent() -> None:
    state = State().after(Intend(intent(A)), Intend(intent(B)), Remember(record(A)))
    assert state.records == {A: record(A)}
    assert state.intents == {B: intent(B)}


def test_forget_drops_record_and_intent() -> None:
    state = State().after(Remember(record(A)), Remember(record(B)), Intend(intent(A)), Forget(A), Forget(A))
    assert state.records == {B: record(B)}
    assert state.intents == {}


def test_intend_replaces_and_settle_drops_the_intent_alone() -> None:
    state = State().after(Remember(record(A)), Intend(intent(A, 1)), Intend(intent(A, 2)))
    assert state.intents == {A: intent(A, 2)}
    settled = state.after(Settle(A), Settle(B))
    assert settled.intents == {}
    assert settled.records == {A: record(A)}


ENTRIES: list[Entry] = [Remember(record(A)), Remember(record(A, "2")), Remember(record(B)), Forget(A), Forget(B)]
ENTRIES += [Intend(intent(A)), Intend(intent(B)), Settle(A), Settle(B)]
entries = st.lists(st.sampled_from(ENTRIES))


@given(entries, entries)
def test_a_write_changes_no_earlier_state_counts_once_and_equals_its_entries_one_by_one(
    first: list[Entry], second: list[Entry]
) -> None:
    state = State().after(*first)
    before = (dict(state.records), dict(state.intents), state.serial)
    after = state.after(*second)
    assert (state.records, state.intents, state.serial) == before
    assert after.serial == state.serial + bool(second)
    singly = state
    for entry in second:
        singly = singly.after(entry)
    assert (singly.records, singly.intents) == (after.records, after.intents)
