"""One walker finds the secrets of a value, and one hides them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.model import Sealed, Secret
from wexa_sync.secrecy.find import has_secret, secrets_in
from wexa_sync.secrecy.hide import SENSITIVE, any_of, hidden, hide, scrubber, veil

TOKEN = Secret(template="Bearer ${secret:T}", value="Bearer hush")
SEALED = Sealed(template="${secret:T}", fingerprint="00")


def test_secrets_are_found_at_any_depth_with_their_paths() -> None:
    value = {"a": [1, {"b": TOKEN}], "c": (None, SEALED), "d": "plain"}
    assert list(secrets_in(value)) == [(("a", 1, "b"), TOKEN), (("c", 1), SEALED)]
    assert has_secret("plain", value)
    assert not has_secret("plain", {"a": [1, {"b": None}]})


def test_each_leaf_and_each_name_is_asked_for() -> None:
    value = {"a": ["x", 1, None], "b": {"c": TOKEN}}
    assert hide(value, lambda leaf: (leaf,), name=str.upper) == {
        "A": [("x",), (1,), (None,)],
        "B": {"C": (TOKEN,)},
    }


@pytest.mark.parametrize(
    ("value", "place", "expected"),
    [
        ({"a": "x", "b": "y"}, ("a",), {"a": SENSITIVE, "b": "y"}),
        ({"a": ["x", {"k": "y", "n": 1}]}, ("a", None, "k"), {"a": [SENSITIVE, {"k": SENSITIVE, "n": 1}]}),
        ({"a": {"k": "y"}}, ("a", None), {"a": SENSITIVE}),
        ({"a": None}, ("a", "k"), {"a": None}),
        ("x", (), SENSITIVE),
    ],
)
def test_a_secret_place_is_hidden_whatever_stands_there(value: Any, place: tuple[str | None], expected: Any) -> None:
    assert hide(value, lambda leaf: leaf, places=[place]) == expected


def test_a_veiled_text_is_a_secret_that_can_be_sent_back() -> None:
    found = veil({"hush": ["say hush", "say", 1]}, lambda text: "hush" in text)
    assert found == {"hush": [Secret(template="", value="say hush"), "say", 1]}
    assert veil({"hush": 1}, lambda text: "hush" in text, name=lambda name: name.replace("hush", "***")) == {"***": 1}


def test_what_a_server_made_of_a_secret_is_hidden_whatever_its_type() -> None:
    assert hidden(["x", None, 5, {"b": 1, "a": 2}]) == [
        Secret(template="", value="x"),
        None,
        Secret(template="", value="5"),
        Secret(template="", value='{"a": 2, "b": 1}'),
    ]


@given(st.lists(st.text("ab.|", min_size=1, max_size=7), min_size=1, max_size=30), st.text("ab.|", max_size=60))
def test_the_longest_text_that_stands_at_a_place_is_found(texts: list[str], text: str) -> None:
    one_by_one = "|".join(re.escape(each) for each in sorted(texts, key=len, reverse=True))
    assert re.sub(any_of(texts), "<>", text) == re.sub(one_by_one, "<>", text)


def test_thousands_of_secrets_are_hidden_each() -> None:
    values = [f"{number:05}-value" for number in range(3000)]
    scrub = scrubber([*values, "00001-value-and-more"])
    assert scrub("a 00001-value-and-more, 00002-value. 9") == "a (sensitive), (sensitive). 9"
    assert [value for value in values if scrub(f"x{value}x") != "x(sensitive)x"] == []
