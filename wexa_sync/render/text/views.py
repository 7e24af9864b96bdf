"""Show what can be read of the workspace as a table, one item field by field, or a response as it came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from wexa_sync.model import Title, Viewed, ViewRow
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.columns import columns, cut_to
from wexa_sync.render.text.page import Page
from wexa_sync.render.text.style import DIM
from wexa_sync.text.visible import prose, visible, visible_json

_LEAST = 8  # characters that a cell keeps when others need room
_LONGEST_LABEL = 30


def viewed_text(viewed: Viewed, layout: Layout) -> str:
    """Return a table, or one item field by field. What has no known form is JSON as it came."""
    if not viewed.titles:
        return "\n".join(_as_it_came(viewed.rows))
    if viewed.alone:
        return _fields(viewed.rows[0].value, layout)
    about = f"{_fields(viewed.about, layout)}\n" if viewed.about else ""
    if viewed.by_project:
        return about + "\n".join(_tables(viewed, layout))
    return about + _table(viewed.titles, viewed.rows, layout)


def viewed_lines(viewed: Viewed) -> str:
    """Return a table for a pipe: a line for each item, tabs between the cells, nothing cut."""
    if not viewed.titles or viewed.alone:
        return viewed_text(viewed, Layout())
    rows = ((*([row.project] if viewed.by_project else []), *row.cells) for row in viewed.rows)
    return "".join("\t".join(map(visible, cells)) + "\n" for cells in rows)


def _as_it_came(rows: Sequence[ViewRow]) -> Iterator[str]:
    for row in rows:
        if len(rows) > 1:
            yield f"# {visible(' / '.join(filter(None, (row.project, row.owner, row.name))))}"
        yield visible_json(json.dumps(row.value, ensure_ascii=False, indent=2))
    yield ""


def _tables(viewed: Viewed, layout: Layout) -> Iterator[str]:
    """Yield a table for each project, under its name."""
    for project, rows in groupby(viewed.rows, key=lambda row: row.project):
        page = Page(color=layout.color, width=layout.width)
        page.line(("Project ", "bold"), (repr(project), "bold"))
        yield page.render() + _table(viewed.titles, list(rows), layout)


def _table(titles: Sequence[Title], rows: Sequence[ViewRow], layout: Layout) -> str:
    page = Page(color=layout.color, width=layout.width)
    cells = [tuple(title.text for title in titles), *(tuple(map(prose, row.cells)) for row in rows)]
    widths = _widths([max(map(columns, column)) for column in zip(*cells, strict=True)], titles, page.width)
    for row in cells:
        shown = [_fitted(cell, width) for cell, width in zip(row, widths, strict=False)]
        page.line(("  ".join(shown), "bold" if row is cells[0] else ""))
    return page.render()


def _widths(wanted: list[int], titles: Sequence[Title], room: int) -> list[int]:
    """Return the width of each column. The widest that may be cut are cut; where that is not enough, the last goes."""
    widths = [*wanted]
    while over := max(sum(widths) + 2 * (len(widths) - 1) - room, 0):
        least = [width if title.fixed else min(width, _LEAST) for width, title in zip(wanted, titles, strict=False)]
        spare = [width - low for width, low in zip(widths, least, strict=False)]
        widest = max(range(len(widths)), key=lambda number: widths[number] if spare[number] else 0)
        if not spare[widest] and len(widths) > 1:
            wanted = wanted[:-1]
            widths = [*wanted]
            continue
        if not spare[widest]:
            return widths
        second = max((widths[number] for number in range(len(widths)) if spare[number] and number != widest), default=0)
        widths[widest] -= min(over, spare[widest], max(widths[widest] - second, 1))
    return widths


def _fitted(text: str, width: int) -> str:
    """Return the text in just so many columns of a terminal."""
    if columns(text) > width:
        text = f"{cut_to(text, width - 3)}..."
    return text + " " * (width - columns(text))


def _fields(value: Any, layout: Layout) -> str:
    """Return one item: a line for each value in it, under the path of keys that leads there."""
    page = Page(color=layout.color, width=layout.width)
    pairs = [*_flat(value)]
    label = min(max((len(name) for name, _ in pairs), default=0), _LONGEST_LABEL)
    for name, text in pairs:
        page.wrapped([(f"{visible(name):<{label}}  ", DIM)], prose(text))
    return page.render()


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{name}[{number}]")
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
