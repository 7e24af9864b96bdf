"""What is read at a glance is what the parser reads, to the last line number; and manifests are read at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wexa_sync.manifests.builder import parsed
from wexa_sync.manifests.plain import plain_documents
from wexa_sync.model import Document

ROOT = Path(__file__).parents[3]

MANIFEST = """\
# A flow.
---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata:
  name: triage@@
  labels: {team: support desk, "x": y}
  depends_on: [Skill/a, Skill/b]

spec:
  name: "Triage: all"
  role: 'It''s him'
  description: Classifies a ticket - and drafts, as it's said.
  agents:
    - handle: a
      title: Agent#1
      # a word
      llm:
        max_tokens: 4000
        temperature: 0.2
        stream: true
        seed: null
      prompt:
        template: |
          One.

            Two: "2" # no comment
          ---
          @@@@
      skills: [a]
    -   handle: b
        steps:
        - one
        - |-
          text
        - [x, 1, true]
---
kind: Skill
spec:
  empty:
  list:
  - a: 1
    b: 2
  - {external: Content creator}
""".replace("@", " ")


def through_parser(text: str) -> list[Document] | None:
    """Return what the parser makes of a text; None where it finds a fault."""
    documents, problems = parsed(text, "m.yaml", lambda each: (each, ()), None)
    return None if problems else documents


def agree(text: str) -> None:
    """Check that what is read at a glance, if anything is, is what the parser reads."""
    found = plain_documents(text, "m.yaml")
    if found is not None:
        assert repr(found) == repr(through_parser(text))


def read(text: str) -> Any:
    """Return the data of the one document of a text; a word where it takes a parser."""
    found = plain_documents(text, "m.yaml")
    return "parser" if found is None else found[0].data


PLAIN = MANIFEST.replace("triage  ", "triage").replace(', "x": y', "")

WORDS = r"""
a;a b;Émile;NO;yes;on;null;Null;~;true;True;FALSE;1;-1;+1;007;0x1f;0o7;1.0;1.10;0.2;.5;1.;1e3;1.5e-3;.inf;.nan
12:30;2024-01-02;1_000;9007199254740993;12345678901234567890;<<;=;-;--;---;...;- a;-a;? a;?a;: a;:a;a:;a: b;a:b;a #b
a#b;#a;"a";"a: b";"a # b";"a\n";"a\"b";"";'a';'it''s';'';'a' b;"a" b;'a;"a;'a'';[a];[a, b];[];[ a ];[a,b];[a,];[,a]
[a, [b]];["a, b", c];['a', "b"];[1, 0.5, true, null, ~];[a b, c-d];[a: b];[-1]
[{a: b}, [c, {d: 1}]];{a: {b: [c]}};{a: [b], b: {}}
[./a, ../b.md, /c, ., ...];[a]b;{a: b} c;[a] #c;{};{a: b};{a: b, c: 1};{a: b, a: c}
{a:b};{ a: "x, y: z" };{null: a};{a: };{a};{true: 1};{a: [b]};|;|-;|+;>;>-;|2;| # c;&a b;*a;!x a;!!str 5;%a;@a;`a`
a\b;a'b;a"b;a | b;(a);/a;./a;../a;a, b;a];a};,a;];};a  """
ODD = ("\u00a0a", "a\u00a0", "ab\u2003c", "😀", "a\u2028b", "\ufeff", "a\tb", "\ta", "a;b")
SCALARS = st.sampled_from([*WORDS.strip("\n").replace("\n", ";").split(";"), *ODD])
KEYS = st.sampled_from(["a", "b", "spec", "c_d", "e-f", "null", "True", "no", "1", "é", '"q"', "a b", "<<", "x" * 120])
LINES = st.one_of(
    st.builds("{}{}: {}".format, st.sampled_from(["", "- ", "-  ", "- - "]), KEYS, SCALARS),
    st.builds("{}{}:".format, st.sampled_from(["", "- "]), KEYS),
    st.builds("- {}".format, SCALARS),
    SCALARS,
    st.sampled_from(["", " ", "# c", "---", "--- ", "...", "%YAML 1.2", "-", "?", "a :"]),
)
TEXTS = st.lists(st.builds("{}{}\n".format, st.integers(0, 6).map(" ".__mul__), LINES), max_size=8).map("".join)


@given(TEXTS)
@example(MANIFEST)
@example(PLAIN)
def test_any_lines(text: str) -> None:
    agree(text)
    agree(f"spec:\n  list:\n{text}")


@given(st.data())
def test_any_change_of_a_manifest(data: st.DataObject) -> None:
    """Change a character or three: both read what that makes alike, or it is left to the parser."""
    text = PLAIN
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(
            st.sampled_from([*" \n#:-|>'\"[]{},&*!%?~1a\t\r\x85\xa0\u2028", "\n ", "\n- ", ": ", " #", "  "])
        )
        text = text[:at] + piece + text[at + data.draw(st.integers(0, 3)) :]
    agree(text)


@given(st.integers(0, 6), SCALARS, st.integers(0, 6), SCALARS, st.integers(0, 6), SCALARS)
def test_any_text_behind_a_bar(one: int, first: str, two: int, second: str, three: int, third: str) -> None:
    lines = (f"{' ' * one}{first}", f"{' ' * two}{second}", f"{' ' * three}{third}")
    agree("a:\n  b: |\n" + "".join(f"{line}\n" for line in lines))
    agree("a:\n- |-\n" + "\n".join(lines) + "\n\n")


@pytest.mark.parametrize(
    "text", ["", "\n", "# c\n", "a: b", "- a\n", "a\n", "---\n", "a: 1\n---\n", "a: 1\n---\n---\nb: 1\n"]
)
def test_what_is_left_to_the_parser(text: str) -> None:
    assert read(text) == "parser"


def test_a_manifest_is_read_at_a_glance() -> None:
    found = plain_documents(PLAIN, "m.yaml")
    assert found is not None
    assert found == through_parser(PLAIN)
    assert [each.source.line for each in found] == [3, 38]
    assert found[0].item_lines[("agents", 1)] == 31
    assert found[0].data["spec"]["agents"][0]["prompt"]["template"].startswith('One.\n\n  Two: "2" # no comment\n---\n')


def test_what_people_write_is_mostly_read_at_a_glance() -> None:
    files = [file for file in (ROOT / "examples").rglob("*.yaml") if "${" not in file.read_text(encoding="utf-8")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    for text in texts:
        agree(text)
    assert sum(plain_documents(text, "") is not None for text in texts) > len(texts) * 3 / 4
