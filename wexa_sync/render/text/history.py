"""Show the applies of the past as text for a terminal: a table of them, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wexa_sync.render.layout import Layout
from wexa_sync.render.rows.fields import rows_of
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.rows import write_rows
from wexa_sync.render.text.style import COLORS, DIM, Detail
from wexa_sync.render.view.history import UNKNOWN, PastView
from wexa_sync.render.view.plan import SYMBOLS
from wexa_sync.text.visible import visible

_HEAD = ("APPLY", "WHO", "COMMIT", "DIGEST", "CHANGES", "OUTCOME")
_WHO = 1  # the column that is cut where the line is too long
_LEAST_WHO = 8
_LABEL = 13
_COLORS: Final = {"done": "green", UNKNOWN: "magenta", "failed": "red", "conflict": "red", "skipped": DIM}


def history_text(views: Sequence[PastView], layout: Layout) -> str:
    """Return a table of applies, the newest first, that fits into 80 columns."""
    page = Page(color=layout.color, width=layout.width)
    rows = [_HEAD, *map(_cells, views)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    over = sum(widths) + 2 * (len(widths) - 1) - page.width
    widths[_WHO] = max(widths[_WHO] - max(over, 0), _LEAST_WHO)
    for row in rows:
        cells = [f"{_cut(cell, width):<{width}}" for cell, width in zip(row, widths, strict=True)]
        style = "bold" if row is _HEAD else ""
        page.line(("  ".join(cells[:-1]), style), "  ", (row[-1], style or _COLORS.get(row[-1], "red")))
    return page.render()


def _cells(view: PastView) -> tuple[str, ...]:
    counts = " ".join(f"{count}{SYMBOLS[action]}" for action, count in view.counts.items())
    who = visible(view.apply.origin.who) or "-"
    return (visible(view.apply.id), who, visible(view.commit) or "-", view.digest[:9] or "-", counts, view.outcome)


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"


def past_text(view: PastView, layout: Layout) -> str:
    """Return one apply: where it came from, each change, and what it replaced."""
    page = Page(color=layout.color, width=layout.width)
    origin = view.apply.origin
    commit = f"{origin.commit}{' (and changes that are not committed)' if origin.dirty else ''}"
    for label, text in (
        ("apply", view.apply.id),
        ("started", view.started),
        ("who", origin.who),
        ("command", origin.command),
        ("environment", origin.environment),
        ("commit", commit if origin.commit else ""),
        ("digest", view.digest),
        ("outcome", view.outcome),
        *(("moved", f"{old} -> {new}") for old, new in view.apply.moved),
    ):
        if text:
            page.wrapped([(f"{label:<{_LABEL}}", DIM)], visible(text))
    page.blank()
    for each in view.changes:
        word: Part = (f"{each.word:<8}", _COLORS.get(each.word, ""))
        head: list[Part] = ["  ", word, "  ", (each.symbol, COLORS.get(each.symbol, "")), " "]
        head.append((visible(str(each.change.address)), "bold"))
        id_ = f"  ({visible(each.change.id)})" if each.change.id else ""
        page.line(*head, *([(id_, DIM)] if id_ and page.fits(*head, id_) else []))
        write_rows(page, rows_of(each.leaves), Detail.USUAL)
    return page.render()
