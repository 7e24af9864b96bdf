"""Items of a list that are on both sides keep their place, unless the live side moved them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.compare.ids import Comparison
from wexa_sync.kinds.spec.fields import Field, Order
from wexa_sync.repair.pull.same_items import kept_places

COMPARISON = Comparison(id_of=lambda ref: ref.id, seal_key="")
ITEM = Field(types=frozenset({"string"}))


@pytest.mark.parametrize(
    ("order", "ours", "live", "places"),
    [
        (Order.SET, ["a", "b"], ["c", "b"], [None, 1]),
        (Order.SET, ["a", "a"], ["a"], [0, None]),
        (Order.ORDERED, ["a", "b"], ["x", "a", "b"], [1, 2]),
        (Order.ORDERED, ["a", "b", "c"], ["b", "c"], [None, 0, 1]),
        (Order.ORDERED, [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], [1, ~0]),
        (Order.KEYED, [{"k": "a"}, {"k": "b"}], [{"k": "b"}, {"k": "a"}], [1, 0]),
    ],
)
def test_places(order: Order, ours: list[Any], live: list[Any], places: list[int | None]) -> None:
    field = Field(order=order, key="k" if order is Order.KEYED else "", items=ITEM)
    assert kept_places(ours, live, replace(field), COMPARISON) == places
