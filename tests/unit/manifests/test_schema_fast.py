"""The glance never says "valid" where jsonschema finds a fault, and needs no second look at what people write."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wexa_sync.errors import Unfilled
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.schema import bundled
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.included import Files
from wexa_sync.manifests.load import load
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.schema_fast import glance
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.values import fill_in
from wexa_sync.manifests.variables import Variables
from wexa_sync.model import Secret

EXAMPLES = Path(__file__).parents[3] / "examples"
SETTINGS = "settings.schema.json"
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
NEAR = st.sampled_from(
    ["", "a", "a\n", "A b", "wexa.ai/v1", "skilled_agent", 0, -1, 1.0, 65, True, [], {}, {"id": "x"}]
)
ANY = PLAIN | NEAR | st.lists(PLAIN, max_size=2) | st.dictionaries(st.sampled_from(["id", "external", "x"]), PLAIN)


@cache
def written() -> tuple[tuple[str, Any], ...]:
    """Return valid documents with the name of their schema: the support desk's manifests, and some settings."""
    folder = EXAMPLES / "support-desk"
    documents = load(Sources(paths=(folder,), root=folder)).documents
    manifests = []
    for document in documents:
        kind = BY_NAME[document.data["kind"]]
        files = Files(document.source.file, folder, Filling(Variables()))
        spec = fill_in(document.data["spec"], kind.fields, files, [])
        manifests.append((kind.schema, {**document.data, "spec": spec}))
    settings = {"org_id": "o", "vars": {"a": "b", "n": 1}, "start": "auto", "parallelism": 4, "manifests": ["."]}
    return (*manifests, (SETTINGS, settings))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container in the data with each of its keys, and with one key that it has not."""
    if isinstance(value, (dict, list)):
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from places(item)
    if isinstance(value, dict):
        yield value, "surprise"


@given(data=st.data())
def test_what_is_valid_at_a_glance_is_valid(data: st.DataObject) -> None:
    name, whole = copy.deepcopy(data.draw(st.sampled_from(written())))
    for _ in range(data.draw(st.integers(1, 2))):
        container, key = data.draw(st.sampled_from(list(places(whole))))
        if isinstance(container, dict) and data.draw(st.booleans()):
            container.pop(key, None)
        else:
            container[key] = data.draw(ANY)
    valid = Draft202012Validator(bundled(name)).is_valid(whole)
    assert valid or not glance(name)(whole)


@pytest.mark.parametrize("case", written(), ids=lambda case: case[0])
def test_what_people_write_needs_no_second_look(case: tuple[str, Any]) -> None:
    assert glance(case[0])(case[1])


@pytest.mark.parametrize("odd", [Unfilled("x"), Secret(template="", value="x")], ids=["unfilled", "secret"])
def test_what_only_stands_for_a_text_is_looked_at_twice(odd: Any) -> None:
    name, data = next(case for case in written() if case[1].get("kind") == "Project")
    changed = {**data, "spec": {**data["spec"], "description": odd}}
    assert not glance(name)(changed)
    assert schema_faults(name, changed) == []


def test_a_newline_is_no_part_of_a_handle() -> None:
    name, data = next(case for case in written() if case[1].get("kind") == "Project")
    changed = {**data, "metadata": {"name": "desk\n"}}
    assert not glance(name)(changed)
    assert [fault.path for fault in schema_faults(name, changed)] == [("metadata", "name")]


WORDS: list[dict[str, Any]] = [
    *({"type": name} for name in ("string", "boolean", "integer", "number", "array", "object", "null")),
    {"type": ["string", "integer"]},
    {"const": "a"},
    {"enum": ["a", "bb"]},
    {"pattern": "^[a-z]+$"},
    {"minLength": 2},
    {"maxLength": 1},
    {"minimum": 1},
    {"maximum": 1},
    {"exclusiveMinimum": 1},
    {"properties": {"a": {"type": "string"}}},
    {"required": ["a"]},
    {"properties": {"a": {}}, "additionalProperties": False},
    {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
    {"propertyNames": {"pattern": "^a$"}},
    {"items": {"type": "string"}},
    {"anyOf": [{"const": "a"}, {"required": ["a"]}]},
]
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    2,
    0.5,
    1.0,
    2.5,
    "",
    "a",
    "bb",
    "A",
    [],
    ["a"],
    ["a", 1],
    {},
    {"a": "x"},
    {"a": 1},
]
VALUES += [{"b": "x"}, {"b": 1}, {"a": "x", "b": "y"}, {"a": "x", "b": 1}]


@pytest.mark.parametrize("schema", WORDS, ids=str)
def test_each_word_passes_something_and_nothing_that_is_wrong(
    schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wexa_sync.manifests.schema_fast.bundled", lambda _name: schema)
    look = glance.__wrapped__("any.schema.json")
    passed = [value for value in VALUES if look(value)]
    assert passed
    assert [value for value in passed if not Draft202012Validator(schema).is_valid(value)] == []


def test_a_word_it_does_not_know_leaves_it_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wexa_sync.manifests.schema_fast.bundled", lambda _name: {"type": "string", "format": "date"})
    assert not glance.__wrapped__("any.schema.json")("2035-01-01")
