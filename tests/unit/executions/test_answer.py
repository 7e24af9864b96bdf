"""The commands that answer the questions of a run."""

from __future__ import annotations

import pytest

from wexa_sync.executions.answer import how_to_answer
from wexa_sync.kinds.inbox import ANOMALY, INBOX, INPUT, PREVIEW
from wexa_sync.model import Question, Run


def commands(*questions: Question) -> list[str]:
    """Return the commands that answer the first question, without `wexa-sync executions answer e1`."""
    run = Run(kind="Execution", id="e1", status="waiting", questions=questions)
    return [each.removeprefix("wexa-sync executions answer e1 ") for each in how_to_answer(run, questions[0])]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question(id="q", type=PREVIEW, inputs={"content.title": "x"}), ["--approve"]),
        (Question(id="q", type=ANOMALY), ["--approve", "--reject"]),
        (Question(id="q", type=INPUT), ["--input NAME=VALUE"]),
        (Question(id="q", type=INPUT, inputs={"to": "", "cc": ""}), ["--input to=... --input cc=..."]),
        (Question(id="q", type="of another kind"), []),
    ],
    ids=lambda value: value.type if isinstance(value, Question) else "",
)
def test_each_type_of_question_has_its_commands(question: Question, said: list[str]) -> None:
    assert commands(question) == said
    assert commands(question, Question(id="r", type=PREVIEW)) == [f"--item q {each}" for each in said]


def test_every_type_that_has_a_call_has_a_command() -> None:
    assert all(commands(Question(id="q", type=type_)) for type_ in INBOX.forms)
