"""Tell which items of a list are the same on both sides, and which of these keep their place. Pure."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import paired
from wexa_sync.compare.same import plain, same_value
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, Order


def kept_places(ours: list[Any], live: list[Any], field: Field, comparison: Comparison) -> list[int | None]:
    """Return for each item of ours the place of the same one in live; None where live has none.

    Of an ordered list, an item that has to move has its place as ~place, a negative number.
    """
    items = field.items or UNKNOWN
    if field.order is Order.SET:
        free = list(range(len(live)))
        found: list[int | None] = []
        for item in ours:
            place = next((at for at in free if same_value(item, live[at], items, comparison)), None)
            if place is not None:
                free.remove(place)
            found.append(place)
        return found
    if all(isinstance(item, dict) for item in (*ours, *live)):
        found = paired(ours, live, field.key)
    else:
        one, other = ([json.dumps(plain(item, items, comparison)) for item in side] for side in (ours, live))
        found = [None] * len(ours)
        for begin, at, size in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
            found[begin : begin + size] = range(at, at + size)
    return found if field.order is Order.KEYED else _staying(found)


def _staying(places: list[int | None]) -> list[int | None]:
    """Return the places, those outside of the longest rising row of them as ~place."""
    rows: list[list[int]] = [[]]
    for place in (each for each in places if each is not None):
        longest: list[int] = max((row for row in rows if not row or row[-1] < place), key=len)
        rows.append([*longest, place])
    stay: list[int] = max(rows, key=len)
    return [place if place is None or place in stay else ~place for place in places]
