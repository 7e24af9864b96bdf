"""Executions as terminal text and as JSON data: a list, one of them, and what it asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from wexa_sync.model import Question, Run
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import DIM
from wexa_sync.secrecy.redact import redact_run
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
    """A status word in its colour; one that is not known, as it is."""
    return (visible(status), STATUS_COLORS.get(status, ""))


def runs_text(runs: Sequence[Run], *, color: bool, width: int) -> str:
    """A table: status, address (or id, where there is none), and of the goal what fits."""
    page = Page(color=color, width=width)
    wide = page.width >= _WIDE
    rows = [["STATUS", "EXECUTION", *(["ID"] if wide else []), "GOAL"]]
    for run in map(redact_run, runs):
        rows.append([visible(run.status), visible(run.name), *([visible(run.id)] if wide else []), prose(run.goal)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        styles = ["bold"] * len(row) if row is rows[0] else [STATUS_COLORS.get(row[0], ""), "", DIM, ""]
        parts: list[Part] = []
        for cell, room, style in zip(row, widths, styles, strict=False):
            parts += [(cell, style), " " * (room - len(cell) + 2)]
        goal = page.clip(row[-1], *parts) if page.fits(*parts, " " * _LEAST_GOAL) else ""
        page.line(*parts, (goal, styles[0] if row is rows[0] else ""))
    return page.render()


def run_text(run: Run, answers: Sequence[Sequence[str]], *, color: bool, width: int) -> str:
    """One execution: what it is, how it stands, what it asks (with the commands that answer), and its result."""
    run = redact_run(run)
    page = Page(color=color, width=width)
    _labelled(page, "address", visible(str(run.address or "-")))
    _labelled(page, "id", visible(run.id))
    _labelled(page, "status", status_part(run.status))
    _labelled(page, "goal", prose(run.goal))
    for name, value in run.inputs.items():
        _labelled(page, "input", _value(name, value))
    if run.failure:
        _labelled(page, "failure", (prose(run.failure), "red"))
    for question, commands in zip(run.questions, answers, strict=True):
        page.blank()
        _question(page, question, commands)
    return page.render() + (f"\n{lines_of(run.result)}\n" if run.result else "")


def question_text(run: Run, question: Question, commands: Sequence[str], *, color: bool, width: int) -> str:
    """What a run asks, while one waits for it."""
    page = Page(color=color, width=width)
    (redacted,) = redact_run(replace(run, questions=(question,))).questions
    page.line((visible(run.name), "bold"), " waits for an answer:")
    _question(page, redacted, commands)
    return f"\n{page.render()}\n"


def lines_of(text: str) -> str:
    """Text of many lines made visible, each line as it is."""
    return "\n".join(map(visible, text.strip().splitlines()))


def spell(seconds: float) -> str:
    """A length of time as people say it: 9 s, 2 min 05 s, 1 h 12 min."""
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def run_data(run: Run) -> dict[str, Any]:
    """The execution as an entry of the JSON list."""
    run = redact_run(run)
    return {
        "id": run.id,
        "status": run.status,
        "goal": run.goal,
        "project": run.project,
        "address": str(run.address) if run.address else None,
    }


def run_details(run: Run, answers: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The execution as JSON data, whole."""
    run = redact_run(run)
    asks = [question_data(run, *each) for each in zip(run.questions, answers, strict=True)]
    more = {"inputs": run.inputs, "result": run.result, "failure": run.failure or None, "asks": asks}
    return {**run_data(run), **more}


def question_data(run: Run, question: Question, commands: Sequence[str]) -> dict[str, Any]:
    """A question as JSON data."""
    (redacted,) = redact_run(replace(run, questions=(question,))).questions
    return {
        "id": redacted.id,
        "type": redacted.type,
        "agent": redacted.agent,
        "summary": redacted.summary,
        "about": redacted.about,
        "inputs": redacted.inputs,
        "answers": list(commands),
    }


def _question(page: Page, question: Question, commands: Sequence[str]) -> None:
    words = question.type.replace("_", " ")
    by = f" ({question.agent})" if question.agent else ""
    _labelled(page, "asks", (visible(f"{words}{by}"), "magenta"))
    _labelled(page, "", prose(question.summary))
    for name, text in question.about.items():
        _labelled(page, visible(name), prose(text))
    for name, value in question.inputs.items():
        _labelled(page, "input", _value(name, value))
    page.line((f"{'answer':<{_LABEL}}", DIM), "with" if commands else "in Wexa Studio")
    for command in commands:
        page.line("  ", (visible(command), "bold"))


def _labelled(page: Page, label: str, *parts: Part) -> None:
    page.wrapped([(f"{label:<{_LABEL}}", DIM)], *parts)


def _value(name: str, value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return prose(f"{name} = {shown}")
