"""No text is an order to a CI system that reads the log, and it can still be read."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ci_logs import ORDERS, orders_in
from wexa_sync.text.orders import Breaker, json_without_orders, without_orders


@pytest.mark.parametrize("text", ORDERS)
def test_an_order_is_broken_and_can_be_read(text: str) -> None:
    assert orders_in(text) != []
    assert orders_in(without_orders(text)) == []
    assert without_orders(text).replace("\\", "") == text
    assert without_orders(without_orders(text)) == without_orders(text)


@pytest.mark.parametrize("text", ["a::b", "std::vector", "## [a](b)", "# [x]", "## ", "-- x", "- --- x", "2 + 2", "a:"])
def test_other_text_stays(text: str) -> None:
    assert without_orders(text) == text


WORDS = st.lists(
    st.one_of(st.sampled_from([*ORDERS, ":", "::", "##", "[", "vso", "\n", " ", "---", "section_start"]), st.text())
)


@given(WORDS)
@example(["##", "vso", "["])
@example([":", ":"])
@example(["x" * 500, "::"])
def test_a_text_in_pieces_is_as_free_of_orders(pieces: list[str]) -> None:
    piece_by_piece = Breaker()
    assert "".join(map(piece_by_piece, pieces)) == without_orders("".join(pieces))


@given(WORDS)
def test_json_without_orders_is_the_same_json(words: list[str]) -> None:
    data = {"a": words, "".join(words): 1}
    text = json_without_orders(json.dumps(data, ensure_ascii=False, indent=2))
    assert json.loads(text) == data
    assert orders_in(text) == []
    assert without_orders(text) == text
