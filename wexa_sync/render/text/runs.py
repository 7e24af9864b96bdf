"""Show executions as text for a terminal: a table of them, one of them, and what it asks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from wexa_sync.model import Step, Usage
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import DIM
from wexa_sync.render.view.run import QuestionView, RunView
from wexa_sync.text.times import spell, utc
from wexa_sync.text.visible import prose, visible

_LEAST_GOAL = 10
_LABEL = 10
_LONGEST_STATUS = 16
_GAP = 2
EARLIER: Final = "*"
"""The mark of a run whose address has a later one by now."""
_SOON = 10.0  # seconds

STATUS_COLORS: Final = {
    "completed": "green",
    "failed": "red",
    "cancelled": "red",
    "canceled": "red",
    "ready": "cyan",
    "running": "cyan",
    "paused": "yellow",
    "input_required": "magenta",
    "waiting": "magenta",
}


def status_part(status: str) -> Part:
    """Return a status word in its colour; an unknown one without colour."""
    return (visible(status), STATUS_COLORS.get(status, ""))


def runs_text(views: Sequence[RunView], layout: Layout) -> str:
    """Return a table: status, address (or id, where there is none), and of the rest what fits: when, how long, goal."""
    page = Page(color=layout.color, width=layout.width)
    columns = [
        ("STATUS", [visible(view.status)[:_LONGEST_STATUS] for view in views]),
        ("EXECUTION", [visible(called(view)) for view in views]),
    ]
    room = page.width - _GAP - _LEAST_GOAL
    for title, cells in _further(views):
        if any(cells) and _widths([*columns, (title, cells)]) <= room:
            columns.append((title, cells))
    sizes = [max(map(len, (title, *cells))) for title, cells in columns]
    goals = [prose(view.goal) for view in views]
    _row(page, [title for title, _ in columns], sizes, "GOAL", ["bold"] * (len(columns) + 1))
    for number, goal in enumerate(goals):
        cells = [cells[number] for _, cells in columns]
        _row(page, cells, sizes, goal, [STATUS_COLORS.get(cells[0], ""), "", *[DIM] * (len(cells) - 2), ""])
    if any(view.earlier for view in views):
        page.line((f"{EARLIER} an earlier run of that address: name it by its id.", DIM))
    return page.render()


def run_line(view: RunView) -> str:
    """Return a line for a program: the fields of a run with tabs between them, `-` for what is not known."""
    figures = [view.seconds and round(view.seconds, 3), view.usage.tokens, view.usage.price]
    known = ["-" if figure is None else str(figure) for figure in figures]
    when = "-" if view.created is None else utc(view.created)
    fields = (view.id, view.status, str(view.address or "-"), view.goal, when, *known)
    return "\t".join(map(visible, fields)) + "\n"


def called(view: RunView) -> str:
    """Return what a run is called in a list: its address, with a mark where that has a later run; else its id."""
    return f"{view.address}{EARLIER}" if view.earlier else view.name


def _further(views: Sequence[RunView]) -> list[tuple[str, list[str]]]:
    """Return the columns that are shown where there is room, the most wanted first."""
    return [
        ("AT (UTC)", [_short(view.created) for view in views]),
        ("TOOK", [took(view.seconds) for view in views]),
        ("PRICE", [price(view.usage.price) for view in views]),
        ("ID", [visible(view.id) if view.address else "" for view in views]),
    ]


def _widths(columns: Sequence[tuple[str, Sequence[str]]]) -> int:
    return sum(max(map(len, (title, *cells))) + _GAP for title, cells in columns) - _GAP


def _row(page: Page, cells: Sequence[str], sizes: Sequence[int], goal: str, styles: Sequence[str]) -> None:
    parts: list[Part] = []
    for cell, size, style in zip(cells, sizes, styles, strict=False):
        parts += [(cell, style), " " * (size - len(cell) + _GAP)]
    shown = page.clip(goal, *parts) if page.fits(*parts, " " * _LEAST_GOAL) else ""
    page.line(*parts, (shown, styles[-1]))


def _short(epoch: float | None) -> str:
    """Return a time as 11-29 12:17."""
    return "" if epoch is None else utc(epoch)[5:16].replace("T", " ")


def took(seconds: float | None) -> str:
    """Return a length of time; a short one with its fraction."""
    return "" if seconds is None else f"{seconds:.1f} s" if seconds < _SOON else spell(seconds)


def price(value: float | None) -> str:
    """Return a price in the API's own unit, which no page names."""
    return "" if value is None else f"{value:.4g}"


