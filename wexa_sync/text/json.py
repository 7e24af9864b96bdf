"""JSON that somebody else wrote: what of it is taken, so that nothing after the reading has to fear it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

MAX_DEPTH = 100
"""No answer and no manifest comes near; what is deeper would end the stack of whoever walks through it."""


def parse(
    text: str | bytes, *, depth: int = MAX_DEPTH, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """The value of a JSON text; `pairs` makes its objects. Raises ValueError, also for what Python would let pass:

    NaN, infinity, and a number or a depth that is out of all bounds.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=pairs)
    except RecursionError:
        raise ValueError("it is nested without end") from None
    if _deeper(value, depth):
        raise ValueError(f"it is nested more than {depth} deep")
    return value


def _deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth + 1):
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, (dict, list))
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


Shape = Mapping[str, tuple[type, ...]]


def members(data: Any, shape: Shape) -> dict[str, Any]:
    """`data`, once it is sure that it is an object with exactly these keys, each of one of these types."""
    if not isinstance(data, dict):
        raise ValueError(f"an object was expected, not {type(data).__name__}")
    if data.keys() != shape.keys():
        missing, unknown = sorted(shape.keys() - data.keys()), sorted(data.keys() - shape.keys())
        faults = [f"{word} {', '.join(names)}" for word, names in (("missing", missing), ("unknown", unknown)) if names]
        raise ValueError("; ".join(faults))
    for name, types in shape.items():
        # The exact type: to isinstance, true would be a fine generation.
        if type(data[name]) not in types:
            raise ValueError(f"{name} has the wrong type ({type(data[name]).__name__})")
    return data
