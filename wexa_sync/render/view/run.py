"""Show an execution: what it is, its status and its result, and what it asks with the commands that answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wexa_sync.model import Question, Run
from wexa_sync.secrecy.redact import redact_run


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question that a run asks. `answers` are the commands that answer; none where only Wexa Studio can."""

    id: str
    type: str
    asker: str
    summary: str
    about: Mapping[str, str]
    inputs: Mapping[str, Any]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run to lay out. `address` is None for one that the state does not hold; `name` is the address or the id."""

    id: str
    name: str
    address: str | None
    project: str
    status: str
    goal: str
    inputs: Mapping[str, Any]
    result: str
    failure: str
    questions: tuple[QuestionView, ...]


def run_view(run: Run, answers: Sequence[Sequence[str]] = ()) -> RunView:
    """Return the view of a run, its secrets hidden. `answers` are the commands for each of its questions."""
    run = redact_run(run)
    return RunView(
        id=run.id,
        name=run.name,
        address=str(run.address) if run.address else None,
        project=run.project,
        status=run.status,
        goal=run.goal,
        inputs=run.inputs,
        result=run.result,
        failure=run.failure,
        questions=tuple(_question(*each) for each in zip(run.questions, answers, strict=True)),
    )


def _question(question: Question, answers: Sequence[str]) -> QuestionView:
    return QuestionView(
        id=question.id,
        type=question.type,
        asker=question.asker,
        summary=question.summary,
        about=question.about,
        inputs=question.inputs,
        answers=tuple(answers),
    )
