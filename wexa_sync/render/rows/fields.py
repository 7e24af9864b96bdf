"""Lay out the fields of a change: short values in a line, long text as lines or as a diff, all made visible."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.model import Ref
from wexa_sync.render.rows.alike import text_of, told_apart
from wexa_sync.render.rows.diff import Hunk, Line, hunks_of, hunks_of_texts, is_short, lines_of, unified
from wexa_sync.render.view.fields import ABSENT, FieldView
from wexa_sync.text.look import escaped, look
from wexa_sync.text.visible import visible

_EXCERPT = 4  # lines shown of a long text that is new
_LONG_NEW = 240  # a value of more characters is laid out as lines
_LONG_PAIR = 100  # the same where two versions stand side by side

_CHANGED_BY = {"repository": "", "live": "changed on the live side", "both": "changed on both sides"}


class Row(Struct, frozen=True, kw_only=True):
    """Describe a field laid out: short values in `before` and `after` (None: not there), a long one in `lines` alone.

    `hunks`: of two versions of a long value, where they differ; `lines` holds the same, one line under the other.
    """

    symbol: str
    path: str
    note: str
    before: str | None = None
    after: str | None = None
    lines: tuple[Line, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    unit: str = "line"

    @property
    def size(self) -> str:
        """Return how long a value is (`12 lines`), or how much of it changes (`+3 -1 lines`)."""
        added, removed = (sum(line.sign == sign for line in self.lines) for sign in "+-")
        signed = [f"{sign}{count}" for sign, count in (("+", added), ("-", removed)) if count]
        count = " ".join(signed) if self.symbol == "~" else str(added + removed)
        return f"{count} {self.unit}{'' if added + removed == 1 else 's'}"

    @property
    def beginning(self) -> tuple[Line, ...]:
        """Return the first lines of a long text. One line more costs no more than saying that it is there."""
        return self.lines[:_EXCERPT] if len(self.lines) > _EXCERPT + 1 else self.lines


def rows_of(fields: Iterable[FieldView]) -> tuple[Row, ...]:
    """Return the fields laid out. Of paths that look the same, the characters are written out."""
    rows = [row_of(field) for field in fields]
    looks = Counter(look(row.path) for row in rows)
    return tuple(replace(row, path=escaped(row.path)) if looks[look(row.path)] > 1 else row for row in rows)


def row_of(field: FieldView) -> Row:
    """Return the field laid out: short values as they are, a long new text as lines, a long changed one as a diff."""
    before, after, symbol = field.before, field.after, field.symbol
    row = Row(symbol=symbol, path=visible(field.path), note=_CHANGED_BY.get(field.changed_by, field.changed_by))
    limit = _LONG_PAIR if symbol == "~" else _LONG_NEW
    if not (_is_long(before, limit) or _is_long(after, limit)):
        return _in_a_line(row, before, after)
    unit = "line" if isinstance(before, str) or isinstance(after, str) else "item"
    if symbol != "~":
        lines = _units(after if before is ABSENT else before)
        return replace(row, lines=tuple(Line.plain(symbol, visible(line)) for line in lines), unit=unit)
    are_texts = isinstance(before, str) and isinstance(after, str)
    old, new = _units(before), _units(after)
    hunks = hunks_of_texts(before, after) if are_texts else hunks_of(old, new)
    headed = not is_short(len(old), len(new))
    return replace(row, lines=tuple(unified(hunks, headed=headed)), hunks=hunks, unit=unit)


def _in_a_line(row: Row, before: Any, after: Any) -> Row:
    one, other = (None if value is ABSENT else shown(value) for value in (before, after))
    if one is not None and other is not None:
        one, other = map(text_of, told_apart(one, other))
    return replace(row, before=one, after=other)


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
    """Return a value as lines to compare: a text's lines, a list's items."""
    if isinstance(value, str):
        return lines_of(value)
    return [shown(item) for item in value] if isinstance(value, (list, tuple)) else [shown(value)]
