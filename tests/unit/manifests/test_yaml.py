"""YAML, tamed: what each text means, what is no YAML of ours, and that no text takes long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from wexa_sync.manifests import builder, nodes
from wexa_sync.manifests.builder import MAX_FAULTS
from wexa_sync.manifests.nodes import MAX_DEPTH
from wexa_sync.manifests.yaml import parse


def values(text: str) -> list[Any]:
    """Return the data of each document of a valid text."""
    documents, problems = parse(text, "m.yaml")
    assert problems == []
    return [document.data for document in documents]


def faults(text: str) -> list[str]:
    """Return the problems of a text, a line each."""
    return [f"{found.source} {found.path}: {found.message}" for found in parse(text, "m.yaml")[1]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("2024-01-02", "2024-01-02"),
        ("2035-06-01T07:00:00Z", "2035-06-01T07:00:00Z"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("<<", "<<"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        ("true", True),
        ("FALSE", False),
        ("!!bool 'true'", True),
        ("~", None),
        ("Null", None),
        ("", None),
        ("!!null ''", None),
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("0x1f", 31),
        ("0o17", 15),
        ("017", 17),
        ("!!int '5'", 5),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("!!float 3", 3),
        ("!!float 0x10", 16),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">-\n  two\n  lines\n", "two lines"),
        ('"\\u263a \\0"', "\u263a \0"),
        ("日本語", "日本語"),
        ("[a, [1, {b: c}]]", ["a", [1, {"b": "c"}]]),
        ("!!seq [a]", ["a"]),
        ("!!map {a: 1}", {"a": 1}),
    ],
    ids=ascii,
)
def test_what_a_value_means(text: str, value: Any) -> None:
    (found,) = values(f"a: {text}")
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("&k a: *k", {"a": "a"}),
        ("base: &b {x: 1, y: 2}\nhere: {<<: *b, y: 3}", {"base": {"x": 1, "y": 2}, "here": {"x": 1, "y": 3}}),
        ("<<: [{a: 1}, {a: 2, b: 2}]\nc: 3", {"a": 1, "b": 2, "c": 3}),
        ("<<: {a: 1}\n<<: {a: 2, b: 2}", {"a": 1, "b": 2}),
        ("'<<': {a: 1}", {"<<": {"a": 1}}),
        ("? a\n: 1", {"a": 1}),
        ("a:\r\n  b: 1\r\n", {"a": {"b": 1}}),
    ],
    ids=ascii,
)
def test_anchors_merges_and_line_ends(text: str, value: Any) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("# nothing\n", 0), ("---\n...\n---\n", 0), ("--- ~\n", 0), ("a: 1\n---\n# no\n---\nb: 2\n", 2)],
    ids=ascii,
)
def test_empty_documents_are_left_out(text: str, count: int) -> None:
    assert len(values(text)) == count


def test_a_document_knows_its_place() -> None:
    documents, _ = parse("# first\n\n  a: 1\n--- # nothing\n---\nspec:\n  agents:\n    - x\n\n    - y\n", "m.yaml")
    assert [(str(document.source), document.index) for document in documents] == [("m.yaml:3:3", 0), ("m.yaml:6:1", 2)]
    assert documents[1].item_lines == {("agents", 0): 8, ("agents", 1): 10}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3", "m.yaml:3:1 a: the key 'a' stands here twice; first in line 1"),
        ("a: {b: 1, b: 2}", "m.yaml:1:11 a.b: the key 'b' stands here twice; first in line 1"),
        ('a: 1\n"a": 3', "m.yaml:2:1 a: the key 'a' stands here twice; first in line 1"),
        ("5: a", "m.yaml:1:1 : the key 5 is not text"),
        ("a: {true: b}", "m.yaml:1:5 a: the key true is not text"),
        ("? \n: b", "m.yaml:1:2 : the key (nothing) is not text"),
        ("a:\n- [b]: c", "m.yaml:2:3 a[0]: a key must be text, not a list or mapping"),
        ("{a: 1}: b", "m.yaml:1:1 : a key must be text, not a list or mapping"),
        ("spec:\n  ? !!str [a]\n  : [x]", "m.yaml:2:5 spec: a key must be text, not a list or mapping"),
        ("<<: 5", "m.yaml:1:5 <<: only mappings can be merged"),
        ("a: {<<: [b]}", "m.yaml:1:10 a.<<: only mappings can be merged"),
        ("a: !x b", "m.yaml:1:4 a: the tag !x is not allowed here"),
        ("a: !!timestamp 2024-01-02", "m.yaml:1:4 a: the tag !!timestamp is not allowed here"),
        ("a: !!binary aGk=", "m.yaml:1:4 a: the tag !!binary is not allowed here"),
        ("a: !!set {b}", "m.yaml:1:4 a: the tag !!set is not allowed here"),
        ("a: !!str [b]", "m.yaml:1:4 a: the tag !!str is not allowed here"),
        ("a: !!null [b]", "m.yaml:1:4 a: the tag !!null is not allowed here"),
        ("a: !!python/object/apply:os.system [id]", "m.yaml:1:4 a: the tag !!python/object/apply:os.system is not"),
        ("a: !!int b", "m.yaml:1:4 a: this is no !!int"),
        ("a: !!bool yes", "m.yaml:1:4 a: this is no !!bool"),
        ("a: !!null x", "m.yaml:1:4 a: this is no !!null"),
        ("a: !!float x", "m.yaml:1:4 a: this is no !!float"),
        ("a: .inf", "m.yaml:1:4 a: no number that JSON has"),
        ("a: .NaN", "m.yaml:1:4 a: no number that JSON has"),
        ("a: 1e999", "m.yaml:1:4 a: no number that JSON has"),
        ("a: 67e000000000000000000999", "m.yaml:1:4 a: no number that JSON has"),
        ("a: " + "9" * 400, "m.yaml:1:4 a: no number that JSON has"),
        ("a: " + "9" * 5000, "m.yaml:1:4 a: no number that JSON has"),
        ("a: 0x" + "f" * 100_000, "m.yaml:1:4 a: no number that JSON has"),
        ("a: 0o" + "7" * 100_000, "m.yaml:1:4 a: no number that JSON has"),
    ],
    ids=lambda it: ascii(it)[:60],
)
def test_what_is_no_yaml_of_ours(text: str, fault: str) -> None:
    (found,) = faults(text)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: b: c", "m.yaml:1:5 : this is not YAML: mapping values are not allowed"),
        ("a: *x", "m.yaml:1:4 : this is not YAML: found undefined alias"),
        ("a: @x", "m.yaml:1:4 : this is not YAML: while scanning for the next token"),
        ("a:\n  b: 1\n c: 2\n", "m.yaml:3:2 : this is not YAML: while parsing a block mapping"),
        ("a:\n\tb: 1\n", "m.yaml:2:1 : this is not YAML: a tab where YAML wants spaces"),
        ('a: "\\q"', "m.yaml:1:5 : this is not YAML: while parsing a quoted scalar, found unknown escape character"),
        ("a: &x 1\nb: &x 2\n", "m.yaml:2:4 : this is not YAML: found duplicate anchor; first occurrence, second"),
        ("a: {b: ${var:c}}", "m.yaml:1:9 : this is not YAML: while parsing a flow mapping"),
        ("a: 1\n--- b: 2", "m.yaml:2:6 : this is not YAML: mapping values are not allowed"),
    ],
    ids=ascii,
)
def test_what_is_no_yaml_at_all(text: str, fault: str) -> None:
    (found,) = faults(text)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("kind: [", "m.yaml:1:8"),
        ("kind: [\n\n# end\n\n", "m.yaml:3:6"),
        ("é: 'x\n\n", "m.yaml:1:4"),
        ("a:\n  b: {c: d\n\n# end\n", "m.yaml:2:6"),
        ("a: [1,\n  [2, 3]\n", "m.yaml:1:4"),
        ("a: &", "m.yaml:1:4"),
        ("%YAML", "m.yaml:1:1"),
    ],
    ids=ascii,
)
def test_what_is_never_ended_is_shown_where_it_begins_or_where_the_text_breaks_off(text: str, place: str) -> None:
    _, (problem,) = parse(text, "m.yaml")
    assert str(problem.source) == place
    assert "breaks off" in problem.hint


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("a: x\u2028b: y", "m.yaml:1:5", "U+2028"),
        ("é: 1\r\na: '\u2029'", "m.yaml:2:5", "U+2029"),
        ("a: x\x85", "m.yaml:1:5", "U+0085"),
        ("a: x\rb: y\r\n", "m.yaml:1:5", "U+000D"),
    ],
    ids=ascii,
)
def test_a_line_ends_where_an_editor_shows_it(text: str, place: str, name: str) -> None:
    assert faults(text) == [f"{place} : the line break {name} must not stand in YAML"]


def test_line_breaks_can_be_written_as_escapes() -> None:
    assert values('a: "\\N \\L \\P \\r"') == [{"a": "\x85 \u2028 \u2029 \r"}]


def test_a_tag_directive_is_refused_before_it_takes_time() -> None:
    text = "".join(f"%TAG !a{n}! x{n}\n" for n in range(300_000)) + "--- a\n"
    assert faults(text) == ["m.yaml:1:1 : a %TAG directive is not allowed here"]
    assert values("a: 10 %TAG") == [{"a": "10 %TAG"}]


def test_what_stands_before_a_fault_is_kept() -> None:
    documents, problems = parse("a: 1\n---\nb: [\n---\nc: 1\n", "m.yaml")
    assert [document.data for document in documents] == [{"a": 1}]
    assert len(problems) == 1


@pytest.mark.parametrize("text", ["!!null {kind: Skill}", "!x {kind: Skill}", "!!null x", ".inf"])
def test_a_document_that_is_no_data_as_a_whole_is_told_of_once(text: str) -> None:
    documents, problems = parse(text, "m.yaml")
    assert documents == []
    assert [str(problem.source) for problem in problems] == ["m.yaml:1:1"]


def test_all_faults_of_a_file_at_once() -> None:
    text = "a: 1\na: 2\nb: !x c\nd: {5: e}\n---\nf: .inf\n"
    assert sorted(fault.split(" ")[0] for fault in faults(text)) == [
        "m.yaml:2:1",
        "m.yaml:3:4",
        "m.yaml:4:5",
        "m.yaml:6:4",
    ]


def test_faults_without_an_end_are_told_up_to_a_number() -> None:
    found = faults("a: 1\n" * 3_000)
    assert len(found) == MAX_FAULTS + 1
    assert found[-1] == "m.yaml:1002:1 : more than 1,000 faults in one file"


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (BOMB, "too large once its aliases"),
        (MERGES, "too large once its aliases"),
        ("a: &x [*x]", "aliases that lead back to themselves"),
        ("&x a: &y {b: *y}", "aliases that lead back to themselves"),
        ("a: &x {<<: *x}", "aliases that lead back to themselves"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"nested deeper than {MAX_DEPTH} levels"),
        ("- " * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("? " * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("{a: " * 100_000, "nest"),
    ],
    ids=lambda it: ascii(it)[:30],
)
def test_bombs_are_refused(text: str, fault: str) -> None:
    (found,) = faults(text)
    assert fault in found


def test_a_bomb_goes_off_once_and_no_later_document_is_waited_for() -> None:
    documents, (problem,) = parse(f"{MERGES.partition('a20:')[0]}---\n" * 50, "m.yaml")
    assert len(documents) < 20
    assert "too large" in problem.message


def test_values_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MAX_VALUES", 1000)
    assert values("[" + ",".join("a" * 998) + "]")
    assert faults("[" + ",".join("a" * 1000) + "]") == ["m.yaml:1:1 : more than 1,000 values in one file"]


def test_a_large_file_without_aliases_is_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "_SPARE", 0)
    (found,) = values("[" + "a," * 10_000 + "]")
    assert len(found) == 10_000


def test_as_deep_as_it_may_be() -> None:
    (found,) = values("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        (found,) = found
    assert found == []


def test_what_is_filled_in_counts_too() -> None:
    text = "- ${x}\n" * 30
    _, (found,) = parse(text, "m.yaml", lambda _: ("y" * 1_000_000, ()))
    assert "too large" in found.message


PLAIN_PYTHON = """
import json, sys
sys.modules["yaml._yaml"] = None  # as where PyYAML was built without libyaml
import yaml
from wexa_sync.manifests.yaml import parse
assert not yaml.__with_libyaml__
read = [parse(text, "m") for text in json.load(sys.stdin)]
print(json.dumps([[[document.data for document in documents], len(problems)] for documents, problems in read]))
"""
TEXTS = [
    "a: &x {b: [1, 1.5, NO, 12:30, true, ~]}\nc: {<<: *x, d: '2024-01-02'}\n",
    "a: 1\na: 2\n",
    "a: !x b\n",
    "a:\n\tb: c\n",
    "a: [\n",
    'a: "\\UFFFFFFFF"\n',
    'a: "\\U00110000"\n',
    "a: &x [*x]\n",
    "- " * 1000,
    "a: 1\n---\n\n---\nb: \u65e5\u672c\n",
]


def test_without_libyaml_the_same_is_read() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_PYTHON],
        input=json.dumps(TEXTS),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    found = json.loads(done.stdout)
    here = [parse(text, "m") for text in TEXTS]
    assert [data for data, _ in found] == [[document.data for document in documents] for documents, _ in here]
    assert [count for _, count in found] == [len(problems) for _, problems in here]


ONE = "apiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: s}\nspec:\n  name: S\n"


@pytest.mark.parametrize("other", [ONE, ONE.partition("\n")[2], f"# another\n{ONE}"])
def test_a_forgotten_separator_is_one_fault_that_says_so(other: str) -> None:
    for text in (ONE + other, ONE + other + other):
        _, (problem,) = parse(text, "m.yaml")
        assert problem.source.line == 6 + other.startswith("#")
        assert problem.hint == "A second document seems to begin here: put a line `---` before this one."


def test_a_field_that_stands_twice_is_no_second_document() -> None:
    _, (problem,) = parse(f"{ONE}spec: {{}}\n", "m.yaml")
    assert problem.hint == "Take one of the two out."


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        *((f"{ONE}{line}\n{ONE}", 6, "three hyphens at its very start") for line in ("--", "----", " ---", "\u2014")),
        ('a: "C:\\Users"', 1, "a backslash is written twice"),
        ('a: "C:\\projects"', 1, "a backslash is written twice"),
        ('a: "\\d+"', 1, "single quotes take it as it is"),
        ('a: "\\xyz"', 1, "a backslash is written twice"),
        ('a: "hi \\ud83d\\ude00"', 1, "write \U0001f600, or \\U0001F600."),
        ('a: "\\ud83d"', 1, "half a character"),
        ('a: "\\uDE00 x"', 1, "half a character"),
        *((f"a: {text}", 1, "Quote a text that starts with `*`") for text in ("*text*", "**b** c", "*", "* x", "*x")),
        ("frequency: */5 * * * *", 1, "Quote a text that starts with `*`"),
        ("- *a b", 1, "Quote a text that starts with `*`"),
        ("a: &nbsp;", 1, "Quote a text that starts with `&`"),
        ("a: & b", 1, "Quote a text that starts with `&`"),
        ("a: !Important", 1, "quote a text that starts with `!`"),
        ("spec:\n\xa0\xa0name: x\n", 2, "U+00A0 is a no-break space"),
        ("spec:\n  a: 1\n  \xa0b: 2\n", 3, "U+00A0 is a no-break space"),
        ("spec:\n  a:\n  \xa0 b: x\n    c: 1\n", 4, "U+00A0 is a no-break space"),
        ("spec:\n\u3000name: x\n", 2, "U+3000 is an ideographic space"),
        ("spec:\n  \u200bname: x\n", 2, "U+200B is an invisible character"),
        ("name\xa0: x", 1, "U+00A0 is a no-break space"),
        ("b: 1\na:\xa0x\nc: 1", 2, "U+00A0 is a no-break space"),
        ("name\uff1ax\nb: 1", 2, "Curly quotes and wide colons"),
        ("a: \u201cx: y\u201d", 1, "Curly quotes and wide colons"),
        ("a: 1\nkey:value\nb: 1\n", 2, "A space is missing behind a colon"),
        ("key:value\nb: 1\n", 2, "A space is missing behind a colon"),
        ("a: {{ x }} is", 1, "Quote a text that starts with a bracket"),
        ("a: [x] done", 1, "Quote a text that starts with a bracket"),
        ("a: ]", 1, "Quote a text that starts with a bracket"),
        ('a: "He said "hi""', 1, 'write \\" for one inside'),
        ("a: 'don't'", 1, "write '' for one inside"),
        ("a: |text\n  x", 1, "the text begins on the next line"),
        ("a: - b", 1, "each item behind `- `"),
        ("a: 1\nno colon\nb: 1\n", 2, "This line is no `key: value`"),
        ("a: 1\n=======\nb: 1\n", 2, "a line of a merge conflict"),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", 2, "Resolve the merge"),
        ("a: |\n  text\n||||||| 1a2b\nb: 1\n", 3, "Resolve the merge"),
        ("a: 1\n>>>>>>> x\n", 2, "Resolve the merge"),
    ],
    ids=lambda it: ascii(it)[:40],
)
def test_a_hint_fits_the_mistake(text: str, line: int, hint: str) -> None:
    problem = parse(text, "m.yaml")[1][0]
    assert problem.source.line == line
    assert hint in problem.hint


@pytest.mark.parametrize("text", ["a: x\xa0y", "a: '\xa0'", "a: |\n  \xa0x\n", "caf\xe9: 1", "a b: 1", "a\xa0b: 1"])
def test_odd_spaces_inside_a_text_are_its_own(text: str) -> None:
    assert values(text)
