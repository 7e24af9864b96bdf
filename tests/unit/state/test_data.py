from __future__ import annotations

import copy
import json
import time
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.model import Address, Intent, Lifecycle, Record, Ref, Sealed, Secret, Source, Target
from wexa_sync.secrecy import seal
from wexa_sync.state import data as codec

KEY = "a-key"
SKILL = Address(project="desk", kind="Skill", name="summarise")
AGENT = Address(project="desk", kind="Agent", name="classify", owner=("AgentFlow", "triage"))
PROJECT = Address(kind="Project", name="desk")

texts = st.text(max_size=8)
refs = st.one_of(
    st.builds(Ref, kind=texts, address=st.sampled_from([SKILL, AGENT, PROJECT])),
    st.builds(Ref, kind=texts, external=texts),
    st.builds(Ref, kind=texts, id=texts),
)
ids = st.sampled_from(["1", "6b0715306954c577d89ebf4a"])
sealed = st.builds(Sealed, template=texts, fingerprint=texts)
keys = st.one_of(texts, st.sampled_from(["$ref", "$secret", "$", "$$", "$$ref", "$other"]))
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
values = st.recursive(
    leaves | refs | sealed, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)


@given(values)
def test_what_is_sealed_comes_back_also_by_way_of_json(value: Any) -> None:
    data = seal.seal(value, KEY)
    assert seal.unseal(data) == value
    assert seal.unseal(json.loads(json.dumps(data, allow_nan=False))) == value
    assert data == seal.seal(value, KEY)  # which unsealing leaves as it was
    assert seal.unseal(data, own=True) == value


@pytest.mark.parametrize("address", [SKILL, AGENT, PROJECT], ids=str)
def test_an_address_is_the_same_read_from_its_text_or_copied(address: Address) -> None:
    for other in (Address.parse(str(address)), copy.deepcopy(address), address.altered()):
        assert (other, other.place, other.name) == (address, address.place, address.name)
        assert (other.project, other.kind, other.owner) == address.place


def test_what_has_no_mark_is_not_copied() -> None:
    data: dict[str, Any] = {
        "llm": {"model": "m"},
        "skills": [["one"], {"$ref": {"kind": "Skill", "external": "two"}}],
        "words": ["a"],
    }
    found = seal.unseal(data)
    assert found == {**data, "skills": [["one"], Ref(kind="Skill", external="two")]}
    assert all(found[name] is data[name] for name in ("llm", "words"))
    assert found["skills"][0] is data["skills"][0]
    assert seal.unseal(data["llm"]) is data["llm"]


@given(st.dictionaries(keys, values), st.randoms(use_true_random=False))
def test_a_fingerprint_does_not_depend_on_the_order_of_keys(spec: dict[str, Any], random: Any) -> None:
    items = list(spec.items())
    random.shuffle(items)
    assert seal.fingerprint(dict(items), KEY) == seal.fingerprint(spec, KEY)


@given(values, values)
def test_equal_fingerprints_mean_equal_data(one: Any, other: Any) -> None:
    same = seal.fingerprint(one, KEY) == seal.fingerprint(other, KEY)
    assert not same or one == other


def test_a_fingerprint_knows_no_difference_between_1_and_1_0_but_one_between_1_and_true() -> None:
    assert seal.fingerprint({"a": [1, 1e3, -0.0]}, KEY) == seal.fingerprint({"a": (1.0, 1000, 0)}, KEY)
    prints = {seal.fingerprint({"a": value}, KEY) for value in (1, True, "1", 1.5, None, [1])}
    assert len(prints) == 6
    assert seal.fingerprint({"a": 1}, "another key") not in prints
    assert all(len(bytes.fromhex(text)) == 32 for text in prints)


def test_a_secret_leaves_only_its_template_and_a_keyed_fingerprint() -> None:
    secret = Secret(template="Bearer ${secret:TOKEN}", value="Bearer hunter2")
    data = seal.seal({"token": secret}, KEY)
    assert "hunter2" not in json.dumps(data)
    assert KEY not in json.dumps(data)
    print_ = seal.secret_fingerprint(secret, KEY)
    assert data == {"token": {"$secret": {"template": "Bearer ${secret:TOKEN}", "fingerprint": print_}}}
    assert seal.unseal(data) == {"token": Sealed(template=secret.template, fingerprint=print_)}


def test_a_secret_and_what_is_left_of_it_have_one_fingerprint() -> None:
    spec = MappingProxyType({"token": Secret(template="${secret:T}", value="v"), "n": 1})
    concealed = seal.conceal(spec, KEY)
    assert isinstance(concealed["token"], Sealed)
    assert seal.fingerprint(concealed, KEY) == seal.fingerprint(spec, KEY)
    assert seal.conceal(concealed, "any") == concealed


def test_fingerprints_of_secrets_tell_values_and_keys_apart() -> None:
    # HMAC itself pads keys with zeros and hashes long ones: none of that may make two values one.
    values = ["a", "a\0", "", "b", "x" * 65, "\ud800"]
    prints = {seal.secret_fingerprint(Secret(template="", value=v), k) for v in values for k in ("k1", "k2")}
    assert len(prints) == 12


def test_a_secret_is_slow_to_guess_and_computed_once() -> None:
    secret = Secret(template="", value=f"fresh {time.time_ns()}")
    start = time.process_time()
    first = seal.secret_fingerprint(secret, KEY)
    once = time.process_time() - start
    start = time.process_time()
    for _ in range(100):
        assert seal.secret_fingerprint(secret, KEY) == first
    hundred_more = time.process_time() - start
    assert once > 0.002
    assert hundred_more < once


