"""Whatever stands in a file: it is read or told of, with a place inside the file; nothing else is ever raised."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.errors import WexaSyncError
from wexa_sync.manifests.variables import gather
from wexa_sync.settings import read_settings

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

TEXT = """\
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: triage, lifecycle: {ignore_changes: [role, agents.title]}, depends_on: [Project/desk]}
spec:
  name: Triage
  description: {file: p.md}
  role: ${var:x}
  agents:
  - &a {handle: a, title: A, role: R, prompt: {template: T}, llm: {max_tokens: 5}, skills: [{external: S}]}
  - {<<: *a, handle: b, has_knowledge_base: true}
---
apiVersion: wexa.ai/v1
kind: Schedule
metadata: {name: s}
spec: {coworker_id: triage, template: "${secret:T}", schedule: 2035-06-01T07:00:00Z}
---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: e, generation: 2}
spec: {agentflow_id: triage, goal: G, wait: {timeout: 5}, input_variables: {a: [1, b]}}
"""
DATA: list[dict[str, Any]] = [
    {
        "apiVersion": "wexa.ai/v1",
        "kind": "AgentFlow",
        "metadata": {"name": "triage", "lifecycle": {"ignore_changes": ["role"]}, "depends_on": ["Project/desk"]},
        "spec": {
            "name": "Triage",
            "description": {"file": "p.md"},
            "role": "R",
            "agents": [
                {"handle": "a", "title": "A", "role": "R", "prompt": {"template": "T"}, "skills": [{"id": "x"}]}
            ],
        },
    },
    {
        "apiVersion": "wexa.ai/v1",
        "kind": "Schedule",
        "metadata": {"name": "s", "project": "desk", "lifecycle": {"deletion": "retain", "prevent_destroy": True}},
        "spec": {"coworker_id": "triage", "template": "T", "schedule": 2064380400},
    },
    {
        "apiVersion": "wexa.ai/v1",
        "kind": "Execution",
        "metadata": {"name": "e", "generation": 2},
        "spec": {"agentflow_id": "triage", "goal": "G", "wait": {"timeout": 5}, "input_variables": {"a": [1, "b"]}},
    },
]

# Pieces of which YAML is made, and what is odd in it.
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b: ",
            "- ",
            "? ",
            ": ",
            "\n",
            "\n  ",
            "\n---\n",
            "\n...\n",
            "[",
            "]",
            "{",
            "}",
            ",",
            "#",
            " ",
            "\t",
            "\r\n",
        ),
        *(
            "&a ",
            "*a",
            "!x ",
            "!!str ",
            "!!int ",
            "!!null ",
            "<<: ",
            "| \n",
            ">-\n",
            "'",
            '"',
            "\\",
            "%TAG ",
            "%YAML 1.1",
            "@",
        ),
        *(
            "1",
            "-0",
            "0x",
            "1e9",
            ".inf",
            "~",
            "true",
            "NO",
            "12:30",
            "2035-06-01",
            "é",
            "\u2028",
            "\x85",
            "\r",
            "\0",
            "\ufeff",
        ),
        *(
            "${var:x}",
            "${secret:T}",
            "${env:",
            "$${",
            "{file: p.md}",
            "{external: S}",
            "kind: Skill",
            "spec:",
            "metadata:",
        ),
    ]
)
SMALL = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ODD = st.sampled_from(
    [
        *(
            "",
            "a",
            "A",
            "Skill",
            "Skill/s",
            "AgentFlow/triage/Agent/a",
            "desk",
            "none",
            "triage",
            "e",
            "s",
            "title",
            "agents",
        ),
        *(
            "${var:x}",
            "${var:none}",
            "${secret:T}",
            "${env:",
            "$${",
            "p.md",
            "../p.md",
            "\0",
            "\u2028",
            "wexa.ai/v1",
            "²",
            "spec.",
        ),
        *(
            {"file": "p.md"},
            {"file": "none"},
            {"file": "\0"},
            {"external": "x"},
            {"id": 5},
            {"id": ""},
            0,
            -1,
            1.0,
            1e300,
            10**30,
            [[]],
        ),
    ]
)
VALUES = st.recursive(
    SMALL | ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@pytest.fixture
def desk(folder: Folder) -> Folder:
    """Return a folder with a prompt and a project."""
    folder.write({"p.md": "text"})
    return folder


def told(folder: Folder, text: bytes) -> None:
    """Read the folder. The reader checks that every problem has a hint and a place inside its file."""
    hinted(lambda: folder.problems(text, var={"x": "R"}, env={"T": "hush"}))


def hinted(act: Callable[[], object]) -> None:
    """Call the function. Any error it raises must be one of ours, with a hint."""
    try:
        act()
    except WexaSyncError as error:
        hint = error.hint
    else:
        return
    assert hint


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_pieces(desk: Folder, text: str) -> None:
    told(desk, text.encode())


@given(st.lists(PIECES | st.text(max_size=3), max_size=3).map("".join), st.integers(0, len(TEXT)), st.integers(0, 12))
def test_any_pieces_inside_a_manifest(desk: Folder, piece: str, at: int, length: int) -> None:
    told(desk, (TEXT[:at] + piece + TEXT[at + length :]).encode())


@pytest.mark.parametrize("length", range(0, len(TEXT), 7))
def test_a_manifest_that_breaks_off(desk: Folder, length: int) -> None:
    told(desk, TEXT[:length].encode())


@given(st.binary(max_size=40))
def test_any_bytes(desk: Folder, raw: bytes) -> None:
    told(desk, raw)


@given(data=st.data())
def test_any_value_at_any_place(desk: Folder, data: st.DataObject) -> None:
    documents = deepcopy(DATA)
    for _ in range(data.draw(st.integers(1, 4))):
        inside: Any = data.draw(st.sampled_from(documents))
        while True:
            keys = [*inside, "surprise"] if isinstance(inside, dict) else list(range(len(inside)))
            key = data.draw(st.sampled_from(keys))
            deeper = inside[key] if key != "surprise" else None
            if not isinstance(deeper, (dict, list)) or not deeper or data.draw(st.booleans()):
                break
            inside = deeper
        if key == "surprise" or data.draw(st.booleans()):
            inside[key] = deepcopy(data.draw(VALUES))
        else:
            del inside[key]
    told(desk, "\n---\n".join(map(json.dumps, documents)).encode())


@given(st.lists(PIECES, max_size=12).map("".join) | st.dictionaries(st.text(max_size=4), VALUES).map(json.dumps))
def test_any_settings_and_any_variable_file(desk: Folder, text: str) -> None:
    desk.write({"s/wexa-sync.yaml": text, "v.yaml": text})
    hinted(lambda: read_settings(desk.path / "s", {}, {}))
    hinted(lambda: gather(settings={}, files=[Path("v.yaml")], env={}))


SETTINGS = {
    "base_url": "http://x",
    "org_id": "o",
    "user_id": "u",
    "state": "s/t",
    "manifests": ["."],
    "ignore": ["a"],
    "vars": {"a": 1},
    "start": "auto",
    "start_grace": 1,
    "settle": 1,
    "allow_undocumented": ["agentflow.update"],
    "parallelism": 4,
    "budget": 30,
    "max_executions": 10,
}


@given(st.sampled_from(sorted(SETTINGS)), VALUES, st.sampled_from(["a", "*", "**/", "?", "[", "/", "\n"]))
def test_any_setting(desk: Folder, name: str, value: Any, pattern: str) -> None:
    desk.write({"wexa-sync.yaml": json.dumps({**SETTINGS, "ignore": [pattern], name: value})})
    hinted(lambda: desk.problems("a: 1", ignore=read_settings(desk.path, {}, {}).ignore))
