"""Show executions as text for a terminal: a table of them, one of them, and what it asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from wexa_sync.render.layout import Layout
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import DIM
from wexa_sync.render.view.run import QuestionView, RunView
from wexa_sync.text.visible import prose, visible

_WIDE = 120  # from here on there is room for the id of a run that has an address too
_LEAST_GOAL = 12
_LABEL = 10

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
    """Return a table: status, address (or id, where there is none), and as much of the goal as fits."""
    page = Page(color=layout.color, width=layout.width)
    wide = page.width >= _WIDE
    rows = [["STATUS", "EXECUTION", *(["ID"] if wide else []), "GOAL"]]
    for view in views:
        rows.append([visible(view.status), visible(view.name), *([visible(view.id)] if wide else []), prose(view.goal)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        styles = ["bold"] * len(row) if row is rows[0] else [STATUS_COLORS.get(row[0], ""), "", DIM, ""]
        parts: list[Part] = []
        for cell, room, style in zip(row, widths, styles, strict=False):
            parts += [(cell, style), " " * (room - len(cell) + 2)]
        goal = page.clip(row[-1], *parts) if page.fits(*parts, " " * _LEAST_GOAL) else ""
        page.line(*parts, (goal, styles[0] if row is rows[0] else ""))
    return page.render()


def run_text(view: RunView, layout: Layout) -> str:
    """Return one execution: what it is, its status, what it asks (with the commands that answer), and its result."""
    page = Page(color=layout.color, width=layout.width)
    _labelled(page, "address", str(view.address or "-"))
    _labelled(page, "id", view.id)
    _labelled(page, "status", status_part(view.status))
    _labelled(page, "goal", prose(view.goal))
    for name, value in view.inputs.items():
        _labelled(page, "input", _value(name, value))
    if view.failure:
        _labelled(page, "failure", (prose(view.failure), "red"))
    for question in view.questions:
        page.blank()
        _question(page, question)
    return page.render() + (f"\n{lines_of(view.result)}\n" if view.result else "")


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
