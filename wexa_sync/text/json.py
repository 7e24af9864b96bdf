"""Read JSON that others wrote, within bounds, so that no later step has to check it again."""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

MAX_DEPTH = 100
"""No response and no manifest is nearly as deep. A deeper value would overflow the stack when it is walked."""


def parse(
    text: str | bytes, *, depth: int = MAX_DEPTH, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """Return the value of a JSON text; `pairs` makes its objects. Raise ValueError for a text that is no JSON.

    NaN, infinity, and a number or a depth out of all bounds, which Python accepts, are refused too.
    """
    try:
        # It takes a third of the time, and refuses more: half of a pair of surrogates, another encoding, a mark before.
        value = _slowly(text, pairs) if pairs else msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        value = _slowly(text, pairs)
    if _deeper(value, depth):
        raise ValueError(f"it is nested more than {depth} deep")
    return value


def _slowly(text: str | bytes, pairs: Callable[[list[tuple[str, Any]]], Any] | None) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=pairs)
    except RecursionError:
        raise ValueError("it is nested without end") from None


_NESTS = frozenset({dict, list})


def _deeper(value: Any, depth: int) -> bool:
    # What the collector of garbage does not track holds nothing that holds something: at most the last level is missed.
    level = [value]
    for _ in range(depth):
        level = [*filter(gc.is_tracked, gc.get_referents(*level))]
        if not level:
            return False
    level = [value] if type(value) in _NESTS else []
    for _ in range(depth + 1):
        level = [
            inner
            for item in level
            for inner in (item.values() if type(item) is dict else item)
            if type(inner) in _NESTS
        ]
        if not level:
            return False
    return True


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is a number beyond all bounds")
    return number


def plain(value: Any) -> str:
    """Return a value of others for a message: a text as it is, anything else as JSON has it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


_SHAPES = {
    dict: "an object",
    list: "a list",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "nothing",
}


def shape(value: Any) -> str:
    """Return in words what a value is, and nothing of what it says."""
    return _SHAPES.get(type(value), "a text")


Shape = Mapping[str, tuple[type, ...]]


def members(data: Any, wanted: Shape) -> dict[str, Any]:
    """Return `data`. Raise ValueError unless it is an object with exactly these keys, each of one of these types."""
    if not isinstance(data, dict):
        raise ValueError(f"an object was expected, not {shape(data)}")
    if data.keys() != wanted.keys():
        missing, unknown = sorted(wanted.keys() - data.keys()), sorted(data.keys() - wanted.keys())
        faults = [f"{word} {', '.join(names)}" for word, names in (("missing", missing), ("unknown", unknown)) if names]
        raise ValueError("; ".join(faults))
    for name, types in wanted.items():
        # The exact type: to isinstance, true would be a fine generation.
        if type(data[name]) not in types:
            raise ValueError(f"{name} has the wrong type ({shape(data[name])})")
    return data
