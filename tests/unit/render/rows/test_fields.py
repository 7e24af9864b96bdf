"""How the fields of a change are laid out."""

from __future__ import annotations

import subprocess
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wexa_sync.model import Address, FieldChange, Ref
from wexa_sync.render.rows.diff import hunks_of_texts, unified
from wexa_sync.render.rows.fields import Row, row_of, rows_of, shown
from wexa_sync.render.view.fields import differing_fields, new_fields
from wexa_sync.secrecy.hide import SENSITIVE

SKILL = Address(kind="Skill", name="summarise", project="desk")
WORDS = " ".join(f"word{number}" for number in range(90))


def update(before: Any, after: Any, path: tuple[str | int, ...] = ("f",), by: str = "repository") -> list[Row]:
    field = FieldChange(path=path, before=before, after=after, changed_by=by)
    return list(map(row_of, differing_fields([field])))


def create(spec: dict[str, Any]) -> list[Row]:
    return list(map(row_of, new_fields(spec)))


def short(fields: list[Row]) -> list[tuple[str, str, str | None, str | None]]:
    return [(field.symbol, field.path, field.before, field.after) for field in fields]


def lines(field: Row) -> list[str]:
    return [line.sign + line.text for line in field.lines]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('say "hi" \\ no', '"say \\"hi\\" \\\\ no"'),
        (True, "true"),
        (None, "null"),
        (0.5, "0.5"),
        ([], "[]"),
        ({}, "{}"),
        ([1, "a", {"k": None}], '[1, "a", {k: null}]'),
        (SENSITIVE, "(sensitive)"),
        (Ref(kind="Skill", address=SKILL), "desk/Skill/summarise"),
        (Ref(kind="Connector", external='My "own"'), 'external "My \\"own\\""'),
        (Ref(kind="Connector", id="67fd"), "id 67fd"),
    ],
)
def test_a_value_on_one_line(value: Any, expected: str) -> None:
    assert shown(value) == expected


def test_what_is_made_shows_its_declared_fields_flat() -> None:
    spec = {
        "name": "S",
        "llm": {"model": "m", "limits": {}},
        "tags": ["a", "b"],
        "conditions": [{"if": "x"}, {"if": "y"}],
        "none": None,
    }
    assert short(create(spec)) == [
        ("+", "name", None, '"S"'),
        ("+", "llm.model", None, '"m"'),
        ("+", "llm.limits", None, "{}"),
        ("+", "tags", None, '["a", "b"]'),
        ("+", "conditions[0].if", None, '"x"'),
        ("+", "conditions[1].if", None, '"y"'),
        ("+", "none", None, "null"),
    ]
    assert create({}) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, [("~", "f", "1", "2")]),
        (None, 2, [("+", "f", None, "2")]),
        (1, None, [("-", "f", "1", None)]),
        (False, True, [("~", "f", "false", "true")]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}, [("~", "f.b", "2", "3"), ("+", "f.c", None, "4")]),
        ({"a": 1}, "text", [("-", "f.a", "1", None), ("+", "f", None, '"text"')]),
        (SENSITIVE, SENSITIVE, [("~", "f", "(sensitive)", "(sensitive)")]),
        (None, SENSITIVE, [("+", "f", None, "(sensitive)")]),
        (7, 7, [("~", "f", "7", "7")]),
    ],
)
def test_an_update_shows_what_differs(before: Any, after: Any, expected: list[Any]) -> None:
    assert short(update(before, after)) == expected


@pytest.mark.parametrize(
    ("by", "note"),
    [("repository", ""), ("live", "changed on the live side"), ("both", "changed on both sides"), ("?", "?")],
)
def test_who_changed_it_is_said_where_it_was_not_the_repository(by: str, note: str) -> None:
    assert [field.note for field in update({"a": 1}, {"a": 2, "b": 3}, by=by)] == [note, note]


def test_long_text_is_a_diff_with_context() -> None:
    old = [f"line {number}" for number in range(12)]
    new = [*old[:5], "line five", *old[6:]]
    (field,) = update("\n".join(old) + "\n", "\n".join(new) + "\n")
    assert lines(field) == [
        "@@@ -4,5 +4,5 @@",
        " line 3",
        " line 4",
        "-line 5",
        "+line five",
        " line 6",
        " line 7",
    ]
    assert (field.before, field.after, field.size) == (None, None, "+1 -1 lines")