def tokens(count: int | None) -> str:
    """Return a number of tokens with its thousands apart."""
    return "" if count is None else f"{count:,}"


def run_text(view: RunView, layout: Layout) -> str:
    """Return one execution: what it is, its status, what it asks (with the commands that answer), and its result."""
    page = Page(color=layout.color, width=layout.width)
    later = " (it has a later run)" if view.earlier else ""
    _labelled(page, "address", f"{view.address or '-'}{later}")
    _labelled(page, "id", view.id)
    if view.target_name:
        _labelled(page, "flow", prose(view.target_name))
    _labelled(page, "status", status_part(view.status))
    if view.created is not None:
        length = f", took {took(view.seconds)}" if view.seconds is not None else ""
        _labelled(page, "created", f"{utc(view.created)}{length}")
    if cost := ", ".join(_cost(view.usage)):
        _labelled(page, "cost", cost)
    _labelled(page, "goal", prose(view.goal))
    for name, value in view.inputs.items():
        _labelled(page, "input", _value(name, value))
    if view.failure:
        _labelled(page, "failure", (prose(view.failure), "red"))
    if any(step.status for step in view.steps):
        page.blank()
        _steps(page, view.steps)
    for question in view.questions:
        page.blank()
        _question(page, question)
    return page.render() + (f"\n{lines_of(view.result)}\n" if view.result else "")


def _cost(usage: Usage) -> Iterator[str]:
    if usage.tokens is not None:
        yield f"{usage.tokens:,} tokens"
    if usage.price is not None:
        yield f"price {price(usage.price)}"


def _steps(page: Page, steps: Sequence[Step]) -> None:
    """Write a table of the agents of a run, then what each of them noted, and its error."""
    head = ("AGENT", "STATUS", "MODEL", "TOOK", "TOKENS", "PRICE")
    page.table(head, [_cells(step) for step in steps], texts=3)
    for step in steps:
        if step.entries or step.error:
            page.blank()
            page.wrapped([], (prose(step.title or step.id), "bold"))
        for entry in step.entries:
            label = f"  {visible(entry.type)[:_LONGEST_STATUS]:<12}"
            page.line((label, DIM), page.clip(prose(entry.summary), label))
        if step.error:
            page.wrapped([(f"  {'error':<12}", DIM)], (prose(step.error), "red"))


def _cells(step: Step) -> list[str]:
    usage = step.usage
    name = prose(step.title or step.id)
    figures = (took(usage.seconds), tokens(usage.tokens), price(usage.price))
    return [name, visible(step.status)[:_LONGEST_STATUS] or "-", visible(step.model), *figures]


def asked_text(target: str, view: RunView, layout: Layout) -> str:
    """Return what is about to be run, for the person who is asked whether to."""
    page = Page(color=layout.color, width=layout.width)
    _labelled(page, "run", (target, "bold"))
    _labelled(page, "as", str(view.address))
    _labelled(page, "goal", prose(view.goal))
    for name, value in view.inputs.items():
        _labelled(page, "input", _value(name, value))
    return page.render()


def questions_text(view: RunView, layout: Layout) -> str:
    """Return what a run asks, to be shown while the command waits for the run."""
    page = Page(color=layout.color, width=layout.width)
    page.line((view.name, "bold"), " waits for an answer:")
    for question in view.questions:
        _question(page, question)
    return f"\n{page.render()}\n"


def lines_of(text: str) -> str:
    """Return a text of many lines made visible, line by line."""
    return "\n".join(map(visible, text.strip().splitlines()))


def _question(page: Page, question: QuestionView) -> None:
    words = question.type.replace("_", " ")
    by = f" ({question.asker})" if question.asker else ""
    _labelled(page, "asks", (f"{words}{by}", "magenta"))
    _labelled(page, "", prose(question.summary))
    for name, text in question.about.items():
        _labelled(page, visible(name), prose(text))
    for name, value in question.inputs.items():
        _labelled(page, "input", _value(name, value))
    page.line((f"{'answer':<{_LABEL}}", DIM), "with" if question.answers else "in Wexa Studio")
    for command in question.answers:
        page.line("  ", (command, "bold"))


def _labelled(page: Page, label: str, *parts: Part) -> None:
    page.wrapped([(f"{label:<{_LABEL}}", DIM)], *parts)


def _value(name: str, value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return prose(f"{name} = {shown}")
