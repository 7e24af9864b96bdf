"""How the fields of a change are laid out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.model import Address, FieldChange, Ref
from wexa_sync.render.text.fields import Row, row_of, shown
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


def test_a_line_break_at_the_end_that_comes_or_goes_is_seen() -> None:
    (field,) = update("one\ntwo", "one\ntwo\n")
    assert lines(field) == [" one", " two", "+"]


def test_blanks_at_the_end_are_seen() -> None:
    (field,) = update("one\ntwo", "one\ntwo  ")
    assert lines(field) == [" one", "-two", "+two··"]


def test_prose_is_compared_by_sentence() -> None:
    old = "You sort tickets. You are brief. You never promise a refund. " + WORDS
    (field,) = update(old, old.replace("brief", "very brief"))
    assert lines(field)[1:4] == ["-↳ You are brief.", "+↳ You are very brief.", " ↳ You never promise a refund."]


def test_text_without_sentences_is_cut_to_what_differs() -> None:
    (field,) = update(WORDS, WORDS.replace("word45 ", "term "))
    removed, added = lines(field)
    assert removed.startswith("-… ")
    assert "word45" in removed
    assert "term" in added
    assert added.endswith(" …")
    assert len(removed) < 150


@pytest.mark.parametrize(("old", "new"), [(WORDS, WORDS + " end"), (WORDS, "start " + WORDS)])
def test_what_is_added_at_an_end_of_a_long_line_is_seen(old: str, new: str) -> None:
    (field,) = update(old, new)
    assert any(word in lines(field)[1] for word in (" end", "start "))
    assert max(map(len, lines(field))) < 150


def test_a_new_long_line_is_cut() -> None:
    (field,) = create({"blob": "x" * 1000})
    assert lines(field) == ["+" + "x" * 120 + " … 880 more characters"]
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
    assert lines(field) == ["-'\\\\x1b\\nsecond'", "+'\\x1b\\nsecond'"]


texts = st.text(st.sampled_from("ab. \n"), max_size=300)


@given(texts, texts)
def test_any_two_different_texts_look_different(before: str, after: str) -> None:
    rows = update(before, after)
    assert rows
    if before != after:
        (field,) = rows
        if field.lines:
            assert any(line.sign in "+-" for line in field.lines)
        else:
            assert field.before != field.after
