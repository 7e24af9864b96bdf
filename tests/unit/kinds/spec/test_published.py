"""The schemas that editors get accept what the tool accepts, says a validator that is not the tool's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from wexa_sync.cli.init import _texts
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.published import published
from wexa_sync.manifests.yaml import parse

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
        schema = BY_NAME[document.data["kind"]].schema if "kind" in document.data else "settings.schema.json"
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
