"""`fmt` gives manifests one form, and changes no value and no comment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import wexa_sync
from wexa_sync.manifests.edit import data_of, same
from wexa_sync.manifests.format import _keeps_all, formatted
from wexa_sync.text.files import TextFault

HEAD = "apiVersion: wexa.ai/v1\nkind: Skill\nmetadata:\n  name: a\nspec:\n"

UNTIDY = """\


# yaml-language-server: $schema=x


kind:   AgentFlow   # kind
# the spec
spec:
    name:    Ticket\x20\x20
    start: 12:30
    flags: [no, "yes", 'a', 2024-01-02]
    prompt: |   # head\x20\x20
        a\x20\x20
          b

    # before the agents
    agents:
    # first
    -   handle: x
        title:   "X
           continued

           more"
        # about llm
        llm:
            temperature: 0.40


            # deep
        # end of x
    # between
    - handle: y
      skills: [
        a, # in brackets
        b,
      ]
      text: |2
          two
         one
      keep: |+
         kept

    plain: some long
        text here
    # tail of spec
apiVersion: wexa.ai/v1
# meta
metadata: &m
   name: triage


# end


---
# foreign
a:    1
---
apiVersion:   wexa.ai/v1
kind: Project"""

TIDY = """\
# yaml-language-server: $schema=x

apiVersion: wexa.ai/v1
kind: AgentFlow   # kind
# meta
metadata: &m
  name: triage
# the spec
spec:
  name: Ticket
  start: "12:30"
  flags: ["no", "yes", 'a', 2024-01-02]
  prompt: |   # head
    a\x20\x20
      b

  # before the agents
  agents:
    # first
    - handle: x
      title: "X
        continued

        more"
      # about llm
      llm:
        temperature: 0.40

        # deep
      # end of x
    # between
    - handle: y
      skills: [
        a, # in brackets
        b,
      ]
      text: |2
          two
         one
      keep: |+
        kept

  plain: some long
    text here
  # tail of spec

# end
---
# foreign
a:    1
---
apiVersion: wexa.ai/v1
kind: Project
"""


def test_one_form() -> None:
    assert formatted(UNTIDY.encode()).decode() == TIDY
    assert formatted(TIDY.encode()).decode() == TIDY


def test_line_ends_stay_and_a_byte_order_mark_goes() -> None:
    raw = b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode()
    assert formatted(raw) == TIDY.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "text",
    [
        "on:\n  push:\n    branches: [main]\njobs:   {}\n",
        "{{- if .Values.x }}\nkind:   Deployment\napiVersion: apps/v1\n{{- end }}\n",
        "a:   1\nb: [\n",
        "# nothing\n\n\n\n",
        "",
        "\ufeffa:   1\n",
    ],
)
def test_the_yaml_of_other_tools_stays(text: str) -> None:
    assert formatted(text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + "  a: [\n", 6),
        (HEAD + "  a: 1\n  a: 2\n", 7),
        (HEAD + "\ta: 1\n", 6),
        (HEAD + "  a: *none\n", 6),
        (HEAD + "  a: x\x07\n", 6),
        ("a: 1\n---\n" + HEAD + "  ? a\n   \n  : b\n  ? [c]\n  : d\n", 11),
    ],
)
def test_what_is_no_yaml_is_reported_with_its_place(text: str, line: int) -> None:
    with pytest.raises(TextFault) as fault:
        formatted(text.encode())
    assert fault.value.line == line


@pytest.mark.parametrize("text", [
    HEAD + "  a: &x 1\n  b: *x\n  c: &y {d: 1}\n  e:\n    <<: *y\n  f: !!str 12:30\n",
    "# about all of it\n\n" + HEAD.replace("apiVersion", "'apiVersion'") + "  a: |-\n    " + "long " * 100 + "\n",
    "--- # first\n" + HEAD + "  a: >+\n    folded\n    text\n\n...\n",
    "%YAML 1.2\n---\n" + HEAD + "  $schema: 1\n",
    HEAD + "  list:\n    - - a\n      - b\n    -\n      c: 1\n    - # note\n      d: 2\n    - |\n      text\n",
    "{apiVersion: wexa.ai/v1,\n   kind: Skill}\n",
    "--- {apiVersion: wexa.ai/v1,\n   kind: Skill}\n",
    HEAD + "  ? a\n  : b\n",
])  # fmt: skip
def test_what_has_the_form_stays(text: str) -> None:
    assert formatted(text.encode()).decode() == text


def test_an_alias_stays_behind_its_anchor() -> None:
    text = "spec: &x {a: 1}\nkind: Skill\nmetadata: *x\napiVersion: wexa.ai/v1\n"
    assert formatted(text.encode()).decode() == text


def test_a_form_that_loses_a_comment_or_a_value_is_none() -> None:
    text = "a: 1  # one\nb: 'x # no comment'\nc: |  # two\n  # text\n"
    assert _keeps_all(text, text.replace("  # one", " # one").replace("a: 1 # one\nb", "b")) is False
    assert _keeps_all(text, text.replace("a: 1  # one\n", "# one\na: 1\n"))
    for lost in ("  # one", "  # two", "  # text\n", " # no comment"):
        assert not _keeps_all(text, text.replace(lost, ""))


def test_examples_and_templates_have_the_form() -> None:
    package = Path(wexa_sync.__file__).parent
    places = [package / "templates", Path(__file__).parents[3] / "examples"]
    files = [file for place in places for file in place.rglob("*.yaml")]
    assert files
    assert [file for file in files if formatted(file.read_bytes()) != file.read_bytes()] == []


_texts = st.text(st.characters(codec="ascii"), max_size=12) | st.sampled_from(
    [
        "no",
        "12:30",
        "1_0",
        "",
        "a: b",
        "x #y",
        "l\nm\n",
        "\n",
        " lead\nx",
        "a\n\n\n",
        "a\n \nb",
        "long " * 30,
        "a\n  b\n",
    ]
)
_leaves = st.none() | st.booleans() | st.integers() | _texts
_keys = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=10
)
_styles = st.fixed_dictionaries(
    {
        "indent": st.integers(2, 6),
        "default_flow_style": st.sampled_from([None, False]),
        "width": st.sampled_from([20, 500]),
        "default_style": st.sampled_from([None, '"', "'", "|", ">"]),
        "explicit_start": st.booleans(),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_keys, _values, min_size=1, max_size=4), _styles, st.permutations(range(4)), st.data())
def test_any_manifest_can_be_put_in_form(
    spec: dict[str, Any], style: dict[str, Any], order: list[int], data: st.DataObject
) -> None:
    manifest = [("apiVersion", "wexa.ai/v1"), ("kind", "Skill"), ("metadata", {"name": "a"}), ("spec", spec)]
    text = yaml.safe_dump(dict(manifest[at] for at in order), sort_keys=False, **style)
    try:
        read = data_of(text)
    except TextFault:
        return  # a character that no manifest may hold
    for number in range(data.draw(st.integers(0, 4))):
        text = _with_a_comment(text, f"# note {number}", data.draw)
    after = formatted(text.encode())
    assert formatted(after) == after
    assert same(dict(read), dict(data_of(after.decode())))
    assert after.count(b"# note") == text.count("# note")


def _with_a_comment(text: str, note: str, draw: Callable[[Any], Any]) -> str:
    """Return the text with a comment in some line; as it is where that would change a value."""
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    commented = "\n".join([*lines[:at], " " * draw(st.integers(0, 8)) + note, *lines[at:]])
    try:
        return commented if same(dict(data_of(text)), dict(data_of(commented))) else text
    except TextFault:
        return text
