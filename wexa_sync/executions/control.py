"""What a person does to a run: pause, resume, cancel, answer. Each is looked at first, sent once, and read back.

None of it is in the state. After a lost answer the run tells what happened, so that saying it again is always safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wexa_sync.api.calls import Call, Scoped
from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.errors import ApiError, UsageError, WexaSyncError
from wexa_sync.executions.runs import asking, leaves, read_again
from wexa_sync.executions.watch import watch
from wexa_sync.kinds.base import Endpoint
from wexa_sync.kinds.execution import RESUME, TERMINAL, Move
from wexa_sync.kinds.inbox import ANOMALY, ANSWERS, INPUT, PREVIEW
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.model import Question, Run
from wexa_sync.text.json import parse
from wexa_sync.text.suggest import did_you_mean

_SETTLES = 2.0  # seconds that a server whose answer was lost is given to show what it did


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person says to a question: yes, no, or values for what it asks. `item` is its id, where there are more."""

    approved: bool | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    item: str = ""


def move(api: Api, run: Run, what: Move) -> tuple[Run, bool]:
    """Do it; answers the run as it is afterwards, and whether anything was sent. Raises WexaSyncError if it can't be.

    A status that is not known here forbids nothing: the server decides.
    """
    if what is RESUME:  # one that waits for an answer may be shown as paused: resumed, it could go on without
        run = asking(api, run)
    if run.questions or run.status in what.never:
        raise _forbidden(run, what)
    if run.status in what.done:
        return run, False
    try:
        _send(api, run, what.endpoint, {})
    except ApiError as error:
        run = _afterwards(api, run, error, what.done.__contains__)
        if run.status in what.done:
            return run, True
        raise _not_so(error, run, f"the run is {run.status}") from None
    return read_again(api, run), True


def answer(api: Api, run: Run, said: Answer) -> Run:
    """Answer what the run asks; answers the run as it is afterwards. Raises UsageError for what is no answer to it."""
    run = asking(api, run)
    question = _chosen(run, said.item)
    body = _body(question, said, run)
    try:
        _send(api, run, ANSWERS[question.type], body)
    except ApiError as error:
        was = run.status
        run = _afterwards(api, run, error, lambda status: status != was)
        if question.id in {each.id for each in asking(api, run).questions}:
            raise _not_so(error, run, "the run still asks the same") from None
        return run
    return read_again(api, run)


def how_to_answer(run: Run, question: Question) -> list[str]:
    """The commands that answer a question; none where only Wexa Studio can."""
    command = f"wexa-sync executions answer {run.name}" + (f" --item {question.id}" if len(run.questions) > 1 else "")
    flags = {PREVIEW: ["--approve"], INPUT: ["--input NAME=VALUE"], ANOMALY: ["--approve", "--reject"]}
    if question.type == INPUT and question.inputs:
        flags[INPUT] = [" ".join(f"--input {name}=..." for name in question.inputs)]
    return [f"{command} {flag}" for flag in flags.get(question.type, ())]


def _send(api: Api, run: Run, endpoint: Endpoint, body: Mapping[str, Any]) -> None:
    at = Scoped(project=run.project_id, id=run.id)
    api.send(Call(endpoint=endpoint, at=at, body=body, repeatable=False))


def _afterwards(api: Api, run: Run, error: ApiError, until: Callable[[str], bool]) -> Run:
    """The run after a call that failed: what was not answered may have been done all the same, or be done soon."""
    seconds = _SETTLES if error.may_be_processed else 0.0
    try:
        return watch(api, run, until=until, seconds=seconds, cutoff=Cutoff(), patience=1)
    except ApiError:
        raise _not_so(error, run, "nor can the run be read now") from None


def _not_so(error: ApiError, run: Run, now: str) -> WexaSyncError:
    hint = f"`wexa-sync executions show {run.name}` tells how it stands."
    if error.may_be_processed:
        hint = "Say it again: wexa-sync looks how the run stands before it sends anything."
    return WexaSyncError(f"{error.message}; {now}", hint=hint)


def _forbidden(run: Run, what: Move) -> WexaSyncError:
    if run.status not in TERMINAL:
        return WexaSyncError(
            f"{run.name} waits for an answer ({run.status}), and can't be {what.past}",
            hint=f"`wexa-sync executions show {run.name}` shows what it asks and how to answer.",
        )
    again = " Raise metadata.generation to run it again." if run.address else ""
    return WexaSyncError(
        f"{run.name} is {run.status}, and can't be {what.past} any more", hint=f"A run that has ended stays so.{again}"
    )


def _chosen(run: Run, item: str) -> Question:
    """The question that is meant."""
    open_ = {question.id: question for question in run.questions}
    if not open_:
        hint = f"It was answered already, or asks later: `wexa-sync executions wait {run.name}` shows it then."
        if run.status in TERMINAL:
            hint = f"It has ended: `wexa-sync executions show {run.name}` tells how."
        raise WexaSyncError(f"{run.name} is {run.status} and asks nothing now", hint=hint)
    if item not in open_ and (item or len(open_) > 1):
        shown = ", ".join(f"{id} ({question.type})" for id, question in open_.items())
        raise UsageError(f"say which of its questions is answered: {shown}", hint="Name one with --item ID.")
    return open_[item] if item else run.questions[0]


def _body(question: Question, said: Answer, run: Run) -> dict[str, Any]:
    """The body of the call that gives this answer. Raises UsageError where it does not fit the question."""
    if wrong := _misfit(question, said):
        commands = " or ".join(f"`{command}`" for command in how_to_answer(run, question))
        raise UsageError(wrong, hint=f"{commands or 'Answer it in Wexa Studio'}; `cancel` ends the run.")
    if question.type == ANOMALY:
        return {"is_approved": said.approved}
    if question.type == INPUT:
        return {"is_submitted": True, "values": {**question.inputs, **said.values}, "agent_id": question.agent_id}
    preview = _with_inputs(question, said.values)
    return {"agent_id": question.agent_id, "is_approved": True, "preview_input": preview}


def _misfit(question: Question, said: Answer) -> str:
    """Why that is no answer to the question; empty where it is one."""
    match question.type:
        case "preview":
            if said.approved is False:
                return "the API has no call that rejects a preview: --input changes what it goes on with"
            return "" if said.approved else "it asks whether its preview is right"
        case "runtime_input":
            return "" if said.values and said.approved is None else "it asks for input"
        case "anomaly_detection":
            return "" if said.approved is not None and not said.values else "it asks for a yes or no"
    return f"it asks what has no known call ({question.type})"


def _with_inputs(question: Question, values: Mapping[str, str]) -> Any:
    """What a preview showed, with other values where a person gave them."""
    given: Any = question.given
    inputs = {".".join(path): (path, leaf) for path, leaf in leaves(at_path(given, ("skill", "input"))).items()}
    for name, text in values.items():
        if name not in inputs:
            raise UsageError(
                f"the preview has no input {name}; there are: {', '.join(inputs) or 'none'}",
                hint=did_you_mean(name, inputs, "Write the names as `wexa-sync executions show` has them."),
            )
        path, leaf = inputs[name]
        given = replaced(given, ("skill", "input", *path), _like(leaf, text, name))
    return given


def _like(shown: Any, text: str, name: str) -> Any:
    """A value from the command line: text where text was, else JSON."""
    if isinstance(shown, str):
        return text
    try:
        return parse(text)
    except ValueError:
        raise UsageError(
            f"the input {name} is no text: {text!r} can't be read as JSON", hint="Write a number, true, null or {...}."
        ) from None
