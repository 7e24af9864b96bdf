"""Lay out the fields of a change for a terminal: short values in a line, long text as a diff, cut and made visible."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from wexa_sync.model import Ref
from wexa_sync.render.view.fields import ABSENT, FieldView
from wexa_sync.text.visible import visible

_LONG_NEW = 240  # a value of more characters is laid out as lines
_LONG_PAIR = 100  # the same where two versions stand side by side
_PROSE = 120  # a line of text longer than this is compared sentence by sentence
_UNBROKEN = 240  # a line longer than this is shown in part
_AROUND = 60  # characters kept on each side of a difference inside such a line
_CONTEXT = 2  # unchanged lines around a difference

_SENTENCE_END = re.compile(r"(?<=[.!?;:])[ ](?=\S)|(?<=[\u3002\uff01\uff1f])(?=.)")
_CHANGED_BY = {"repository": "", "live": "changed on the live side", "both": "changed on both sides"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a long value. `sign`: `+` added, `-` removed, a space for context, `@` for the head of a hunk."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field laid out: short values in `before` and `after` (None: not there), a long one in `lines` alone."""

    symbol: str
    path: str
    note: str
    before: str | None = None
    after: str | None = None
    lines: tuple[Line, ...] = ()
    unit: str = "line"

    @property
    def size(self) -> str:
        """Return how long a value is (`12 lines`), or how much of it changes (`+3 -1 lines`)."""
        added, removed = (sum(line.sign == sign for line in self.lines) for sign in "+-")
        signed = [f"{sign}{count}" for sign, count in (("+", added), ("-", removed)) if count]
        count = " ".join(signed) if self.symbol == "~" else str(added + removed)
        return f"{count} {self.unit}{'' if added + removed == 1 else 's'}"


def row_of(field: FieldView) -> Row:
    """Return the field laid out: short values as they are, a long new text as lines, a long changed one as a diff."""
    before, after, symbol = field.before, field.after, field.symbol
    row = Row(symbol=symbol, path=visible(field.path), note=_CHANGED_BY.get(field.changed_by, field.changed_by))
    limit = _LONG_PAIR if symbol == "~" else _LONG_NEW
    if not (_is_long(before, limit) or _is_long(after, limit)):
        one, other = (None if value is ABSENT else shown(value) for value in (before, after))
        return replace(row, before=one, after=other)
    old, new = _units(before), _units(after)
    if all(units[-1] == "" for units in (old, new) if units):
        old, new = old[:-1], new[:-1]  # a line break at the end begins no line
    if old == new:
        old, new = [ascii(before)], [ascii(after)]  # they differ in what can't be seen
    lines = _diff(old, new) if symbol == "~" else (Line(sign=symbol, text=_cut(text)) for text in old + new)
    texts = isinstance(before, str) or isinstance(after, str)
    return replace(row, lines=tuple(lines), unit="line" if texts else "item")


def shown(value: Any) -> str:
    """Return a value on one line, much as JSON has it; references by address or name, secrets as `(sensitive)`."""
    if isinstance(value, str):
        return '"' + visible(value.replace("\\", "\\\\").replace('"', '\\"')) + '"'
    if isinstance(value, Ref):
        return visible(_ref_text(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{visible(str(key))}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(shown, value)) + "]"
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return visible(str(value))


def _ref_text(ref: Ref) -> str:
    if ref.address is not None:
        return str(ref.address)
    return f"external {shown(ref.external)}" if ref.external is not None else f"id {ref.id}"


def _is_long(value: Any, limit: int) -> bool:
    if isinstance(value, str):
        return len(value) > limit or "\n" in value.rstrip("\n")
    return isinstance(value, (list, tuple)) and len(shown(value)) > limit


def _units(value: Any) -> list[str]:
    """Return a value as lines to compare: a text's lines (long ones by sentence), a list's items."""
    if value is ABSENT:
        return []
    if isinstance(value, str):
        return [visible(unit) for line in value.split("\n") for unit in _sentences(line)]
    return [shown(item) for item in value] if isinstance(value, (list, tuple)) else [shown(value)]


def _sentences(line: str) -> Iterator[str]:
    first, *others = _SENTENCE_END.split(line) if len(line) > _PROSE else (line,)
    yield first
    yield from (f"↳ {sentence}" for sentence in others)


def _diff(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    whole = max(len(old), len(new)) <= 2 * _CONTEXT + 1  # so short that its head would say nothing
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        if not whole:
            (_, from_old, _, from_new, _), (_, _, to_old, _, to_new) = group[0], group[-1]
            sizes = f"-{from_old + 1},{to_old - from_old} +{from_new + 1},{to_new - from_new}"
            yield Line(sign="@", text=f"@@ {sizes} @@")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (Line(sign=" ", text=_cut(text)) for text in old[i1:i2])
            else:
                yield from _replaced(old[i1:i2], new[j1:j2])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    if len(old) == len(new):  # lines that were edited one by one: show of each what differs
        pairs = [_cut_around(one, other) for one, other in zip(old, new, strict=True)]
        old, new = [one for one, _ in pairs], [other for _, other in pairs]
    for sign, lines in (("-", old), ("+", new)):
        yield from (Line(sign=sign, text=_mark_trailing(_cut(text))) for text in lines)


def _mark_trailing(text: str) -> str:
    """Return the text with the blanks at its end as dots: they are part of the change, and would not be seen."""
    bare = text.rstrip(" ")
    return bare + "·" * (len(text) - len(bare))


def _cut(text: str) -> str:
    if len(text) <= _UNBROKEN:
        return text
    keep = _UNBROKEN - 2 * _AROUND
    return f"{text[:keep]} … {len(text) - keep} more characters"


def _cut_around(one: str, other: str) -> tuple[str, str]:
    """Return two versions of a long line, each cut to the part that differs and a little around it."""
    if max(len(one), len(other)) <= _UNBROKEN:
        return one, other
    shortest = min(len(one), len(other))
    head = next((i for i in range(shortest) if one[i] != other[i]), shortest)
    tail = next((i for i in range(shortest - head) if one[-1 - i] != other[-1 - i]), shortest - head)
    start = max(0, head - _AROUND)

    def window(text: str) -> str:
        end = min(len(text), len(text) - tail + _AROUND)
        return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")

    return window(one), window(other)
