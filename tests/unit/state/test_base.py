from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.errors import StateError
from wexa_sync.model import Address, Intent, Record
from wexa_sync.state import Entry, Forget, Intend, Remember, Settle, State
from wexa_sync.state.base import EARLIER

A, B = (Address(project="desk", kind="Skill", name=name) for name in "ab")
RUN = Address(project="desk", kind="Execution", name="run")


def record(address: Address, id: str = "1") -> Record:
    return Record(address=address, id=id, spec={"name": str(address)})


def intent(address: Address, time: float = 1) -> Intent:
    return Intent(address=address, operation="create", time=time, spec={}, fingerprint="f")


def test_remember_keeps_the_record_and_settles_the_intent_that_it_names() -> None:
    state = State().after(Intend(intent(A)), Intend(intent(B)), Remember(record(A), intent(A).mark))
    assert state.records == {A: record(A)}
    assert state.intents == {B: intent(B)}


def test_forget_drops_the_record_and_the_intent_that_it_names() -> None:
    state = State().after(Remember(record(A)), Remember(record(B)), Intend(intent(A)), Forget(A))
    assert (state.records, state.intents) == ({B: record(B)}, {A: intent(A)})
    assert state.after(Forget(A, intent(A).mark)).intents == {}


def test_intend_replaces_the_intent_that_it_names_and_settle_drops_the_intent_alone() -> None:
    state = State().after(Remember(record(A)), Intend(intent(A, 1)), Intend(intent(A, 2), intent(A, 1).mark))
    assert state.intents == {A: intent(A, 2)}
    settled = state.after(Settle(A, intent(A, 2).mark), Settle(B, intent(B).mark))
    assert settled.intents == {}
    assert settled.records == {A: record(A)}


def test_nothing_is_sent_again_while_an_intent_is_open() -> None:
    state = State().after(Intend(intent(A, 1)))
    with pytest.raises(StateError, match="desk/Skill/a is in doubt"):
        state.after(Intend(intent(A, 2)))
    known = state.after(Intend(replace(intent(A, 1), settled=True, ignore=("x",))))
    assert known.after(Intend(intent(A, 2))).intents == {A: intent(A, 2)}, "a person settled the one before"


def run(id: str, generation: int, **more: Any) -> Record:
    return Record(address=RUN, id=id, spec={}, generation=generation, started=True, **more)


def test_the_record_of_a_run_keeps_the_ids_of_the_generations_before_it_and_what_is_no_run_of_its() -> None:
    sent = Intent(
        address=RUN, operation="create", time=2, spec={}, fingerprint="", before=("x", "y"), ignore=("z",), generation=2
    )
    state = State().after(
        Remember(run("1", 1, aliases=("one",))), Intend(sent), Remember(run("2", 2, aliases=("two",)), sent.mark)
    )
    assert state.records[RUN] == run("2", 2, aliases=("two",), earlier=("1", "one"), others=("x", "y", "z"))
    again = state.after(Remember(run("two", 2)))
    assert set(again.records[RUN].ids) == {"2", "two"}
    assert again.records[RUN].earlier == ("1", "one"), "the same run, by another spelling"
    third = again.after(Remember(run("3", 3)))
    assert third.records[RUN].earlier == ("2", "two", "1", "one") or third.records[RUN].earlier[0] == "two"
    assert set(third.owners) == {"1", "one", "2", "two", "3"}
    many = state.after(*(Remember(run(f"g{n}", n)) for n in range(3, 500)))
    assert len(many.records[RUN].earlier) == EARLIER
    assert many.records[RUN].earlier[0] == "g498"


def test_beside_a_part_stand_the_parts_of_its_owner_alone() -> None:
    one, other, new = (Address.parse(f"desk/Table/{path}") for path in ("a/Column/x", "b/Column/x", "b/Column/y"))
    state = State().after(*(Remember(record(address, "x")) for address in (one, other)), Remember(record(A)))
    assert state.owners_beside(new) == {"x": other}
    assert state.owners_beside(B) == state.owners


ENTRIES: list[Entry] = [Remember(record(A)), Remember(record(A, "2")), Remember(record(B)), Forget(A), Forget(B)]
ENTRIES += [Remember(run("1", 1)), Remember(run("2", 2)), Forget(RUN)]
ENTRIES += [Intend(intent(A)), Intend(intent(B)), Settle(A, intent(A).mark), Settle(B, intent(B).mark)]
ENTRIES += [Remember(record(A), intent(A).mark), Forget(B, intent(B).mark)]
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


def names(entry: Entry, intent: Intent) -> bool:
    """True when the entry says that it settles that very intent, or is that intent anew."""
    return entry.settles == intent.mark or (isinstance(entry, Intend) and entry.intent.mark == intent.mark)


MARKS = st.sampled_from(["", *(intent(address, time).mark for address in (A, B) for time in (1, 2)), "start 1 1"])
ANY_ENTRY = st.one_of(
    st.builds(Remember, st.sampled_from([record(A), record(B), run("1", 1), run("2", 2)]), MARKS),
    st.builds(Forget, st.sampled_from([A, B, RUN]), MARKS),
    st.builds(Settle, st.sampled_from([A, B, RUN]), MARKS),
    st.builds(
        Intend,
        st.builds(intent, st.sampled_from([A, B, RUN]), st.sampled_from([1, 2])).flatmap(
            lambda made: st.sampled_from([made, replace(made, settled=True), replace(made, operation="start")])
        ),
        MARKS,
    ),
)


@given(st.lists(ANY_ENTRY, max_size=12))
def test_nothing_removes_an_open_intent_but_an_entry_that_names_it(given_: list[Entry]) -> None:
    state = State()
    for entry in given_:
        before = {address: held for address, held in state.intents.items() if not held.settled}
        try:
            state = state.after(entry)
        except StateError:
            assert {a: held for a, held in state.intents.items() if not held.settled} == before, "nothing was written"
            continue
        gone = [held for address, held in before.items() if state.intents.get(address) != held]
        assert all(names(entry, held) for held in gone)
