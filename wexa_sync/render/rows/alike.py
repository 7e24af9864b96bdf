"""Tell two texts apart: mark the words that differ, and write out the characters that look like others."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from wexa_sync.text.look import escape, escaped, look
from wexa_sync.text.patterns import pattern

Segment = tuple[str, bool]
"""A piece of a line, and whether it differs from the other side's."""

_TOKEN = pattern(r"(?:\w[\u0300-\u036f]*)+|\s+|.")
_MOST = 250_000  # pairs of words to compare in one line: beyond, all between its ends counts as one difference
_KEPT = 4096  # pairs that are kept for the next format

_ODD_SPACE = pattern(r"(?! )\s")


def told_apart(one: str, other: str) -> tuple[list[Segment], list[Segment]]:
    """Return both texts in segments, with escapes where a difference would not be seen."""
    ours, theirs = _told_apart(one, other)
    return [*ours], [*theirs]


@lru_cache(_KEPT)
def _told_apart(one: str, other: str) -> tuple[list[Segment], list[Segment]]:
    ours: list[Segment] = []
    theirs: list[Segment] = []
    for same, *pieces in _stretches(one, other):
        for segments, piece in zip((ours, theirs), pieces if same else _spelled_out(*pieces), strict=True):
            _append(segments, piece, marked=not same)
    if one != other and text_of(ours) == text_of(theirs):  # one of them has such an escape in it as its own text
        return [(ascii(one), True)], [(ascii(other), True)]
    return ours, theirs


def _append(segments: list[Segment], text: str, *, marked: bool) -> None:
    if segments and segments[-1][1] is marked:
        text = segments.pop()[0] + text
    if text:
        segments.append((text, marked))


def text_of(segments: list[Segment]) -> str:
    """Return the segments as one text."""
    return "".join(text for text, _ in segments)


def _stretches(one: str, other: str) -> list[tuple[bool, str, str]]:
    """Return the texts in stretches that are the same or differ. A blank between two differences is part of them."""
    old, new = _TOKEN.findall(one), _TOKEN.findall(other)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = old[start : len(old) - end], new[start : len(new) - end]
    found: list[tuple[bool, str, str]] = [(True, *("".join(old[:start]),) * 2)]
    if len(middle[0]) * len(middle[1]) > _MOST:
        found.append((False, "".join(middle[0]), "".join(middle[1])))
    else:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
            stretch = (tag == "equal", "".join(middle[0][i1:i2]), "".join(middle[1][j1:j2]))
            if len(found) > 1 and found[-1][0] and found[-1][1].isspace() and not found[-2][0]:
                _, before, after = found.pop()
                _, was, now = found.pop()
                stretch = (False, was + before + stretch[1], now + after + stretch[2])
            found.append(stretch)
    found.append((True, *("".join(old[len(old) - end :]),) * 2))
    return [stretch for stretch in found if stretch[1] or stretch[2]]


def _spelled_out(one: str, other: str) -> tuple[str, str]:
    if look(one) == look(other):
        return _dotted(one), _dotted(other)
    one, other = (_dotted(text) if text.isspace() else _ODD_SPACE.sub(escape, text) for text in (one, other))
    return one, other


def _dotted(text: str) -> str:
    """Return the text in ASCII, its blanks as dots where it has more than one in a row, or at an end."""
    return re.sub(r"^ +| +$| {2,}", lambda blanks: "·" * len(blanks[0]), escaped(text))
