"""The state file and the journal as text: what is refused, and how it is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.errors import StateDamaged, StateError
from wexa_sync.model import Address, Intent, Record, Ref, Sealed, Target
from wexa_sync.state import Entry, Forget, Intend, Remember, Settle, State
from wexa_sync.state import format as state_format
from wexa_sync.state.format import (
    VERSION,
    Step,
    checksum,
    read_state,
    state_text,
)
from wexa_sync.state.journal import journal_line, journal_start, read_journal, replay

FILE = Path("wexa-sync.state.json")
JOURNAL = Path("wexa-sync.state.json.journal")
TARGET = Target(base_url="https://api.example.com", org_id="org")
A, B = (Address(project="desk", kind="Skill", name=name) for name in "ab")
SPEC = {"skill": Ref(kind="Skill", external="X"), "t": Sealed(template="${secret:T}", fingerprint="00"), "$": 1}
STATE = State(target=TARGET, lineage="line", serial=3).after(
    Remember(Record(address=A, id="1", spec=SPEC)),
    Intend(Intent(address=B, operation="create", time=1.5, spec=SPEC, fingerprint="f")),
)
ENTRIES: list[Entry] = [
    Remember(Record(address=B, id="2", spec=SPEC)),
    Forget(A),
    Intend(Intent(address=A, operation="start", time=2, spec={}, fingerprint="g", id="7", ignore=("x",))),
    Settle(B, "create 1 1.5"),
]
WRITES = st.lists(st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=3), max_size=5)


def journal_of(state: State, writes: list[list[Entry]]) -> bytes:
    lines = (journal_line(state.serial + n, tuple(entries)) for n, entries in enumerate(writes, start=1))
    return journal_start(state) + b"".join(lines)


def test_a_state_file_is_sorted_readable_and_comes_back() -> None:
    text = state_text(STATE)
    assert read_state(text, FILE) == STATE
    data = json.loads(text)
    assert text.decode() == json.dumps(data, indent=1, sort_keys=True) + "\n"
    assert data["format"] == "wexa-sync-state"
    assert (data["version"], data["lineage"], data["serial"]) == (VERSION, "line", 4)
    assert list(data["records"]) == ["desk/Skill/a"]
    assert list(data["intents"]) == ["desk/Skill/b"]


TEXTS = st.text() | st.sampled_from(["\ud800", "\udfff\ud800", "\x00\x7f\u2028", '"\\\\/', "{ [ : ,"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
DATA = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


@given(DATA)
def test_whatever_stands_in_a_state_is_written_as_json_does(value: Any) -> None:
    spec = {"value": value, "nested": [value, {}, [], {"x": [[]]}]}
    text = state_text(State(target=TARGET, lineage="line").after(Remember(Record(address=A, id="1", spec=spec))))
    assert text.decode() == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


@pytest.mark.parametrize("depth", [50, 400])
def test_so_is_what_is_nested_deep(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    text = state_text(
        State(target=TARGET, lineage="line").after(Remember(Record(address=A, id="1", spec={"v": value})))
    )
    assert text.decode() == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def test_the_text_does_not_depend_on_the_order_of_records() -> None:
    one = State(target=TARGET, lineage="l").after(*ENTRIES[:1], Remember(Record(address=A, id="1", spec={})))
    other = State(target=TARGET, lineage="l").after(Remember(Record(address=A, id="1", spec={})), *ENTRIES[:1])
    assert state_text(one) == state_text(other)


def test_a_state_of_no_target_is_not_written() -> None:
    with pytest.raises(ValueError, match="without a target"):
        state_text(State())


def edited(change: Callable[[Any], Any]) -> bytes:
    data = json.loads(state_text(STATE))
    change(data)
    return json.dumps(data).encode()


DAMAGE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Expecting value"),
    "cut": (state_text(STATE)[:-20], "delimiter|Expecting"),
    "not text": (b"\xff\xfe\x00\xd8garbage", "."),
    "too deep": (b"[" * 200_000, "."),
    "a list": (b"[]", "format"),
    "another format": (edited(lambda d: d.update(format="terraform")), "format"),
    "no version": (edited(lambda d: d.pop("version")), "version"),
    "version true": (edited(lambda d: d.update(version=True)), "version"),
    "version 0": (edited(lambda d: d.update(version=0)), "version"),
    "no lineage": (edited(lambda d: d.pop("lineage")), "missing lineage"),
    "empty lineage": (edited(lambda d: d.update(lineage="")), "no lineage"),
    "negative serial": (edited(lambda d: d.update(serial=-1)), "negative serial"),
    "serial text": (edited(lambda d: d.update(serial="4")), "serial has the wrong type"),
    "no records": (edited(lambda d: d.pop("records")), "missing records"),
    "records a list": (edited(lambda d: d.update(records=[])), "records has the wrong type"),
    "something more": (edited(lambda d: d.update(more=1)), "unknown more"),
    "half a target": (edited(lambda d: d["target"].pop("org_id")), "missing org_id"),
    "a record without id": (edited(lambda d: d["records"]["desk/Skill/a"].pop("id")), "desk/Skill/a: missing id"),
    "a record that is none": (edited(lambda d: d["records"].update({"desk/Skill/a": 1})), "desk/Skill/a: an object"),
    "an edited key": (
        edited(lambda d: d["records"].update({"desk/Skill/z": d["records"].pop("desk/Skill/a")})),
        "desk/Skill/z: it holds the address desk/Skill/a",
    ),
    "an edited address": (
        edited(lambda d: d["intents"]["desk/Skill/b"].update(address="desk")),
        "desk/Skill/b: 'desk' is not an address",
    ),
    "a mark that is none": (edited(lambda d: d["records"]["desk/Skill/a"]["spec"].update({"$x": 1})), r"\$x"),
    "beyond numbers": (state_text(STATE).replace(b'"serial": 4', b'"serial": 1e999'), "beyond all bounds"),
    "no number": (edited(lambda d: d["records"]["desk/Skill/a"]["spec"].update(a=float("nan"))), "NaN"),
    "said twice": (state_text(STATE).replace(b'"serial": 4', b'"serial": 4, "serial": 5'), "same key twice"),
    "a merge conflict": (b"<<<<<<< HEAD\n" + state_text(STATE), "Expecting value"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_with_the_file_and_what_to_do(name: str) -> None:
    text, fault = DAMAGE[name]
    with pytest.raises(StateDamaged, match=fault) as caught:
        read_state(text, FILE)
    assert caught.value.message.startswith(f"{FILE} is damaged: ")
    assert "version control or a backup" in caught.value.hint
    assert "state rebuild" in caught.value.hint


def test_a_newer_format_asks_for_an_upgrade() -> None:
    newer = edited(lambda d: d.update(version=VERSION + 1, something="new"))
    with pytest.raises(StateError, match="written by a newer wexa-sync") as caught:
        read_state(newer, FILE)
    assert not isinstance(caught.value, StateDamaged)
    assert "Upgrade" in caught.value.hint
    with pytest.raises(StateError, match="written by a newer wexa-sync"):
        read_journal(journal_start(STATE).replace(f'"version":{VERSION}'.encode(), b'"version":99') + b"[]\n", JOURNAL)


# As version 1 had them: intents did not know the server's clock, and a journal's lines had no numbers.
STATE_1 = """{
 "format": "wexa-sync-state", "version": 1, "lineage": "line", "serial": 3,
 "target": {"base_url": "https://api.example.com", "org_id": "org"},
 "records": {},
 "intents": {"desk/Skill/b": {"address": "desk/Skill/b", "operation": "create", "time": 1.5, "spec": {},
  "fingerprint": "f", "generation": 1, "id": null, "settled": false, "ignore": []}}
}"""
JOURNAL_1 = """\
{"format":"wexa-sync-journal","lineage":"line","serial":3,"target":{"base_url":"https://api.example.com","org_id":"org"},"version":1}
[{"intend":{"address":"desk/Skill/a","fingerprint":"f","generation":1,"id":null,"ignore":[],"operation":"create","settled":false,"spec":{},"time":2.5}}]
[{"settle":"desk/Skill/b"}]
"""


def test_version_1_is_read_and_written_as_the_current_one() -> None:
    state = read_state(STATE_1.encode(), FILE)
    journal = read_journal(JOURNAL_1.encode(), JOURNAL)
    assert journal is not None
    now = replay(state, journal, file=FILE, journal_file=JOURNAL)
    one = Intent(address=A, operation="create", time=2.5, spec={}, fingerprint="f", ahead=0.0)
    assert (now.serial, now.intents, now.records) == (5, {A: one}, {})
    assert json.loads(state_text(now))["version"] == VERSION
    assert read_state(state_text(now), FILE) == now


# As version 2 had them: an entry removed whatever intent there was, and no run knew of others.
STATE_2 = """{
 "format": "wexa-sync-state", "version": 2, "lineage": "line", "serial": 3,
 "target": {"base_url": "https://api.example.com", "org_id": "org"},
 "records": {"desk/Execution/r": {"address": "desk/Execution/r", "id": "1", "spec": {}, "generation": 1,
  "lifecycle": {"prevent_destroy": false, "ignore_changes": [], "retain": false}, "started": true}},
 "intents": {"desk/Skill/b": {"address": "desk/Skill/b", "operation": "create", "time": 1.5, "spec": {},
  "fingerprint": "f", "generation": 1, "id": null, "settled": false, "ignore": [], "ahead": 0.0}}
}"""
JOURNAL_2 = """\
{"format":"wexa-sync-journal","lineage":"line","serial":3,"target":{"base_url":"https://api.example.com","org_id":"org"},"version":2}
{"serial":4,"entries":[{"settle":"desk/Skill/b"},{"intend":{"address":"desk/Skill/a","fingerprint":"f","generation":1,"id":null,"ignore":[],"operation":"create","settled":false,"spec":{},"time":2.5,"ahead":1.0}}]}
{"serial":5,"entries":[{"intend":{"address":"desk/Skill/a","fingerprint":"f","generation":1,"id":null,"ignore":[],"operation":"create","settled":false,"spec":{},"time":3.5,"ahead":1.0}}]}
{"serial":6,"entries":[{"remember":{"address":"desk/Skill/a","id":"2","spec":{},"generation":1,"lifecycle":{"prevent_destroy":false,"ignore_changes":[],"retain":false},"started":null}}]}
"""


@pytest.mark.parametrize("writes", range(4))
def test_version_2_is_read_with_what_its_entries_meant_and_written_as_the_current_one(writes: int) -> None:
    state = read_state(STATE_2.encode(), FILE)
    journal = read_journal("".join(JOURNAL_2.splitlines(keepends=True)[: writes + 1]).encode(), JOURNAL)
    assert (journal is None) == (writes == 0)
    now = replay(state, journal, file=FILE, journal_file=JOURNAL)
    run = Address(project="desk", kind="Execution", name="r")
    assert now.serial == 3 + writes
    assert now.records[run] == Record(address=run, id="1", spec={}, started=True)
    assert set(now.intents) == [{B}, {A}, {A}, set()][writes]
    assert set(now.records) == {run, A} if writes == 3 else {run}
    assert json.loads(state_text(now))["version"] == VERSION
    assert read_state(state_text(now), FILE) == now


def test_version_2_had_no_checksum_and_knew_of_no_ends() -> None:
    data = json.loads(state_text(STATE))
    for record in data["records"].values():
        del record["ended"]
    assert data.pop("sha256") == checksum(STATE)
    assert read_state(json.dumps({**data, "version": 2}).encode(), FILE) == STATE
    start = json.loads(journal_start(STATE))
    del start["sha256"]
    old = json.dumps({**start, "version": 2}).encode() + b"\n" + journal_line(STATE.serial + 1, tuple(ENTRIES))
    assert replay(STATE, read_journal(old, JOURNAL), file=FILE, journal_file=JOURNAL).serial == STATE.serial + 1


def test_version_3_knew_no_environments() -> None:
    data, start = json.loads(state_text(STATE)), json.loads(journal_start(STATE))
    for old in (data, start):
        del old["target"]["environment"]
        old["version"] = 3
    assert read_state(json.dumps(data).encode(), FILE) == STATE
    journal = read_journal(json.dumps(start).encode() + b"\n" + journal_line(STATE.serial + 1, tuple(ENTRIES)), JOURNAL)
    assert journal is not None
    assert journal.target == STATE.target


def test_a_journal_gives_its_environment_to_a_state_that_had_none() -> None:
    named = replace(STATE, target=replace(TARGET, environment="staging"))
    journal = read_journal(journal_of(named, [[Settle(B, "")]]), JOURNAL)
    assert replay(STATE, journal, file=FILE, journal_file=JOURNAL).target == named.target


ONE, OTHER = (STATE.after(Remember(Record(address=B, id=id, spec={}))) for id in "12")


def test_two_states_of_one_serial_are_told_apart_by_their_content() -> None:
    assert (ONE.lineage, ONE.serial) == (OTHER.lineage, OTHER.serial)
    assert checksum(ONE) != checksum(OTHER)
    read = read_state(state_text(ONE), FILE)
    assert checksum(read) == checksum(ONE)
    assert checksum(read.after(Settle(B, "m"))) == checksum(ONE.after(Settle(B, "m")))


def test_a_state_that_was_merged_by_lines_is_refused() -> None:
    ours, theirs = json.loads(state_text(ONE)), json.loads(state_text(OTHER))
    merged = {**ours, "records": theirs["records"] | {"desk/Skill/a": ours["records"]["desk/Skill/a"]}}
    with pytest.raises(StateDamaged, match="merged by lines") as caught:
        read_state(json.dumps(merged).encode(), FILE)
    assert "take one side whole" in caught.value.hint


def test_a_journal_does_not_continue_another_state_of_the_same_serial() -> None:
    journal = read_journal(journal_of(ONE, [[Settle(B, "")]]), JOURNAL)
    assert replay(ONE, journal, file=FILE, journal_file=JOURNAL).serial == ONE.serial + 1
    with pytest.raises(StateDamaged, match=r"does not continue .* with another content"):
        replay(OTHER, journal, file=FILE, journal_file=JOURNAL)


def test_an_older_format_is_brought_up_step_by_step_in_the_file_and_its_journal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A future in which two versions more are old.
    steps = {
        VERSION: Step(record=lambda data: {**data, "id": data["id"] + "-3"}),
        VERSION + 1: Step(
            record=lambda data: {**data, "id": data["id"] + "-4"},
            intent=lambda data: {**data, "operation": data["operation"].upper()},
        ),
    }
    record = next(iter(STATE.records.values()))
    intent = next(iter(STATE.intents.values()))
    old, old_journal = state_text(STATE), journal_of(STATE, [[Remember(record), Intend(intent)]])
    monkeypatch.setattr(state_format, "VERSION", VERSION + 2)
    monkeypatch.setattr(state_format, "STEPS", steps)
    state, journal = read_state(old, FILE), read_journal(old_journal, JOURNAL)
    assert journal is not None
    ((remembered, intended),) = journal.writes
    assert isinstance(remembered, Remember)
    assert isinstance(intended, Intend)
    for found in (state.records[record.address], remembered.record):
        assert found.id == record.id + "-3-4"
    for each in (state.intents[intent.address], intended.intent):
        assert each.operation == intent.operation.upper()
    assert read_state(state_text(state), FILE) == state, "what is written next is of the current version"
    assert json.loads(state_text(state))["version"] == VERSION + 2
    with pytest.raises(StateDamaged, match="no version that is known"):
        read_state(old.replace(f'"version": {VERSION}'.encode(), b'"version": 0'), FILE)


def test_a_state_file_cut_at_any_byte_is_refused() -> None:
    whole = state_text(STATE)
    for keep in range(len(whole) - 1):
        with pytest.raises(StateDamaged, match="is damaged"):
            read_state(whole[:keep], FILE)
    assert read_state(whole[:-1], FILE) == STATE, "nothing but the last newline is gone"


@given(st.data())
def test_a_state_file_edited_anywhere_is_read_or_refused_and_what_is_read_can_be_written(data: st.DataObject) -> None:
    whole = bytearray(state_text(STATE))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from([b"", b"0", b"9", b'"', b"{", b"}", b"[", b"null", b"1e999", b"\xff", b"$", b"/", b"-"])
        )
    try:
        state = read_state(bytes(whole), FILE)
    except StateError:
        return
    assert read_state(state_text(state), FILE) == state


@settings(max_examples=6, deadline=None)
@given(WRITES)
def test_a_journal_cut_at_any_byte_gives_what_was_whole_by_then(writes: list[list[Entry]]) -> None:
    text = journal_of(STATE, writes)
    ends = [len(journal_of(STATE, writes[:count])) for count in range(len(writes) + 1)]
    states = [STATE]
    for entries in writes:
        states.append(states[-1].after(*entries))
    for cut in range(len(text) + 1):
        whole = max((count for count, end in enumerate(ends) if end <= cut), default=0)
        journal = read_journal(text[:cut], JOURNAL)
        assert replay(STATE, journal, file=FILE, journal_file=JOURNAL) == states[whole]


def test_a_last_line_whose_middle_never_reached_the_disk_is_ignored() -> None:
    text = journal_of(STATE, [[ENTRIES[0]]])
    line = journal_line(STATE.serial + 2, (ENTRIES[1],))
    torn = b"\0" * (len(line) // 2) + line[len(line) // 2 :]
    assert read_journal(text + torn, JOURNAL) == read_journal(text, JOURNAL)


@pytest.mark.parametrize("end", [1, 10, 200, -10, -1])
def test_a_first_write_that_never_reached_the_disk_whole_is_none(end: int) -> None:
    text = journal_of(STATE, [[ENTRIES[0]]])
    assert read_journal(b"\0" * len(text), JOURNAL) is None
    assert read_journal(text[:end] + b"\0" * len(text[end:]), JOURNAL) is None
    assert read_journal(b"\0" * len(text[:end]) + text[end:], JOURNAL) is None


JOURNAL_TEXT = journal_of(STATE, [[entry] for entry in ENTRIES])
LINES = JOURNAL_TEXT.splitlines(keepends=True)
JOURNAL_DAMAGE: dict[str, tuple[bytes, str]] = {
    "a word": (b"garbage", "does not begin as a journal does"),
    "a word and a line end": (b"garbage\n", "Expecting value"),
    "a first line that is no head": (b"[]\n", "format"),
    "a state": (state_text(STATE), "Expecting property name"),
    "a state on one line": (state_text(STATE).replace(b"\n", b"") + b"\n" + b"".join(LINES[1:]), "format"),
    "no head": (b"".join(LINES[1:]), "format"),
    "a hole in the head, and more than the first write": (JOURNAL_TEXT.replace(b"line", b"\0\0\0\0", 1), "."),
    "a line that is gone": (b"".join(LINES[:2] + LINES[3:]), "write 2: serial 6 should stand there, and it is 7"),
    "the first line gone": (b"".join(LINES[:1] + LINES[2:]), "write 1: serial 5 should stand there, and it is 6"),
    "a line twice": (JOURNAL_TEXT + LINES[-1], "write 5: serial 9 should stand there, and it is 8"),
    "a line in the place of another": (b"".join([*LINES[:3], LINES[2], LINES[4]]), "write 3: serial 7 should"),
    "two lines exchanged": (b"".join([*LINES[:2], LINES[3], LINES[2], LINES[4]]), "write 2: serial 6 should"),
    "the head again": (JOURNAL_TEXT + LINES[0], "write 5: missing entries"),
    "an empty line": (b"".join([*LINES[:2], b"\n", *LINES[2:]]), "write 2: Expecting value"),
    "an empty line at the end": (JOURNAL_TEXT + b"\n", "write 5: Expecting value"),
    "a line that is no JSON": (b"".join([*LINES[:2], b"garbage\n", *LINES[3:]]), "write 2: Expecting value"),
    "a last line that is no JSON": (JOURNAL_TEXT + b"garbage\n", "write 5: Expecting value"),
    "a hole before the last line": (b"".join([*LINES[:2], b"\0" * 50 + b"\n", *LINES[3:]]), "write 2: "),
    "a hole before what was cut": (b"".join([*LINES[:3], b"\0" * 50 + b"\n", LINES[4][:5]]), "write 3: "),
    "line ends that are gone": (JOURNAL_TEXT.replace(b"\n", b""), "a line has no end"),
    "the last two line ends gone": (b"".join([*LINES[:3], *(line[:-1] for line in LINES[3:])]), "a line has no end"),
    "a line end in the middle gone": (b"".join([*LINES[:2], LINES[2][:-1], *LINES[3:]]), "write 2: Extra data"),
}


@pytest.mark.parametrize("name", JOURNAL_DAMAGE)
def test_a_journal_that_no_kill_leaves_is_not_guessed_at(name: str) -> None:
    text, fault = JOURNAL_DAMAGE[name]
    with pytest.raises(StateDamaged, match=fault) as caught:
        read_journal(text, JOURNAL)
    assert caught.value.message.startswith(f"{JOURNAL} is damaged: ")
    assert "and the state file beside it as they were together" in caught.value.hint


@pytest.mark.parametrize(
    "entries",
    [
        b"1",
        b"{}",
        b"[1]",
        b'[{"forget": 1}]',
        b'[{"forget": "desk/Skill/a"}]',
        b'[{"forget": "desk/Skill/a", "settles": 1}]',
        b'[{"forget": "desk/Skill/a", "settle": "desk/Skill/a", "settles": ""}]',
        b'[{"remember": {}}]',
        b'[{"explode": "desk/Skill/a"}]',
    ],
)
def test_a_write_of_no_entries_that_are_known_is_not_guessed_at(entries: bytes) -> None:
    with pytest.raises(StateDamaged, match="journal is damaged: write 1: "):
        read_journal(journal_start(STATE) + b'{"serial":5,"entries":' + entries + b"}\n", JOURNAL)


def test_a_journal_that_the_state_has_overtaken_is_ignored() -> None:
    journal = read_journal(journal_of(STATE, [[ENTRIES[0]]]), JOURNAL)
    later = STATE.after(ENTRIES[1])
    assert replay(later, journal, file=FILE, journal_file=JOURNAL) is later
    # This one holds the first of two writes, of which it knows nothing: it is of another apply.
    longer = read_journal(journal_of(STATE, [[ENTRIES[0]], [ENTRIES[1]]]), JOURNAL)
    with pytest.raises(StateDamaged, match="does not continue"):
        replay(later, longer, file=FILE, journal_file=JOURNAL)


@pytest.mark.parametrize(
    "state",
    [
        State(),
        State(target=TARGET, lineage="another", serial=4),
        State(target=TARGET, lineage="another", serial=9),
        State(target=TARGET, lineage="line", serial=3),
    ],
    ids=["file gone", "another lineage", "another, later lineage", "an older file put back"],
)
def test_a_journal_that_does_not_fit_is_neither_applied_nor_dropped(state: State) -> None:
    journal = read_journal(journal_of(STATE, [[ENTRIES[0]]]), JOURNAL)
    with pytest.raises(StateDamaged, match="does not continue") as caught:
        replay(state, journal, file=FILE, journal_file=JOURNAL)
    assert str(JOURNAL) in caught.value.hint
