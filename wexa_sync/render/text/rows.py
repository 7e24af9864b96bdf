"""Write the fields of a change: a line each, and a long text below its line."""

from __future__ import annotations

from collections.abc import Sequence

from wexa_sync.render.rows.diff import Line, cut
from wexa_sync.render.rows.fields import Row
from wexa_sync.render.text.page import MARKED, Page, Part
from wexa_sync.render.text.style import COLORS, DIM, Detail

_WIDEST_LABEL = 28  # values of a change are aligned up to here
_AROUND_LABEL = 10  # columns that stand around a label


def write_rows(page: Page, rows: Sequence[Row], detail: Detail, *, new: bool = False) -> None:
    """Write the fields. Of a long text that is `new` the beginning is enough, unless the whole is wanted."""
    label = min(max((len(row.path) for row in rows), default=0), _WIDEST_LABEL, page.width // 2 - _AROUND_LABEL)
    for row in rows:
        _row(page, row, label)
        if row.lines and detail >= Detail.USUAL:
            _lines(page, row, whole=detail is Detail.WHOLE, excerpt=new and detail is Detail.USUAL)


def _row(page: Page, row: Row, label: int) -> None:
    name = f" {row.path}:".ljust(label + 2) + " "
    head: list[Part] = ["      ", (row.symbol, COLORS[row.symbol]), name]
    if row.before is not None and row.after is not None:
        pair: list[Part] = [(row.before, "red"), " → ", (row.after, "green")]
        if page.fits(*head, *pair):
            _noted(page, head, pair, row.note)
        else:
            page.wrapped(head, pair[0])
            _noted(page, [" " * (len(name) + 5), "→ "], pair[2:], row.note)
    else:
        _noted(page, head, [row.size if row.lines else row.after or row.before or ""], row.note)


def _noted(page: Page, head: Sequence[Part], value: Sequence[Part], note: str) -> None:
    """Write a value, and a note behind it or, where there is no room, below it."""
    remark: Part = (f"({note})", DIM)
    if note and page.fits(*head, *value, "  ", remark):
        page.wrapped(head, *value, "  ", remark)
        return
    page.wrapped(head, *value)
    if note:
        page.wrapped([" " * 10], remark)


def _lines(page: Page, row: Row, *, whole: bool, excerpt: bool) -> None:
    lines = row.beginning if excerpt else row.lines
    for line in lines:
        _line(page, line if whole else line.in_short, is_diff=row.symbol == "~", excerpt=excerpt)
    if len(lines) < len(row.lines):
        page.line(" " * 10, (f"… {len(row.lines) - len(lines)} more {row.unit}s (--details)", DIM))


def _line(page: Page, line: Line, *, is_diff: bool, excerpt: bool) -> None:
    if not is_diff:
        page.wrapped([" " * 10], cut(line.text) if excerpt else line.text)
        return
    color = COLORS.get(line.sign, "")
    sign = f"{line.sign} " if line.sign != "@" else ""
    body = ((text, f"{color} {MARKED}" if marked else color) for text, marked in line.segments)
    page.wrapped([" " * 10, (sign, color)], *body)