def test_a_short_text_that_becomes_long_is_a_diff_without_a_head() -> None:
    (field,) = update("one", "one\ntwo")
    assert (lines(field), field.size) == ([" one", "+two"], "+1 line")


def test_an_empty_text_that_becomes_long() -> None:
    (field,) = update("", "one\ntwo\n")
    assert lines(field) == ["+one", "+two"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("one\ntwo", "one\ntwo\n", [" one", "-two", "\\no line break at the end", "+two"]),
        ("one\ntwo\n", "one\ntwo", [" one", "-two", "+two", "\\no line break at the end"]),
        ("one\n", "one\ntwo", [" one", "+two", "\\no line break at the end"]),
        ("one\ntwo", "one\nthree", [" one", "-two", "+three"]),
    ],
)
def test_a_line_break_at_the_end_that_comes_or_goes_is_seen(before: str, after: str, expected: list[str]) -> None:
    (field,) = update(before, after)
    assert lines(field) == expected


def test_blanks_at_the_end_are_seen() -> None:
    (field,) = update("one\ntwo", "one\ntwo  ")
    assert lines(field) == [" one", "-two", "+two··"]


def test_a_line_is_the_texts_own_line() -> None:
    old = "You sort tickets. You are brief. You never promise a refund. " + WORDS
    (field,) = update(f"{old}\nsecond", old.replace("brief", "very brief") + "\nsecond")
    assert [line.sign for line in field.lines] == ["-", "+", " "]
    assert field.size == "+1 -1 lines"
    assert lines(field)[0] == f"-{old}"


def test_of_a_long_line_what_differs_is_shown_with_what_is_around_it() -> None:
    (field,) = update(WORDS, WORDS.replace("word45 ", "term ").replace("word80", "end"))
    removed, added = (line.in_short.text for line in field.lines)
    assert "word44 word45 word46" in removed
    assert "word44 term word46" in added
    assert "word79 end word81" in added
    assert removed.count(" … ") == 2
    assert len(removed) < 300


def test_of_a_long_changed_line_nothing_that_changed_is_left_out() -> None:
    (field,) = update("short\n", f"{WORDS}\n")
    assert [line.in_short.text for line in field.lines] == ["short", WORDS]


@pytest.mark.parametrize(("old", "new"), [(WORDS, WORDS + " end"), (WORDS, "start " + WORDS)])
def test_what_is_added_at_an_end_of_a_long_line_is_seen(old: str, new: str) -> None:
    (field,) = update(old, new)
    added = field.lines[1].in_short
    assert any(word in added.text for word in (" end", "start "))
    assert len(added.text) < 150


def test_a_new_long_line_is_whole() -> None:
    (field,) = create({"blob": "x" * 1000})
    assert lines(field) == ["+" + "x" * 1000]
    assert field.size == "1 line"


def test_a_removed_text_says_how_long_it_was() -> None:
    (field,) = update("a\nb\nc\n", None)
    assert (field.symbol, field.size) == ("-", "3 lines")


def test_long_lists_are_compared_by_item() -> None:
    items = [f"a tag with a long name {number}" for number in range(8)]
    (field,) = update(items, [*items[:7], "another"])
    assert lines(field)[-2:] == ['-"a tag with a long name 7"', '+"another"']
    assert field.size == "+1 -1 items"


def test_a_long_list_in_place_of_something_else() -> None:
    (field,) = update(5, ["a long name"] * 12)
    assert lines(field)[1:3] == ["-5", '+"a long name"']


