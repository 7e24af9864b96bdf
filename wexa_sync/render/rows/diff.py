"""Compare two texts line by line, as git does: a line is the text's own line, and the fewest lines change.

The one differ of all formats. A format shows its hunks one line under the other (`unified`), or side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from wexa_sync.render.rows.alike import Segment, text_of, told_apart
from wexa_sync.text.look import look
from wexa_sync.text.patterns import pattern
from wexa_sync.text.visible import visible

_CONTEXT = 2  # unchanged lines around a difference
_UNBROKEN = 240  # of a longer line, unchanged parts are left out
_AROUND = 60  # characters that are kept on each side of a difference in such a line
_MOST_EDITS = 1000  # beyond, the fewest lines are not looked for
_MOST_PAIRS = 40_000  # beyond, changed lines are not matched with each other
_KEPT = 1024  # differences that are kept for the next format
_WORDS = pattern(r"\w+|[^\w\s]")
_SIMILAR = 0.5  # the share of words that two versions of a line have in common

_UNENDED: Final = "\n"  # at the end of a line that has no line break, and is to be told from one that has

NO_BREAK: Final = "no line break at the end"


class Line(Struct, frozen=True):
    """Describe a line of a long value, in segments.

    `sign`: `+` added, `-` removed, a space for context, `@` for the head of a hunk, a backslash for a remark.
    `unended`: the line has no line break, and is to be told from one that has.
    """

    sign: str
    segments: tuple[Segment, ...]
    unended: bool = False

    @classmethod
    def plain(cls, sign: str, text: str) -> Line:
        """Return a line in which nothing is marked."""
        return cls(sign, ((text, False),))

    @property
    def text(self) -> str:
        """Return the text of the line."""
        return text_of([*self.segments])

    @property
    def in_short(self) -> Line:
        """Return the line with long unchanged parts left out. Added and removed parts are all there."""
        if len(self.text) <= _UNBROKEN or self.sign == "@":
            return self
        if not any(marked for _, marked in self.segments):
            return self if self.sign in "+-" else Line.plain(self.sign, cut(self.text))
        last = len(self.segments) - 1
        kept = (
            segment if segment[1] else (_around(segment[0], first=not number, last=number == last), False)
            for number, segment in enumerate(self.segments)
        )
        return Line(self.sign, tuple(kept), self.unended)


class Replaced(Struct, frozen=True):
    """Hold lines that others replace. `versions`: positions in both, each of two versions of one line."""

    removed: tuple[Line, ...]
    added: tuple[Line, ...]
    versions: tuple[tuple[int, int], ...]


class Hunk(Struct, frozen=True):
    """Hold differences that are near each other, with the lines around and between them.

    `old`, `new`: the number of the first line in both texts, counted from 1; `sizes`: how many lines of both it spans.
    """

    old: int
    new: int
    sizes: tuple[int, int]
    parts: tuple[Line | Replaced, ...]

    @property
    def head(self) -> str:
        """Return where the hunk is, as git writes it."""
        return f"@@ -{self.old},{self.sizes[0]} +{self.new},{self.sizes[1]} @@"


def unified(hunks: Sequence[Hunk], *, headed: bool) -> Iterator[Line]:
    """Yield the lines of the hunks: what is removed, and below it what is added."""
    for hunk in hunks:
        if headed:
            yield Line.plain("@", hunk.head)
        for part in hunk.parts:
            for line in (part,) if isinstance(part, Line) else (*part.removed, *part.added):
                yield line
                if line.unended:
                    yield Line.plain("\\", NO_BREAK)


def cut(text: str) -> str:
    """Return the beginning of a long line, and how much more there is."""
    if len(text) <= _UNBROKEN:
        return text
    keep = _UNBROKEN - 2 * _AROUND
    return f"{text[:keep]} … {len(text) - keep} more characters"


def _around(text: str, *, first: bool, last: bool) -> str:
    before, after = "" if first else text[:_AROUND], "" if last else text[-_AROUND:]
    return text if len(text) <= len(before) + len(after) + _AROUND else f"{before} … {after}"


@lru_cache(_KEPT)  # each format shows the same
def hunks_of_texts(before: str, after: str) -> tuple[Hunk, ...]:
    """Return where two texts differ. A line break at the end of one of them alone is a difference."""
    old, new = lines_of(before), lines_of(after)
    if old and new and before.endswith("\n") != after.endswith("\n"):
        unended = old if after.endswith("\n") else new
        unended[-1] += _UNENDED
    return hunks_of(old, new)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text. A line break at its end begins no line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def hunks_of(old: Sequence[str], new: Sequence[str]) -> tuple[Hunk, ...]:
    """Return where two lists of lines differ, with context."""
    return tuple(_hunk(gaps, old, new) for gaps in _near(kept_lines(old, new), len(old), len(new)))


def is_short(old: int, new: int) -> bool:
    """True for texts of so few lines that the head of a hunk would say nothing."""
    return max(old, new) <= 2 * _CONTEXT + 1


def _hunk(gaps: Sequence[Gap], old: Sequence[str], new: Sequence[str]) -> Hunk:
    (first, _, first_new, _), (_, last, _, last_new) = gaps[0], gaps[-1]
    lead, tail = min(_CONTEXT, first), min(_CONTEXT, len(old) - last)
    parts: list[Line | Replaced] = []
    at = first - lead
    for i1, i2, j1, j2 in gaps:
        parts += (Line.plain(" ", visible(text)) for text in old[at:i1])
        parts.append(_replaced(old[i1:i2], new[j1:j2]))
        at = i2
    parts += (Line.plain(" ", visible(text)) for text in old[at : last + tail])
    sizes = (last - first + lead + tail, last_new - first_new + lead + tail)
    return Hunk(first - lead + 1, first_new - lead + 1, sizes, tuple(parts))


Gap = tuple[int, int, int, int]
"""Lines from i1 to i2 of the old text that lines from j1 to j2 of the new one replace."""


def _near(kept: Sequence[tuple[int, int]], old: int, new: int) -> Iterator[list[Gap]]:
    """Yield the gaps between the lines that are kept, together where their context meets."""
    hunk: list[Gap] = []
    i1 = j1 = 0
    for i2, j2 in [*kept, (old, new)]:
        if (i1, j1) != (i2, j2):
            if hunk and i1 - hunk[-1][1] > 2 * _CONTEXT:
                yield hunk
                hunk = []
            hunk.append((i1, i2, j1, j2))
        i1, j1 = i2 + 1, j2 + 1
    if hunk:
        yield hunk


def kept_lines(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of the lines that stay: as many as can be."""
    shared = set(old) & set(new)
    ours, theirs = ([at for at, line in enumerate(lines) if line in shared] for lines in (old, new))
    longest = _longest([old[at] for at in ours], [new[at] for at in theirs])
    return [(ours[i], theirs[j]) for i, j in longest]