@pytest.mark.parametrize(
    "value",
    [{1: "a"}, {"a": float("nan")}, [float("inf")], {"a": {1}}, b"bytes", Ref(kind="Skill")],
    ids=repr,
)
def test_what_json_has_no_word_for_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="can't be stored"):
        seal.seal(value, KEY)


@pytest.mark.parametrize(
    "data",
    [
        {"$ref": {"kind": "Skill"}},
        {"$ref": {"kind": "Skill", "id": 3}},
        {"$ref": {"kind": "Skill", "external": "a", "id": "b"}},
        {"$ref": {"kind": "Skill", "address": "nonsense"}},
        {"$ref": "Skill"},
        {"$ref": {"kind": "Skill", "id": "a"}, "more": 1},
        {"$secret": {"template": "t"}},
        {"$secret": {"template": "t", "fingerprint": "f"}, "more": 1},
        [{"$unknown": 1}],
    ],
    ids=repr,
)
def test_marks_that_seal_does_not_write_are_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        seal.unseal(data)


@pytest.mark.parametrize("address", [SKILL, AGENT, PROJECT], ids=str)
def test_addresses_round_trip(address: Address) -> None:
    assert codec.address_from_data(seal.address_to_data(address)) == address


@pytest.mark.parametrize(
    "address",
    [Address(kind="Skill", name="no-project"), Address(project="a", kind="b/c", name="d/e"), Address(kind="", name="")],
    ids=str,
)
def test_an_address_that_could_not_be_read_back_is_not_written(address: Address) -> None:
    with pytest.raises(ValueError, match=r"address"):
        seal.address_to_data(address)


@pytest.mark.parametrize("data", [None, 3, "", "a", "a/b", "a//b", ["Project/a"]])
def test_what_is_no_address_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"address"):
        codec.address_from_data(data)


def test_source_and_target_round_trip() -> None:
    source = Source(file="a.yaml", line=3, column=7)
    target = Target(base_url="https://api.example.com", org_id="org")
    assert codec.source_from_data(codec.source_to_data(source)) == source
    assert codec.target_from_data(codec.target_to_data(target)) == target


records = st.builds(
    Record,
    address=st.sampled_from([SKILL, AGENT, PROJECT]),
    id=ids,
    spec=st.dictionaries(keys, values, max_size=3),
    lifecycle=st.builds(
        Lifecycle,
        prevent_destroy=st.booleans(),
        ignore_changes=st.lists(texts, max_size=2).map(tuple),
        retain=st.booleans(),
    ),
    generation=st.integers(1),
    started=st.none() | st.booleans(),
)
intents = st.builds(
    Intent,
    address=st.sampled_from([SKILL, AGENT]),
    operation=st.sampled_from(["create", "start"]),
    time=st.floats(0, 1e10) | st.integers(0, 10**10),
    spec=st.dictionaries(keys, values, max_size=3),
    fingerprint=texts,
    generation=st.integers(1),
    id=st.none() | ids,
    settled=st.booleans(),
    ignore=st.lists(ids, max_size=2).map(tuple),
)


@given(records, intents)
def test_records_and_intents_round_trip(record: Record, intent: Intent) -> None:
    assert codec.record_from_data(json.loads(json.dumps(codec.record_to_data(record)))) == record
    assert codec.intent_from_data(json.loads(json.dumps(codec.intent_to_data(intent)))) == intent
    assert codec.lifecycle_from_data(codec.lifecycle_to_data(record.lifecycle)) == record.lifecycle


def test_a_record_or_intent_with_a_secret_in_it_is_not_written() -> None:
    spec = {"deep": [{"token": Secret(template="${secret:T}", value="hunter2")}]}
    record = Record(address=SKILL, id="1", spec=spec)
    intent = Intent(address=SKILL, operation="create", time=1, spec=spec, fingerprint="f")
    with pytest.raises(TypeError, match=r"\*\*\* \(Secret\) can't be stored"):
        codec.record_to_data(record)
    with pytest.raises(TypeError, match=r"\*\*\* \(Secret\) can't be stored"):
        codec.intent_to_data(intent)


RECORD = codec.record_to_data(Record(address=SKILL, id="1", spec={"a": 1}))
INTENT = codec.intent_to_data(Intent(address=SKILL, operation="create", time=1.5, spec={}, fingerprint="f"))


@pytest.mark.parametrize("name", sorted(RECORD))
def test_a_record_with_a_missing_or_mistyped_member_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"missing {name}"):
        codec.record_from_data({key: value for key, value in RECORD.items() if key != name})
    with pytest.raises(ValueError, match=f"{name} has the wrong type"):
        codec.record_from_data(RECORD | {name: (1.5,) if name == "made_at" else 1.5})


@pytest.mark.parametrize("name", sorted(INTENT))
def test_an_intent_with_a_missing_or_mistyped_member_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"missing {name}"):
        codec.intent_from_data({key: value for key, value in INTENT.items() if key != name})
    wrong: Any = "text" if name in ("time", "ahead") else 1.5
    with pytest.raises(ValueError, match=f"{name} has the wrong type"):
        codec.intent_from_data(INTENT | {name: wrong})


def test_members_are_exact() -> None:
    with pytest.raises(ValueError, match="unknown more"):
        codec.record_from_data(RECORD | {"more": 1})
    with pytest.raises(ValueError, match="missing id; unknown Id"):
        codec.record_from_data({("Id" if name == "id" else name): value for name, value in RECORD.items()})
    with pytest.raises(ValueError, match="generation has the wrong type"):
        codec.record_from_data(RECORD | {"generation": True})
    with pytest.raises(ValueError, match="a number can't be an id"):
        codec.intent_from_data(INTENT | {"ignore": [1]})
    with pytest.raises(ValueError, match="an object was expected, not a list"):
        codec.record_from_data([])