def test_what_differs_only_in_spelling_of_the_invisible_is_told_apart() -> None:
    (field,) = update("\\x1b\nsecond", "\x1b\nsecond")
    assert lines(field) == ["-'\\\\x1b'", "+'\\x1b'", " second"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b", "a\u00a0b", ('"a·b"', '"a\\u00a0b"')),
        ("a b", "a\u3000b", ('"a·b"', '"a\\u3000b"')),
        ("a\u2009b", "a\u202fb", ('"a\\u2009b"', '"a\\u202fb"')),
        ("caf\u00e9", "cafe\u0301", ('"caf\\u00e9"', '"cafe\\u0301"')),
        ("\ud55c", "\u1112\u1161\u11ab", ('"\\ud55c"', '"\\u1112\\u1161\\u11ab"')),
        ("pay", "p\u0430y", ('"pay"', '"p\\u0430y"')),
        ("a-b", "a\u2011b", ('"a-b"', '"a\\u2011b"')),
        ("it's", "it\u2019s", ('"it\'s"', '"it\\u2019s"')),
        ("A", "\uff21", ('"A"', '"\\uff21"')),
        ("\u2764", "\u2764\ufe0f", ('"\u2764"', '"\u2764\\ufe0f"')),
        ("a", "a ", ('"a"', '"a·"')),
        ("a b", "a  b", ('"a·b"', '"a··b"')),
        ("caf\u00e9 one", "caf\u00e9 two", ('"caf\u00e9 one"', '"caf\u00e9 two"')),
        (["a b"], ["a\u00a0b"], ('["a·b"]', '["a\\u00a0b"]')),
        (
            Ref(kind="Connector", external="My mail"),
            Ref(kind="Connector", external="My\u00a0mail"),
            ('external "My·mail"', 'external "My\\u00a0mail"'),
        ),
    ],
)
def test_what_looks_the_same_is_written_out(before: Any, after: Any, expected: tuple[str, str]) -> None:
    (field,) = update(before, after)
    assert (field.before, field.after) == expected
    if isinstance(before, str):
        (long,) = update(f"{before}\nsecond\n", f"{after}\nsecond\n")
        assert [line.text for line in long.lines][:2] == [side.strip('"') for side in expected]


def test_names_of_fields_that_look_the_same_are_written_out() -> None:
    fields = new_fields({"caf\u00e9": 1, "cafe\u0301": 2, "th\u00e9": 3})
    assert [row.path for row in rows_of(fields)] == ["caf\\u00e9", "cafe\\u0301", "th\u00e9"]


def marked(row: Row) -> list[str]:
    return ["".join(f"[{text}]" if mark else text for text, mark in line.segments) for line in row.lines]


def test_the_words_that_differ_in_a_changed_line_are_marked() -> None:
    old = "Be kind.\nClassify it by urgency: low, normal, high.\nSign nothing.\nAnswer in one line.\n"
    new = "Be kind.\nNew.\nClassify it by urgency: low, medium, high.\nSign nothing at all.\nAnswer in one line.\n"
    (row,) = update(old, new)
    assert marked(row) == [
        "Be kind.",
        "Classify it by urgency: low, [normal], high.",
        "Sign nothing.",
        "New.",
        "Classify it by urgency: low, [medium], high.",
        "Sign nothing[ at all].",
        "Answer in one line.",
    ]
    (row,) = update("The first one is here.\nx", "Something else altogether now.\nx")
    assert not any(mark for line in row.lines for _, mark in line.segments), "another line, not another version of it"


texts = st.text(st.sampled_from("ab. \n\u00a0\u3000\u00e9e\u0301\ufe0f\u0430\\x1b\x1b·"), max_size=300)


def seen(text: str) -> str:
    """Return the text as an eye has it: a blank is a blank, and a letter is its shape."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u0430", "a").replace("\ufe0f", "").split())


@given(texts, texts)
def test_any_two_different_texts_look_different(before: str, after: str) -> None:
    rows = update(before, after)
    assert rows
    if before != after:
        (field,) = rows
        if field.lines:
            removed, added = ([seen(line.text) for line in field.lines if line.sign in sign] for sign in ("-\\", "+\\"))
            assert [line.sign for line in field.lines if line.sign in "-+\\"]
            assert removed != added
        else:
            assert seen(field.before or "") != seen(field.after or "")


lines_of_text = st.lists(st.sampled_from(["a", "b", "c", "", "d e"]), max_size=40).map("\n".join)


@settings(max_examples=40)
@given(lines_of_text, lines_of_text)
def test_lines_are_counted_as_git_counts_them(before: str, after: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        end = "" if before.endswith("\n") != after.endswith("\n") else "\n"  # both may lack the last line break
        for name, text in (("old", before + end * bool(before)), ("new", after + end * bool(after))):
            (Path(folder) / name).write_bytes(text.encode())
        words = ["git", "-c", "core.autocrlf=false", "diff", "--no-index", "--minimal", "--numstat", "old", "new"]
        stat = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False).stdout
    shown = list(unified(hunks_of_texts(before, after), headed=True))
    counted = [sum(line.sign == sign for line in shown) for sign in "+-"]
    assert counted == ([int(number) for number in stat.split()[:2]] or [0, 0])
