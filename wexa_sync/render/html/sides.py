"""Set the two sides of a long difference next to each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, zip_longest

from msgspec import Struct

from wexa_sync.render.rows.diff import Hunk, Line, Replaced


class Side(Struct, frozen=True):
    """Describe a line of one side, and its number in the text."""

    number: int
    line: Line


Pair = tuple[Side | None, Side | None]


def sides(hunk: Hunk) -> Iterator[Pair]:
    """Yield the lines of a hunk, old and new; None where a side has no line there."""
    old, new = hunk.old, hunk.new
    for part in hunk.parts:
        if isinstance(part, Line):
            yield Side(old, part), Side(new, part)
            old, new = old + 1, new + 1
            continue
        for one, other in _paired(part):
            yield (
                None if one is None else Side(old + one, part.removed[one]),
                None if other is None else Side(new + other, part.added[other]),
            )
        old, new = old + len(part.removed), new + len(part.added)


def _paired(part: Replaced) -> Iterator[tuple[int | None, int | None]]:
    """Yield positions of removed and added lines: versions of one line side by side, and the rest as it comes."""
    ends = [(-1, -1), *part.versions, (len(part.removed), len(part.added))]
    for (i, j), (next_i, next_j) in pairwise(ends):
        yield from zip_longest(range(i + 1, next_i), range(j + 1, next_j))
        if next_i < len(part.removed) and next_j < len(part.added):
            yield next_i, next_j
