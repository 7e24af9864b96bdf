"""A packed page has a few fields at hand, and comes back as it was."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.api.packed import Packed, packed, unpacked
from wexa_sync.model import Secret

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
ITEMS = st.lists(st.dictionaries(st.sampled_from(["_id", "name", "is_deleted", "agents", "é"]), VALUES), max_size=5)


@given(one=ITEMS, other=ITEMS)
def test_a_page_comes_back_as_it_was(one: list[Any], other: list[Any]) -> None:
    kept = [*packed(one, ["name"]), {"_id": "as it came"}, *packed(other, [])]
    assert repr(unpacked(reversed(kept))) == repr([*reversed(other), {"_id": "as it came"}, *reversed(one)])


def test_only_what_is_asked_for_is_at_hand() -> None:
    item = {"_id": "a", "is_deleted": False, "name": "A", "description": "long", "agents": [{"_id": "b"}]}
    (kept,) = packed([item], ["name", "title"])
    assert isinstance(kept, Packed)
    assert kept == {"_id": "a", "is_deleted": False, "name": "A"}


def test_many_items_take_a_part_of_the_room() -> None:
    items = [
        {"_id": str(n), "agents": [{"name": f"{n} {m}", "skills": [str(m)]} for m in range(20)]} for n in range(50)
    ]
    kept = packed(items, [])
    assert sum(sys.getsizeof(item) for item in kept) + sys.getsizeof(kept[0].page) < 100_000  # type: ignore[attr-defined]
    assert all(item.page is kept[0].page for item in kept)  # type: ignore[attr-defined]
    assert len(kept[0].page) < len(json.dumps(items)) / 5  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [Secret(template="***", value="sentinel"), object()])
def test_what_is_no_value_of_json_stays_as_it_is(value: Any) -> None:
    items = [{"_id": "a", "name": value}]
    assert packed(items, ["name"]) is items
