"""The API keys of an environment are found in any text, however a format has escaped them."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.secrecy.keys import keys_in, without_keys

KEY = "sk_live-7f3a.91c2+55d0=="
_KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=12, max_size=40)


def test_every_variable_with_a_key_counts_and_no_short_key_does() -> None:
    env = {"WEXA_API_KEY": "a" * 12, "WEXA_API_KEY_PRODUCTION": "b" * 12, "WEXA_SYNC_API_KEY": "short", "OTHER": KEY}
    assert keys_in(env) == {"a" * 12, "b" * 12}


@pytest.mark.parametrize("form", [str, json.dumps, html.escape, partial(quote, safe="")])
@given(key=_KEYS, before=st.text(max_size=5))
def test_a_key_is_hidden_in_every_format(form: Callable[[str], str], key: str, before: str) -> None:
    told = form(key)[1:-1] if form is json.dumps else form(key)
    said = without_keys(f"{before}{told} behind", [key])
    assert told not in said
    assert said.endswith("*** behind")


def test_a_text_without_a_key_stays_as_it_is() -> None:
    assert without_keys("sk_live-7f3a.91c2", [KEY]) == "sk_live-7f3a.91c2"
    assert without_keys(f"{KEY}{KEY}", [KEY, "x" * 12]) == "******"


def test_nothing_is_left_of_a_key_that_begins_as_another_one() -> None:
    assert without_keys(f"{KEY}-of-production", [KEY, f"{KEY}-of-production"]) == "***"
