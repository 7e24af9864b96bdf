"""The schemas that editors get accept what the tool accepts, says a validator that is not the tool's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from wexa_sync.cli.init import _texts
from wexa_sync.kinds import BY_NAME, declarable
from wexa_sync.kinds.spec.published import combined, published
from wexa_sync.manifests.find import is_searched
from wexa_sync.manifests.yaml import parse
from wexa_sync.text.files import SETTINGS_FILE

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"


@cache
def validator(name: str) -> Any:
    """Return an independent validator of the schema of that file name."""
    return fastjsonschema.compile({**published(name), "$schema": "http://json-schema.org/draft-07/schema#"})


def written() -> dict[str, str]:
    """Return every manifest of the examples and of `init`, by its file."""
    found = {str(path.relative_to(EXAMPLES)): path.read_text("utf-8") for path in EXAMPLES.rglob("*.yaml")}
    return found | {f"init/{name}": text for name, text in _texts().items() if name.endswith(".yaml")}


@pytest.mark.parametrize("name", [name for name in written() if not name.endswith(".vars.yaml")])
def test_what_people_are_given_to_start_from_is_valid(name: str) -> None:
    documents, problems = parse(written()[name], name)
    assert problems == []
    for document in documents:
        own = "environment.schema.json" if "/environments/" in name else "settings.schema.json"
        schema = BY_NAME[document.data["kind"]].schema if "kind" in document.data else own
        validator(schema)(document.data)


FLOW: dict[str, Any] = {
    "apiVersion": "wexa.ai/v1",
    "kind": "AgentFlow",
    "metadata": {"name": "flow"},
    "spec": {
        "name": "F",
        "description": {"file": "d.md"},
        "role": "${var:role}",
        "agents": [
            {
                "handle": "a",
                "title": "A",
                "role": "R",
                "prompt": {"template": {"file": "p.md"}},
                "skills": ["s", {"external": "${env:SKILL}"}, {"id": "67fdea40aac77be632954f13"}],
                "llm": {"model": "${var:model}", "temperature": "${var:t}", "max_tokens": "${var:n}"},
                "has_knowledge_base": "${var:kb}",
            }
        ],
    },
}


def test_variables_and_files_are_valid_where_the_tool_takes_them() -> None:
    validator("agentflow.schema.json")(FLOW)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "nmae"), "x"),
        (("spec", "name"), 5),
        (("spec", "name"), {"fil": "x"}),
        (("spec", "agents", 0, "llm", "temperature"), "warm"),
        (("spec", "agents", 0, "skills", 0), {"file": "x"}),
        (("metadata", "name"), {"file": "x"}),
        (("metadata", "name"), "Not A Handle"),
    ],
)
def test_what_the_tool_refuses_is_not_valid(path: tuple[str | int, ...], value: Any) -> None:
    from copy import deepcopy

    data: Any = deepcopy(FLOW)
    place = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(fastjsonschema.JsonSchemaException):
        validator("agentflow.schema.json")(data)


KINDS = {kind.name: kind.schema for kind in declarable()}
ROOT = Path(__file__).resolve().parents[4]


@cache
def of_all_kinds() -> Any:
    """Return a validator of the schema for folders of mixed kinds, as an editor checks by it."""
    return Draft7Validator(json.loads((ROOT / "schemas" / "manifest.schema.json").read_text("utf-8")))


def test_the_schema_of_all_kinds_is_up_to_date() -> None:
    Draft7Validator.check_schema(combined(KINDS))
    assert of_all_kinds().schema == combined(KINDS), "wexa-sync schema manifest > schemas/manifest.schema.json"


def test_it_uses_no_word_that_strict_programs_refuse() -> None:
    text = json.dumps(combined(KINDS))
    assert "x-wexa-" not in text
    assert "enumDescriptions" not in text


@pytest.mark.parametrize("name", [name for name in written() if "vars" not in name])
def test_examples_of_every_kind_are_valid_by_it(name: str) -> None:
    documents, _ = parse(written()[name], name)
    manifests = [document.data for document in documents if "kind" in document.data]
    assert [error.message for data in manifests for error in of_all_kinds().iter_errors(data)] == []


def test_a_broken_example_is_broken_by_it_as_its_own_kind_says() -> None:
    """Break each field of each example in turn: the faults are those that the schema of its kind finds."""
    broken = 0
    for name, text in written().items():
        for document in parse(text, name)[0]:
            if "kind" not in document.data:
                continue
            own = Draft202012Validator(published(KINDS[document.data["kind"]]))
            for data in [*_each_broken(document.data), document.data | {"extra": 1}, _without(document.data, "spec")]:
                found = {(error.message, error.json_path) for error in of_all_kinds().iter_errors(data)}
                wanted = {(error.message, error.json_path) for error in own.iter_errors(data)}
                assert {path for _, path in found} == {path for _, path in wanted}, (name, data)
                broken += bool(wanted)
    assert broken > 100


def test_a_document_of_moves_is_valid_by_it() -> None:
    moves = [{"from": "desk/Skill/a", "to": "desk/Skill/b"}]
    assert list(of_all_kinds().iter_errors({"apiVersion": "wexa.ai/v1", "moved": moves})) == []
    (fault,) = of_all_kinds().iter_errors({"apiVersion": "wexa.ai/v1", "moved": [{"from": "desk/Skill/a"}]})
    assert (fault.json_path, fault.validator) == ("$.moved[0]", "required")


def test_an_unknown_kind_gets_one_fault_and_none_of_another_kind() -> None:
    for kind in ({"kind": "AgentFlw"}, {}):
        faults = list(of_all_kinds().iter_errors({"apiVersion": "wexa.ai/v1", "metadata": {}, "spec": {"x": 1}} | kind))
        assert [fault.validator for fault in faults] == ["enum" if kind else "required"]


def _without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def _each_broken(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the data with one field misspelled or of a wrong type, for each field."""
    for part in ("metadata", "spec"):
        for name in data[part]:
            yield data | {part: {**_without(data[part], name), f"{name}_": 1}}
            yield data | {part: {**data[part], name: 7.5}}


def test_the_entry_for_schemastore_names_what_the_tool_reads() -> None:
    entries = json.loads((ROOT / "docs" / "schemastore.json").read_text("utf-8"))
    assert [entry.keys() for entry in entries] == [{"name", "description", "fileMatch", "url"}] * 2
    names = [name.replace("*", "a") for entry in entries for name in entry["fileMatch"]]
    assert [is_searched(Path(name), [Path()], [], Path()) for name in names] == [True, True, False]
    assert names[-1] == SETTINGS_FILE
