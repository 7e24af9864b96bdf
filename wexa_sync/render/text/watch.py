"""Show what happens to executions as lines of a terminal: when, and what."""

from __future__ import annotations

from collections.abc import Sequence

from wexa_sync.model import Step
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.runs import price, status_part, tokens, took
from wexa_sync.render.text.style import DIM
from wexa_sync.render.view.run import RunView
from wexa_sync.text.times import utc
from wexa_sync.text.visible import prose


def status_text(at: float, status: str, layout: Layout) -> str:
    """Return the line of a new status of the run that is watched."""
    return _line(at, [status_part(status)], "", layout)


def changed_text(at: float, view: RunView, layout: Layout) -> str:
    """Return the line of a new status of one of many runs."""
    return _line(at, [status_part(view.status), "  ", (view.name, "bold"), "  "], prose(view.goal), layout)


def step_text(at: float, step: Step, layout: Layout) -> str:
    """Return the line of what an agent did, and that of its error."""
    usage = step.usage
    used = f"{tokens(usage.tokens)} tokens" if usage.tokens is not None else ""
    cost = f"price {price(usage.price)}" if usage.price is not None else ""
    figures = ", ".join(filter(None, (took(usage.seconds), used, cost)))
    line = _line(
        at, ["  ", (prose(step.title or step.id), "bold"), "  ", status_part(step.status), "  "], figures, layout
    )
    if not step.error:
        return line
    page = Page(color=layout.color, width=layout.width)
    page.wrapped([" " * 12, ("error: ", DIM)], (prose(step.error), "red"))
    return line + page.render()


def _line(at: float, parts: Sequence[Part], rest: str, layout: Layout) -> str:
    page = Page(color=layout.color, width=layout.width)
    head: list[Part] = [(utc(at)[11:19], DIM), "  ", *parts]
    page.line(*head, page.clip(rest, *head) if rest else "")
    return page.render()
