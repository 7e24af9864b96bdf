"""JSON that others wrote is read as the standard library reads it, and refused where that would not do."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wexa_sync.text.json import MAX_DEPTH, parse, plain, shape

TEXTS = st.text(st.characters(codec="utf-8") | st.characters(categories=["Cs"]))
NUMBERS = st.from_regex(r"-?\d{1,25}(\.\d{1,30})?([eE][+-]?\d{1,3})?", fullmatch=True)
VALUES = st.recursive(
    TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


def usual(text: str | bytes) -> Any:
    """Return what the standard library reads; ValueError where it refuses the text, or where that is not JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return ValueError
    return (
        ValueError if re.search(r"\b(nan|inf)\b", re.sub(r"'(\\.|[^'])*'|\"(\\.|[^\"])*\"", "", repr(value))) else value
    )


def found(text: str | bytes) -> Any:
    try:
        return parse(text)
    except ValueError:
        return ValueError


@given(VALUES, st.booleans(), st.sampled_from(["utf-8", "utf-16", "utf-32-le", "utf-8-sig"]))
def test_what_was_written_comes_back(value: Any, ascii_: bool, encoding: str) -> None:
    text = json.dumps(value, ensure_ascii=ascii_)
    assert repr(parse(text.encode(encoding, "surrogatepass"))) == repr(value)
    assert repr(parse(text)) == repr(value)


@given(NUMBERS)
@example("1E400")
@example("-1e400")
@example("1e-400")
@example("-0")
@example("-0.0")
@example("9" * 4300)
@example("9" * 4301)
@example("18446744073709551616")
@example("-9223372036854775809")
@example("9007199254740993.0")
@example("2.2250738585072011e-308")
def test_numbers_are_as_the_standard_library_has_them(text: str) -> None:
    assert repr(found(text)) == repr(usual(text))


WORDS = ("null", "true", "nul", "NaN", "Infinity", '"a"', '"a":', '{"a":1,"a":2}', "\\u00", "\\ud800")
PIECES = st.sampled_from([*'"{}[],: \n\t\f10-.ea\\\x00\x7f\u2028\ufeffé', *WORDS])


@given(st.lists(PIECES).map("".join))
def test_any_text_is_read_or_refused_alike(text: str) -> None:
    assert repr(found(text)) == repr(usual(text))
    assert repr(found(text.encode())) == repr(usual(text.encode()))


@given(st.binary())
@example(b'"\xed\xa0\x80"')
@example(b'"\xff"')
@example(b"\xef\xbb\xbf1")
@example(b"1\x00")
def test_any_bytes_are_read_or_refused_alike(content: bytes) -> None:
    assert repr(found(content)) == repr(usual(content))


@pytest.mark.parametrize("around", ["[{}]", '{{"a":{}}}', '[1,{{"a":{}}}]'])
@pytest.mark.parametrize("inmost", ["1", "[]", "{{}}", '{{"a":1}}', "[1]"])
def test_what_is_nested_too_deep_is_refused(around: str, inmost: str) -> None:
    levels = (around.count("[") + around.count("{{")) or 1
    inner = inmost.replace("{{", "{").replace("}}", "}")
    own = 0 if inner == "1" else 1
    for depth in (0, 1, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, MAX_DEPTH + 2, MAX_DEPTH + 3, 5_000):
        text = inner
        for _ in range(depth // levels):
            text = around.format(text)
        if (depth // levels) * levels + own <= MAX_DEPTH + 1:
            assert parse(text) == json.loads(text)
        else:
            with pytest.raises(ValueError, match="nested"):
                parse(text)


@given(VALUES)
def test_a_value_in_a_message_is_a_text_or_json(value: Any) -> None:
    assert plain(value) == value if isinstance(value, str) else json.loads(plain(value)) == value


def test_a_value_is_named_in_words() -> None:
    values: list[Any] = [{}, [], 1, 1.5, True, None, "x"]
    assert list(map(shape, values)) == [
        "an object",
        "a list",
        "a number",
        "a number",
        "true or false",
        "nothing",
        "a text",
    ]
