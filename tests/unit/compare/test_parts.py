"""Two values are the same only with the same types in every place: 1, 1.0 and true are three."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.compare.parts import holds, identical
from wexa_sync.model import Ref

_LEAVES = st.sampled_from([None, True, False, 0, 1, 1.0, "", "1", Ref(kind="Skill", id="1")])
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner), max_leaves=4
)


def _in_full(value: Any) -> Any:
    """Return the value in a form that is equal only to that of the same value."""
    if isinstance(value, dict):
        return ("dict", {name: _in_full(item) for name, item in value.items()})
    return (type(value).__name__, [*map(_in_full, value)] if isinstance(value, list) else value)


def _within(value: Any, shape: Any) -> Any:
    """Return the value with the fields that the shape has, at every depth."""
    if isinstance(value, dict) and isinstance(shape, dict):
        return {name: _within(value[name], shape[name]) for name in shape if name in value}
    if isinstance(value, list) and isinstance(shape, list) and len(value) == len(shape):
        return [*map(_within, value, shape)]
    return value


@given(_VALUES, _VALUES)
def test_identical_minds_types(one: Any, other: Any) -> None:
    assert identical(one, other) == (_in_full(one) == _in_full(other))


@given(_VALUES, _VALUES)
def test_what_holds_a_shape_may_have_more_fields(value: Any, shape: Any) -> None:
    assert holds(value, shape) == (_in_full(_within(value, shape)) == _in_full(shape))


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), (1, 1.0), ("1", 1), (None, "")])
@pytest.mark.parametrize(
    "inside", [lambda it: it, lambda it: {"a": it}, lambda it: {"a": [it]}, lambda it: [{"b": it}]]
)
def test_what_python_takes_for_equal_differs(one: Any, other: Any, inside: Callable[[Any], Any]) -> None:
    for left, right in ((one, other), (other, one)):
        assert not identical(inside(left), inside(right))
        assert not holds(inside(left), inside(right))
