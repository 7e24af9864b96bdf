"""A mapping in versions: each stays what it was, whichever is read or continued, and in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.state.versions import Versions

changes = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 3))


@given(st.lists(st.tuples(st.integers(0, 5), changes)), st.randoms(use_true_random=False))
def test_each_version_stays_what_it_was(steps: list[tuple[int, dict[str, int | None]]], order: object) -> None:
    found, meant = [Versions({"a": 1})], [{"a": 1}]
    for which, change in steps:
        base = which % len(found)
        found.append(found[base].after(change))
        meant.append({key: value for key, value in {**meant[base], **change}.items() if value is not None})
    places = list(range(len(found)))
    order.shuffle(places)  # type: ignore[attr-defined]
    for place in places:
        assert found[place] == meant[place]
        assert len(found[place]) == len(meant[place])


def test_the_next_version_takes_the_items_over() -> None:
    first = Versions({"a": 1})
    items = first._items
    second = first.after({"b": 2})
    assert second._items is items
    assert (dict(first), dict(second)) == ({"a": 1}, {"a": 1, "b": 2})
    assert second._items is items
