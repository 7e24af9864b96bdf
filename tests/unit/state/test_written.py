"""A state that stands as it was written is read as any other is, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.errors import StateError
from wexa_sync.model import Address, Lifecycle, Record, Ref, Sealed, Target, Vouch
from wexa_sync.state import Remember, State
from wexa_sync.state.format import VERSION, read_state, state_text
from wexa_sync.state.written import as_written, with_vouch

FILE = Path("wexa-sync.state.json")
TARGET = Target(base_url="https://api.example.com", org_id="org", environment="dev")
VOUCH = Vouch(inputs="1", order="2", files=("a/b.yaml", 'of "\n "vouch": {}'), env=("REGION",))
A = Address(project="desk", kind="Skill", name="a")
TEXTS = st.text(st.characters(codec="utf-8")) | st.sampled_from(["$", "$ref", "$secret", '\n "vouch": ', "\u2028"])
LEAVES = (
    TEXTS
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
    | st.builds(Ref, kind=st.just("Skill"), address=st.just(A))
    | st.builds(Ref, kind=st.just("Skill"), external=TEXTS)
    | st.builds(Sealed, template=TEXTS, fingerprint=TEXTS)
)
SPECS = st.dictionaries(TEXTS, st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
RECORDS = st.builds(
    Record,
    address=st.just(A),
    id=st.just("1"),
    spec=SPECS,
    lifecycle=st.just(Lifecycle()) | st.builds(Lifecycle, ignore_changes=st.tuples(TEXTS)),
    generation=st.integers(1, 3),
    started=st.none() | st.booleans(),
    made_at=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    earlier=st.just(()) | st.just(("7", "8")),
)


def state_of(*records: Record) -> State:
    entries = map(Remember, records)
    return replace(State(target=TARGET, lineage="line", serial=3).after(*entries), vouch=VOUCH)


@given(RECORDS)
def test_it_is_read_as_one_in_which_everything_is_checked(record: Record) -> None:
    text = state_text(state_of(record))
    state = as_written(text, VERSION)
    checked = read_state(text.replace(b"{", b"{ ", 1), FILE)
    assert state is not None
    assert checked.vouch is None, "another text vouches for nothing"
    assert repr(state) == repr(replace(checked, vouch=VOUCH))  # 1, 1.0 and true are equal
    assert state == state_of(record)


def test_its_text_is_as_readable_as_any() -> None:
    text = state_text(state_of(Record(address=A, id="1", spec={}))).decode()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def test_a_text_that_no_decoder_of_utf8_takes_is_read_slowly() -> None:
    text = state_text(state_of(Record(address=A, id="1", spec={"name": "\ud800"})))
    assert as_written(text, VERSION) is None
    assert read_state(text, FILE).records[A].spec == {"name": "\ud800"}


@given(st.data())
def test_what_was_edited_anywhere_vouches_for_nothing(data: st.DataObject) -> None:
    before = state_text(state_of(Record(address=A, id="1", spec={"name": "x"})))
    at = data.draw(st.integers(0, before.index(b'"vouch"') - 1))
    with_it = data.draw(st.sampled_from([b"", b" ", b"0", b'"', b"x", b"{", b"\xff"]))
    text = before[:at] + with_it + before[at + 1 :]
    assert text == before or as_written(text, VERSION) is None


ODD: dict[str, Any] = {
    "another version": lambda text: as_written(text, VERSION - 1),
    "moved": lambda text: as_written(state_text(read_state(text, FILE), moved="there"), VERSION),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_to_be_told_of_is_read_slowly(odd: str) -> None:
    text = state_text(state_of(Record(address=A, id="1", spec={})))
    assert ODD[odd](text) is None
    with pytest.raises(StateError, match="was moved to there"):
        read_state(state_text(read_state(text, FILE), moved="there"), FILE)


def test_a_vouch_made_by_hand_leaves_what_is_wrong_to_be_told() -> None:
    sealed = Sealed(template="${secret:PIN}", fingerprint="f")
    record = Record(address=A, id="1", spec={"pin": sealed}, lifecycle=Lifecycle(), generation=1)
    text = state_text(replace(state_of(record), vouch=None)).removesuffix(b"\n")
    edited = with_vouch(text.replace(b'"${secret:PIN}"', b"{}"), VOUCH)
    assert as_written(edited, VERSION) is None
    with pytest.raises(StateError, match="template has the wrong type"):
        read_state(edited, FILE)
