"""Show a report as text for a terminal."""

from __future__ import annotations

from typing import Final

from wexa_sync.model import Action, Outcome, Status
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import COLORS, DIM, MANY
from wexa_sync.render.view.plan import SYMBOLS
from wexa_sync.render.view.report import STATUS_WORDS, ReportView
from wexa_sync.text.visible import prose

_WORTH_SHOWING = 0.1  # seconds: a shorter change was as quick as one expects

_STATUS_COLORS: Final = {Status.APPLIED: "green", Status.SKIPPED: DIM}


def report_text(view: ReportView, layout: Layout) -> str:
    """Return a receipt for the terminal: each change and how it ended, then what to do next.

    Of many, those that are not done come last, where they are seen. A summary counts those that are done.
    """
    brief = len(view.outcomes) > MANY
    page = Page(color=layout.color, width=layout.width)
    page.wrapped([], (f"Apply to {view.report.plan.target}", "bold"))
    page.blank()
    for outcome in sorted(view.outcomes, key=_graveness) if brief else view.outcomes:
        if not (brief and layout.level is Level.SUMMARY and _is_plain(outcome)):
            _receipt(page, outcome, brief=brief)
    if blocked := len(view.report.plan.blocked):
        page.blank()
        page.wrapped([], f"{blocked} blocked, and left as it is: the plan above says why, and what you can do.")
    page.blank()
    page.line((view.summary, "bold green" if view.complete else "bold red"))
    for step in view.next_steps:
        page.wrapped(["  * "], prose(step.text))
        for command in step.commands:
            page.line("      ", (command, "bold"))
    return page.render()


def _is_plain(outcome: Outcome) -> bool:
    """True for a change that was made, of which there is nothing to say."""
    starts = outcome.change.action is Action.RUN
    return outcome.status is Status.APPLIED and not starts and not outcome.warnings


def _graveness(outcome: Outcome) -> int:
    return {Status.APPLIED: 0, Status.SKIPPED: 1}.get(outcome.status, 2)


def _receipt(page: Page, outcome: Outcome, *, brief: bool) -> None:
    """Write how a change ended; in `brief`, its id and time where there is room. The id of a run is always there."""
    status = (f"{STATUS_WORDS[outcome.status]:<8}", _STATUS_COLORS.get(outcome.status, "red"))
    symbol = SYMBOLS[outcome.change.action]
    head: list[Part] = ["  ", status, "  ", (symbol, COLORS.get(symbol, "")), " "]
    head.append((str(outcome.change.address), "bold"))
    seconds = f"{outcome.seconds:.1f} s" if outcome.seconds >= _WORTH_SHOWING else ""
    facts = ", ".join(filter(None, (outcome.id, seconds)))
    if facts and page.fits(*head, f"  ({facts})"):
        head.append((f"  ({facts})", DIM))
        facts = ""
    page.line(*head)
    is_kept = not brief or (outcome.id and outcome.change.action is Action.RUN)
    for text in (f"({facts})" if facts and is_kept else "", prose(outcome.error)):
        if text:
            page.wrapped([" " * 14], text)
    for label, texts in (("hint", [outcome.hint]), ("warning", outcome.warnings)):
        for text in filter(None, texts):
            page.wrapped([" " * 14, (f"{label}: ", DIM)], prose(text))