def _longest(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of a longest common subsequence (Myers 1986, as git)."""
    trail: Any = None
    ends: dict[int, tuple[int, Any]] = {1: (0, None)}  # by diagonal: how far one gets, and by which matches
    for edits in range(min(len(old) + len(new), _MOST_EDITS) + 1):
        for diagonal in range(-edits, edits + 1, 2):
            above = diagonal == -edits or (diagonal != edits and ends[diagonal - 1][0] < ends[diagonal + 1][0])
            x, trail = ends[diagonal + 1] if above else ends[diagonal - 1]
            x = start = x if above else x + 1
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            if x > start:
                trail = (range(start, x), diagonal, trail)
            ends[diagonal] = (x, trail)
            if x >= len(old) and x - diagonal >= len(new):
                return _unwound(trail)
    blocks = SequenceMatcher(None, old, new).get_matching_blocks()
    return [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]


def _unwound(trail: Any) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while trail is not None:
        matches, diagonal, trail = trail
        found += [(x, x - diagonal) for x in reversed(matches)]
    return found[::-1]


def _replaced(old: Sequence[str], new: Sequence[str]) -> Replaced:
    """Return the removed and the added lines. Of two versions of one line, the words that differ are marked."""
    removed: list[list[Segment]] = [[(visible(text.removesuffix(_UNENDED)), False)] for text in old]
    added: list[list[Segment]] = [[(visible(text.removesuffix(_UNENDED)), False)] for text in new]
    versions = tuple(_versions(old, new))
    for i, j in versions:
        removed[i], added[j] = _marked(old[i].removesuffix(_UNENDED), new[j].removesuffix(_UNENDED))
    ours, theirs = (
        tuple(
            Line(sign, tuple(_dotted(segments)), line.endswith(_UNENDED))
            for line, segments in zip(lines, shown, strict=True)
        )
        for sign, lines, shown in (("-", old, removed), ("+", new, added))
    )
    return Replaced(ours, theirs, versions)


def _marked(one: str, other: str) -> tuple[list[Segment], list[Segment]]:
    if one != other and visible(one) == visible(other):  # one has an escape in it as its own text
        return [(ascii(one), True)], [(ascii(other), True)]
    return told_apart(visible(one), visible(other))


def _dotted(segments: list[Segment]) -> list[Segment]:
    """Return a changed line with the blanks at its end as dots: they would not be seen."""
    *before, (text, marked) = segments or [("", False)]
    bare = text.rstrip(" ")
    return [*before, (bare + "·" * (len(text) - len(bare)), marked)]


def _versions(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield which removed and added lines are versions of each other, in order: those with most words in common."""
    if len(old) * len(new) > _MOST_PAIRS:
        return
    words, others = ([Counter(_WORDS.findall(look(visible(line)))) for line in lines] for lines in (old, new))
    at = 0
    for i, ours in enumerate(words):
        similar = [(_similarity(ours, theirs), -j) for j, theirs in enumerate(others[at:], at)]
        best, place = max(similar, default=(0.0, 0))
        if best >= _SIMILAR:
            yield i, -place
            at = 1 - place


def _similarity(one: Counter[str], other: Counter[str]) -> float:
    size = one.total() + other.total()
    return 2 * (one & other).total() / size if size else 1.0
