"""A change in YAML text touches its own value and nothing else."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wexa_sync.manifests.edit import REMOVED, Edit, data_of, edited, same, without_documents
from wexa_sync.text.files import TextFault

TEXT = """\
# top
apiVersion: wexa.ai/v1
kind: AgentFlow   # kind
metadata: {name: triage, project: desk}
spec:
  name: Ticket   # note
  prompt: |  # head
    a
      b

  # before the agents
  agents:
    - handle: x
      title: X  # t
      llm:   # of x
        temperature: 0.4
    # between
    - handle: y
      skills: [a, b]
  empty:
  last: >-
    folded
    text
# end
---
other: 1
"""


CHANGES: list[tuple[Any, Any, str]] = [
    (("spec", "name"), "A: b", '-  name: Ticket   # note|+  name: "A: b"   # note'),
    (("spec", "name"), {"file": "x.md"}, "-  name: Ticket   # note|+  name: {file: x.md}   # note"),
    (("spec", "prompt"), "q\nr", "-  prompt: !  # head|-    a|-      b|+  prompt: !-  # head|+    q|+    r"),
    (("spec", "agents", 0, "llm", "model"), "gpt", "+        model: gpt"),
    (
        ("spec", "agents", 0, "llm", "temperature"),
        REMOVED,
        "-      llm:   # of x|-        temperature: 0.4|+      llm: {}   # of x",
    ),
    (("spec", "agents", 0, "handle"), REMOVED, "-    - handle: x|-      title: X  # t|+    - title: X  # t"),
    (("spec", "agents", 1, "skills", 2), "no", '-      skills: [a, b]|+      skills: [a, b, "no"]'),
    (("spec", "agents", 2), {"handle": "z", "t": "u\nv\n"}, "+    - handle: z|+      t: !|+        u|+        v"),
    (("spec", "empty", "a", "b"), 1, "+    a:|+      b: 1"),
    (("spec", "new"), [1], "+  new: [1]"),
    (
        ("metadata", "labels", "a"),
        "b",
        "-metadata: {name: triage, project: desk}|+metadata: {name: triage, project: desk, labels: {a: b}}",
    ),
    (("spec", "last"), REMOVED, "-  last: >-|-    folded|-    text"),
    (("spec", "nowhere", "at", "all"), REMOVED, ""),
]


@pytest.mark.parametrize(("path", "value", "lines"), CHANGES)
def test_only_the_lines_of_the_value_change(path: Any, value: Any, lines: str) -> None:
    after = edited(TEXT, [Edit(0, path, value)])
    diff = [*difflib.unified_diff(TEXT.splitlines(), after.splitlines(), n=0, lineterm="")][2:]
    assert [line for line in diff if not line.startswith("@@")] == [
        line.replace("!", "|") for line in lines.split("|") if line
    ]


def test_edits_of_several_documents_and_crlf() -> None:
    text = TEXT.replace("\n", "\r\n")
    after = edited(text, [Edit(1, ("other",), 2), Edit(0, ("kind",), "Skill")])
    assert after == text.replace("other: 1", "other: 2").replace("AgentFlow", "Skill")


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",  # b has the value of a
        "a: &x {v: 1}\nb:\n  <<: *x\n",
    ],
)
def test_what_would_change_another_value_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(TextFault) as refused:
        edited("first: 1\n" + text, [Edit(0, ("a",), 7)])
    assert (refused.value.line, refused.value.column) == (2, 1)
    assert "by hand" in refused.value.hint


def test_a_field_that_an_alias_gives_is_written_beside_it() -> None:
    assert edited("a: &x {v: 1}\nb:\n  <<: *x\n", [Edit(0, ("b", "v"), 2)]) == "a: &x {v: 1}\nb:\n  <<: *x\n  v: 2\n"
    assert edited("a: &x 1\nb: *x # n\nc: 3\n", [Edit(0, ("b",), 2)]) == "a: &x 1\nb: 2 # n\nc: 3\n"
    assert edited("a: &x 1\nb: *x\nc: 3\n", [Edit(0, ("b",), REMOVED)]) == "a: &x 1\nc: 3\n"


_texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    [
        "no",
        "12:30",
        "1.10",
        "~",
        "",
        "a: b",
        "x #y",
        "- z",
        "l\nm\n",
        "\n",
        " lead\nx",
        "a\n\n\n",
        "2024-01-02",
        "=",
        "a\n \nb",
    ]
)
_leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts
_keys = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=12
)


def _paths(data: Any) -> list[tuple[str | int, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path for key, value in inner for path in ((key,), *((key, *rest) for rest in _paths(value)))]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_keys, _values, min_size=1, max_size=4), _values, st.data(), st.sampled_from([None, False]))
def test_any_value_can_stand_at_any_place(before: dict[str, Any], value: Any, data: st.DataObject, flow: Any) -> None:
    text = yaml.safe_dump(before, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    try:
        ((_, read),) = data_of(text)
    except TextFault:
        return  # a character that no manifest may hold
    path = data.draw(st.sampled_from(_paths(read)))
    after = edited(text, [Edit(0, path, value)])
    ((_, found),) = data_of(after)
    for part in path:
        found = found[part]
    assert same(found, value)


INSERTS: list[tuple[str, Any, Any, str]] = [
    ("a:\n  - x  # one\n  # two\n  - y\n", ("a", 1), "n", "a:\n  - x  # one\n  - n\n  # two\n  - y\n"),
    ("a:\n- x\n", ("a", 0), "n", "a:\n- n\n- x\n"),
    ("a: [x, y]\n", ("a", 1), "n", "a: [x, n, y]\n"),
    ("a: [x]\n", ("a", 1), "n", "a: [x, n]\n"),
    ("a: []\n", ("a", 0), "n", "a: [n]\n"),
    ("a:\n- b: 1\n  c: 2\n", ("a", 1), {"b": 3}, "a:\n- b: 1\n  c: 2\n- b: 3\n"),
]


@pytest.mark.parametrize(("text", "path", "value", "after"), INSERTS)
def test_an_item_is_put_in_front_of_another_one(text: str, path: Any, value: Any, after: str) -> None:
    assert edited(text, [Edit(0, path, value, insert=True)]) == after


STYLES: list[tuple[str, str, str]] = [
    ('a: "x" # n\n', "y", 'a: "y" # n\n'),
    ("a: 'x'\n", "it's", "a: 'it''s'\n"),
    ("a: 'x'\n", "y\nz", "a: |-\n  y\n  z\n"),
    ("a: {b: 'x'}\n", "y", "a: {b: 'y'}\n"),
    ("a: |\n     x\n", "y\n", "a: |\n     y\n"),
    ("a: |-  # n\n x\n\nb: 1\n", "y", "a: |-  # n\n y\n\nb: 1\n"),
    ("a: |\n  x\n", " y\n", 'a: " y\\n"\n'),
    ("a: >-\n  one\n  two\n\n  three\n", "one two\nfour", "a: >-\n  one\n  two\n\n  four\n"),
    ("a: >\n  one\n", "x\n y\n", "a: |\n  x\n   y\n"),
    ("a: |+\n  x\n\nb: 1\n", "y", "a: |-\n  y\nb: 1\n"),
]


@pytest.mark.parametrize(("text", "value", "after"), STYLES)
def test_a_text_keeps_its_quotes_and_its_block(text: str, value: str, after: str) -> None:
    path = ("a", "b") if "{" in text else ("a",)
    assert edited(text, [Edit(0, path, value)]) == after


def test_mixed_line_ends_stay_where_they_are() -> None:
    assert edited("a: 1\r\nb: 2\nc: 3\r\n", [Edit(0, ("c",), 4)]) == "a: 1\r\nb: 2\nc: 4\r\n"


@pytest.mark.parametrize("indexes", [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}])
@pytest.mark.parametrize("above", ["", "# above\n---\n"])
def test_documents_are_taken_out(indexes: set[int], above: str) -> None:
    pieces = ["# x\na: 1\n", "b: |\n  ---x\n", "# c\nc: 3\n"]
    left = [piece for number, piece in enumerate(pieces) if number not in indexes]
    assert without_documents(above + "---\n".join(pieces), indexes) == above + "---\n".join(left)
    assert without_documents("a: 1\n", {0}) == ""
