"""Start a run that was created, where it does not start by itself."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Any

from wexa_sync.api.calls import Call
from wexa_sync.api.checks import unwrap
from wexa_sync.apply.records import intent_of
from wexa_sync.apply.steps import Http, Send, Write, ended, replace_hint
from wexa_sync.apply.task import Task
from wexa_sync.apply.wait import poll, record_of_run
from wexa_sync.errors import ApiError, Nonsense, Refused, WexaSyncError, look_up
from wexa_sync.executions.runs import GONE
from wexa_sync.model import Intent, Outcome, Run, Status
from wexa_sync.state.base import Intend, Remember


def status_after_grace(task: Task, id: str, status: str) -> Generator[Http, Any, str]:  # the field's name
    """Return the status once it is clear whether the run starts by itself. `status` is what the create returned."""
    if status in task.kind.running.begun:
        return status
    return (yield from _awaited(task, id, 0.0 if _is_explicit(task) else task.context.options.grace)).status


def _awaited(task: Task, id: str, seconds: float) -> Generator[Http, Any, Run]:  # the field's name
    """Return the run once it has begun, or the seconds are over."""
    run: Run = yield Http(poll(task, id, until=partial(has_begun, task), seconds=seconds))
    return run


def _is_explicit(task: Task) -> bool:
    return bool(task.declared.get("start", task.context.options.start) == "explicit")


def has_begun(task: Task, status: str) -> bool:
    """True when a run of that status was started. An unknown word proves that only where no start is demanded."""
    words = task.kind.running
    if _is_explicit(task):
        return status in words.begun | words.perhaps_ended
    return status not in (*words.not_begun, GONE)


def start_intent(task: Task) -> Intent | None:
    """Return the intent to start the run; None where there is none."""
    intent = task.intent
    return intent if intent is not None and intent.operation == "start" else None


def can_not_start(task: Task, id: str, status: str, attempts: int) -> Outcome:  # the field's name
    """Return the outcome of a created run that is not started, since nobody knows whether it has to be."""
    if status == GONE:
        error = WexaSyncError(
            f"it was created as {id}, and the server does not show it",
            hint="Apply again: it goes on from here. If it stays so, raise metadata.generation to run it anew.",
        )
        return ended(task.change, Status.FAILED, error, id=id, attempts=attempts)
    error = WexaSyncError(
        f"its start was sent before and the response was lost; the run is still {status}",
        hint=look_up(task.address, [id]),
    )
    return ended(task.change, Status.UNKNOWN, error, id=id)


def start(task: Task, id: str) -> Generator[Any, Any, Outcome | None]:  # the field's name
    """Start a run that stays ready. Return an outcome only where it can't be told whether that happened."""
    yield Write((Intend(intent_of(task, "start", id)),))
    try:
        yield from _send(task, id)
    except ApiError as error:
        if (yield from _begun_all_the_same(task, id, error)):
            return None
        if error.may_be_processed:
            return ended(task.change, Status.UNKNOWN, replace_hint(error, look_up(task.address, [id])), id=id)
        intent = start_intent(task)
        yield Write((Remember(record_of_run(task, id, started=False), intent.mark if intent is not None else ""),))
        raise
    return None


def _send(task: Task, id: str) -> Generator[Http, Any, None]:  # the field's name
    """Send the start, once. Raise ApiError where the response does not say that the run starts."""
    words = task.kind.running
    call = Call(endpoint=words.start, ids=task.ids_with(id), repeatable=False)
    said, _ = yield Send(lambda: task.context.api.send(call))
    # The page's answer is `ready`, for a moment. Any other word may be about the call, or about a failure.
    if words.status_of(unwrap(said)) not in words.begun | words.not_begun:
        method, path = words.start.method, words.start.path
        raise Nonsense(
            "the answer does not say that it starts", method=method, path=path, hint=look_up(task.address, [id])
        )


def _begun_all_the_same(task: Task, id: str, error: ApiError) -> Generator[Http, Any, bool]:  # the field's name
    """True when a run has begun, or surely will, though its start failed with that error.

    A start may be refused because the run began by itself in between. A run that stands in a queue and can't be told to
    start begins when its turn comes.
    """
    refused, words = isinstance(error, Refused), task.kind.running
    patience = task.context.options.grace if error.may_be_processed or refused else 0.0
    try:
        run = yield from _awaited(task, id, patience)
    except ApiError:
        return False  # it can't be read: nothing more is known than before
    return has_begun(task, run.status) or (refused and run.status in words.queued)
