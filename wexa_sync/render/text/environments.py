"""Show the plans of several environments side by side, as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from wexa_sync.render.layout import Layout
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import COLORS, DIM
from wexa_sync.render.view.environments import EnvironmentsView
from wexa_sync.text.visible import prose, visible

_LEAST = 30  # columns that addresses have in any case
_GAP = 2


def environments_text(view: EnvironmentsView, layout: Layout) -> str:
    """Return the table: a row a resource, a column an environment. Only what is not as declared has a row."""
    page = Page(color=layout.color, width=layout.width)
    names = [visible(column.name) for column in view.columns]
    short = page.width - sum(max(len(name), 3) + _GAP for name in names) < _LEAST
    heads = [str(number) for number in range(1, len(names) + 1)] if short else names
    page.wrapped([], (f"Plan of {len(names)} environments", "bold"))
    page.blank()
    widest = max(map(len, names))
    for head, name, column in zip(heads, names, view.columns, strict=True):
        number = f"{head}  " if short else ""
        page.line(f"  {number}{name:{widest}}  ", column.place or ("could not be planned", "red"))
    page.blank()
    if view.rows:
        _table(page, view, heads)
    for column in view.columns:
        if column.error:
            page.wrapped([(f"Error in {column.name}: ", "bold red")], prose(column.error.message))
            page.wrapped([("Hint: ", "bold")], prose(column.error.hint))
            page.blank()
    page.wrapped([], (view.summary, "bold"))
    return page.render()


def _table(page: Page, view: EnvironmentsView, heads: Sequence[str]) -> None:
    legend: list[Part] = []
    for symbol, meaning in view.legend:
        legend += ["  ", (symbol, COLORS.get(symbol, "")), (f" {meaning}", DIM)]
    page.wrapped([], *legend)
    page.blank()
    widths = [max(len(head), 3) for head in heads]
    room = max(page.width - sum(width + _GAP for width in widths), _LEAST)
    label = min(max(len(visible(str(address))) + 2 for address, _ in view.rows), room)
    titles = (f"{' ' * _GAP}{head:^{width}}" for head, width in zip(heads, widths, strict=True))
    page.line(" " * label, *((title, "bold") for title in titles))
    for address, row in view.rows:
        name = f"  {visible(str(address))}"
        if len(name) > label:  # nobody can copy an address from two lines
            page.line(name)
            name = ""
        cells = ((f"{symbol:^{width}}", COLORS.get(symbol, "")) for symbol, width in zip(row, widths, strict=True))
        page.line(f"{name:{label}}", *(part for cell in cells for part in (" " * _GAP, cell)))
    page.blank()
    for name, counts in view.counts:
        shown = ("?" if count is None else str(count) for count in counts)
        cells_of = (" " * _GAP + f"{count:^{width}}" for count, width in zip(shown, widths, strict=True))
        page.line((f"  {name:{label - 2}}", DIM), *cells_of)
    page.blank()
