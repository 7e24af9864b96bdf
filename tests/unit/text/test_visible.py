"""What a terminal would obey or hide is written as an escape."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.text.visible import prose, visible, visible_json


def test_every_dangerous_character_of_unicode_is_made_visible() -> None:
    dangerous = {"Cc", "Cs", "Zl", "Zp"}
    shown_marks = set(range(0x600, 0x606)) | {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}  # have a shape
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        script_marks = 0x13430 <= code <= 0x1345F or 0x1BCA0 <= code <= 0x1BCA3  # hieroglyphs' and shorthand's layout
        if category in dangerous or (category == "Cf" and code not in shown_marks and not script_marks):
            assert visible(character).isascii(), hex(code)
            assert visible(character).isprintable(), hex(code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Résumé 要約 🙂", "Résumé 要約 🙂"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\tb\r\nc", "a\\tb\\r\\nc"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_prose_is_one_paragraph() -> None:
    assert prose(" one \r\n  two\n\n") == "one two"


@given(st.text())
def test_visible_json_is_the_same_json(text: str) -> None:
    assert json.loads(visible_json(json.dumps({"a": text}, ensure_ascii=False, indent=2))) == {"a": text}
