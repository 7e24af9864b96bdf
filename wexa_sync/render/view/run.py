"""Show an execution: what it is, its status and its result, and what it asks with the commands that answer."""

from __future__ import annotations

from collections.abc import Sequence

from wexa_sync.model import Question, Run
from wexa_sync.render.view import view_of
from wexa_sync.secrecy.redact import redact_run


class QuestionView(Question, frozen=True, kw_only=True):
    """Represent a question that a run asks. `answers` are the commands that answer; none where only Wexa Studio can."""

    answers: tuple[str, ...] = ()


class RunView(Run, frozen=True, kw_only=True):
    """Represent a run to lay out."""

    questions: tuple[QuestionView, ...] = ()


def run_view(run: Run, answers: Sequence[Sequence[str]] = ()) -> RunView:
    """Return the view of a run, its secrets hidden. `answers` are the commands for each of its questions."""
    run = redact_run(run)
    asked = zip(run.questions, answers, strict=True)
    questions = tuple(view_of(QuestionView, question, answers=tuple(commands)) for question, commands in asked)
    return view_of(RunView, run, questions=questions)
