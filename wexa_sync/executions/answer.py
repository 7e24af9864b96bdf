"""Answer what a waiting run asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from wexa_sync.api.client import Api
from wexa_sync.errors import ApiError, UsageError, WexaSyncError
from wexa_sync.executions.control import after_failure, not_done, send
from wexa_sync.executions.inbox import asking, leaves
from wexa_sync.executions.runs import read_again, running
from wexa_sync.kinds.base import Inbox
from wexa_sync.kinds.inbox import ANOMALY, INPUT, PREVIEW
from wexa_sync.kinds.running import Form
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.model import Question, Run
from wexa_sync.text.json import parse
from wexa_sync.text.suggest import did_you_mean


class Answer(Struct, frozen=True, kw_only=True):
    """Hold what a person answers: yes, no, or values. `item` names one of several questions by its id."""

    approved: bool | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    item: str = ""


def answer(api: Api, run: Run, said: Answer) -> Run:
    """Answer a question of the run, and return the run afterwards. Raise UsageError for an answer that does not fit."""
    run, inbox = asking(api, run), running(run).inbox
    question = _chosen(run, said.item)
    assert inbox is not None  # the question is of it
    body = _body(inbox, question, said, run)
    try:
        send(api, run, inbox.forms[question.type].endpoint, body)
    except ApiError as error:
        was = run.status
        run = after_failure(api, run, error, lambda status: status != was)
        if question.id in {each.id for each in asking(api, run).questions}:
            raise not_done(error, run, "the run still asks the same") from None
        return run
    return read_again(api, run)


def how_to_answer(run: Run, question: Question, command: str = "") -> list[str]:
    """Return the commands that answer a question; none for a question that only Wexa Studio can answer.

    `command`: the one that names the question already.
    """
    item = f" --item {question.id}" if len(run.questions) > 1 else ""
    command = command or f"wexa-sync executions answer {run.name}{item}"
    flags = {PREVIEW: ["--approve"], INPUT: ["--input NAME=VALUE"], ANOMALY: ["--approve", "--reject"]}
    if question.type == INPUT and question.inputs:
        flags[INPUT] = [" ".join(f"--input {name}=..." for name in question.inputs)]
    return [f"{command} {flag}" for flag in flags.get(question.type, ())]


def _chosen(run: Run, item: str) -> Question:
    """Return the question that is meant. Raise where the run asks nothing, or the choice is not clear."""
    open_ = {question.id: question for question in run.questions}
    if not open_:
        hint = f"It may ask again: `wexa-sync executions wait {run.name}` shows the next question."
        if run.status in running(run).ended:
            hint = f"It has ended: `wexa-sync executions show {run.name}` shows how."
        raise WexaSyncError(f"{run.name} is {run.status} and asks nothing now", hint=hint)
    if item not in open_ and (item or len(open_) > 1):
        shown = ", ".join(f"{id} ({question.type})" for id, question in open_.items())
        raise UsageError(f"name the question to answer: {shown}", hint="Name one with --item ID.")
    return open_[item] if item else run.questions[0]


def _body(inbox: Inbox, question: Question, said: Answer, run: Run) -> dict[str, Any]:
    """Return the body of the call that gives this answer. Raise UsageError where it does not fit the question."""
    if wrong := _misfit(question, said):
        commands = " or ".join(f"`{command}`" for command in how_to_answer(run, question))
        raise UsageError(wrong, hint=f"{commands or 'Answer it in Wexa Studio'}; `cancel` ends the run.")
    form = inbox.forms[question.type]
    if question.type == INPUT:
        return form.body(question, None, {**question.inputs, **said.values})
    return form.body(question, said.approved, _with_inputs(form, question, said.values))


def _misfit(question: Question, said: Answer) -> str:
    """Return why the answer does not fit the question; empty where it does."""
    match question.type:
        case "preview":
            if said.approved is False:
                return "the API has no call that rejects a preview: give other values with --input, or cancel the run"
            return "" if said.approved else "the run asks whether its preview is right"
        case "runtime_input":
            return "" if said.values and said.approved is None else "the run asks for input"
        case "anomaly_detection":
            return "" if said.approved is not None and not said.values else "the run asks for a yes or no"
    return f"no known call answers a question of this type ({question.type})"


def _with_inputs(form: Form, question: Question, values: Mapping[str, str]) -> Any:
    """Return the preview with the values that a person gave in place of those it showed."""
    given: Any = question.given
    inputs = {".".join(path): (path, leaf) for path, leaf in leaves(at_path(given, form.inputs)).items()}
    for name, text in values.items():
        if name not in inputs:
            raise UsageError(
                f"the preview has no input {name}; there are: {', '.join(inputs) or 'none'}",
                hint=did_you_mean(name, inputs, "Write the names as `wexa-sync executions show` has them."),
            )
        path, leaf = inputs[name]
        given = replaced(given, (*form.inputs, *path), _like(leaf, text, name))
    return given


def _like(shown: Any, text: str, name: str) -> Any:
    """Read a value from the command line: as text where the preview shows a text, else as JSON."""
    if isinstance(shown, str):
        return text
    try:
        return parse(text)
    except ValueError:
        raise UsageError(
            f"the input {name} is no text: {text!r} can't be read as JSON", hint="Write a number, true, null or {...}."
        ) from None
