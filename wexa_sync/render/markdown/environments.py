"""Write the plans of several environments side by side, as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable

from wexa_sync.render.layout import Layout
from wexa_sync.render.markdown.document import Dialect, Part, Section, document
from wexa_sync.render.markdown.plan import whole
from wexa_sync.render.markdown.words import code, prose
from wexa_sync.render.view.environments import EnvironmentsView


def environments_markdown(view: EnvironmentsView, layout: Layout, dialect: Dialect) -> str:
    """Return the table as Markdown: a row a resource, a column an environment."""
    legend = ", ".join(f"{code(symbol)} {meaning}" for symbol, meaning in view.legend)
    head = f"## wexa-sync: {len(view.columns)} environments\n\n**{prose(view.summary)}**\n"
    if legend:
        head += f"\n{legend}\n"
    names = _row(["", *(_cell(column.name) for column in view.columns)])
    top = Part(f"{names}{_row(['---', *(':-:' for _ in view.columns)])}", count=0)
    rows = [Part(_row([_cell(str(address)), *map(_cell, row)])) for address, row in view.rows]
    counts = [
        Part(_row([name, *("?" if count is None else str(count) for count in numbers)]), count=0)
        for name, numbers in view.counts
    ]
    errors = [
        Part(f"- {code(column.name)}: {prose(column.error.message.rstrip('.'))}. {prose(column.error.hint)}\n")
        for column in view.columns
        if column.error
    ]
    sections = [
        Section("Not planned", errors, "errors", grave=True),
        Section("Not as declared", [top, *counts, *rows] if rows else [], "resources"),
    ]
    return document(head, sections, dialect, taken=layout.taken, whole=whole(layout))


def _cell(text: str) -> str:
    return code(text).replace("|", "\\|") if text.strip() else ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
