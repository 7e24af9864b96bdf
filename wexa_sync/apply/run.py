"""How an execution is run: created, started if it does not start by itself, and waited for if that is wanted.

Create and start are two calls and two entries in the state, so that a crash between them goes on with the second.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from wexa_sync.api.calls import Call
from wexa_sync.api.checks import unwrap
from wexa_sync.apply.before import look_before
from wexa_sync.apply.create import body_of, send_create
from wexa_sync.apply.records import intent_of, record_of
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.steps import Http, Turn, Work, Write, conflict, ended, replace_hint
from wexa_sync.apply.task import Task
from wexa_sync.compare.same import key_of
from wexa_sync.errors import ApiError, Nonsense, Refused, UnclearEnd, WexaSyncError
from wexa_sync.executions.runs import GONE, bad_end, secret_texts
from wexa_sync.executions.watch import READ_FAILURES, watch
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.execution import RUNNING
from wexa_sync.model import Action, Address, Change, Outcome, Record, Run, Status
from wexa_sync.state.base import Intend, Remember

FAILED, SUCCEEDED, TERMINAL, UNDER_WAY = RUNNING.failed, RUNNING.succeeded, RUNNING.ended, RUNNING.begun
READY, NOT_BEGUN, PERHAPS_ENDED, START = RUNNING.ready, RUNNING.not_begun, RUNNING.perhaps_ended, RUNNING.start
status_of = RUNNING.status_of

_ASK = "Look in Wexa Studio, then `wexa-sync resolve {} --happened ID` or `--did-not-happen`."


def run(task: Task) -> Work:
    """Run the flow once. Where the change says `resume`, an earlier apply created the run, and its start is open."""
    if task.change.awaits:
        return (yield from _waited(task, task.context.state().records[task.address], 0))
    if unsound := (yield from _earlier_runs(task)):
        return unsound
    made = (
        _Made((task.change.id or "",), mark=task.change.settles) if task.change.resume else (yield from _create(task))
    )
    if isinstance(made, Outcome):
        return made
    (id, *aliases), status, attempts = made.ids, made.status, made.attempts  # the field's name
    asked = _start_is_open(task)
    if not asked:  # else a person may have to settle it: it must not be overwritten
        record = replace(_record(task, id, started=False), aliases=tuple(aliases))
        yield Write((Remember(record, made.mark),))
    task.context.learn(task.address, id, *aliases)
    yield Turn(None)
    status = yield from _settled(task, id, status)
    to_start = not _has_begun(task, status)
    if status == GONE or (to_start and asked):
        return _can_not_start(task, id, status, attempts)
    if to_start:
        if failed := (yield from _start(task, id)):
            return failed
        attempts += 1
    return (yield from _recorded(task, id, attempts, _start_mark(task)))


def take_over(task: Task) -> Work:
    """Record a run that is live already, and wait for its end where the manifest wants that."""
    return (yield from _recorded(task, task.change.id or "", 0, task.change.settles))


def _recorded(task: Task, id: str, attempts: int, mark: str) -> Work:
    """Record a run that was started, and wait for its end where that is wanted. `mark`: of the intent that is over."""
    record = _record(task, id, started=True)
    yield Write((Remember(record, mark),), last=record.ended is None)
    if record.ended is None:
        return ended(task.change, Status.APPLIED, id=id, attempts=attempts)
    return (yield from _waited(task, record, attempts))


def _record(task: Task, id: str, *, started: bool) -> Record:  # the field's name
    """Return the record of a run. Its end is open from the beginning where it is waited for: a wait may be cut off."""
    record = record_of(task, id)
    return replace(record, started=started, ended=None if _patience(task) is None else False)


def _can_not_start(task: Task, id: str, status: str, attempts: int) -> Outcome:
    """Why a created run is not started: nobody knows whether it has to be."""
    if status == GONE:
        error = WexaSyncError(
            f"it was created as {id}, and the server does not show it",
            hint="Apply again: it goes on from here. If it stays so, raise metadata.generation to run it anew.",
        )
        return ended(task.change, Status.FAILED, error, id=id, attempts=attempts)
    error = WexaSyncError(
        f"its start was sent before and the answer was lost; the run is still {status}",
        hint=_ASK.format(task.address),
    )
    return ended(task.change, Status.UNKNOWN, error, id=id)


def _start_is_open(task: Task) -> bool:
    """Whether its start was sent before, and nobody knows what came of it."""
    intent = task.intent
    return task.change.resume and intent is not None and intent.operation == "start" and not intent.settled


def _start_mark(task: Task) -> str:
    """The mark of the intent to start it, if there is one: once the run has begun, or surely has not, that is over."""
    intent = task.intent
    return intent.mark if intent is not None and intent.operation == "start" else ""


class _Made(NamedTuple):
    """A run that was created: its id in every spelling, its status, the requests that it took, the intent's mark."""

    ids: tuple[str, ...]
    status: str = ""
    attempts: int = 0
    mark: str = ""


def _create(task: Task) -> Generator[Any, Any, Outcome | _Made]:
    """Create the execution, or return the outcome where it was not created, or that can't be told.

    Of several equal runs each waits until the one before it is recorded or in doubt: none is taken for another.
    """
    yield from resolve_externals(task)
    kind = task.kind
    yield Turn((task.address.project, key_of(kind, task.declared, kind.identity, task.comparison)))
    if rival := (yield from look_before(task)):
        return conflict(task.change, f"somebody else ran it since the plan: {', '.join(rival)}")
    body = {"executed_by": task.context.api.user_id, **body_of(task)}
    try:
        made = yield from send_create(task, body)
    finally:
        task.context.seen_before.pop(task.address, None)  # the intent holds what counts of it
    if made.id is not None:
        is_about_it = kind.id_of(made.answer) == made.id  # else it was looked for
        return _Made(made.ids, status_of(made.answer) if is_about_it else "", made.attempts, made.intent.mark)
    said = made.lost or WexaSyncError("the answer holds no id, and no single live run matches")
    return ended(task.change, Status.UNKNOWN, replace_hint(said, _ASK.format(task.address)), attempts=made.attempts)


def _earlier_runs(task: Task) -> Generator[Http, Any, Outcome | None]:
    """Look at the runs it depends on that an earlier apply started: None where it may go on, else it is skipped.

    One that is to be waited for and has not ended is waited for now: `wait` may have been asked for since.
    """
    for other in _ran_before(task):
        seconds = None if other.record is not None and other.record.ended else _patience(other)
        awaited, id = seconds is not None, other.change.id or ""  # the field's name
        run = yield Http(_poll(other, id, until=TERMINAL.__contains__, seconds=seconds or 0.0, asking=awaited))
        if run.status in FAILED or (awaited and run.status not in SUCCEEDED):
            hint = f"Raise metadata.generation of {other.address} to run it again, or take it out of depends_on."
            if run.status not in (*FAILED, GONE) and (cause := bad_end(run, "ended")):
                hint = f"{cause.hint} Then apply again."
            error = WexaSyncError(f"{other.address}, which it depends on, is {run.status}", hint=hint)
            return ended(task.change, Status.SKIPPED, error)
    return None


def _ran_before(task: Task) -> list[Task]:
    """Return the runs of earlier applies that the task waits for, also by way of what needs no change."""
    found: dict[Address, Change] = {}
    to_see = [task.change]
    while to_see:
        for address in to_see.pop().depends_on:
            other = task.context.changes.get(address)
            if other is not None and address not in found and other.action in (Action.NOOP, Action.ADOPT):
                found[address] = other
                to_see.append(other)
    tasks = (Task(task.context, found[address]) for address in sorted(found))
    return [each for each in tasks if each.kind.nature is Nature.ACTION and each.change.id]


def _settled(task: Task, id: str, status: str) -> Generator[Http, Any, str]:
    """The status once it is clear whether the run starts by itself. `status`: what the create said."""
    if status in UNDER_WAY:
        return status
    patience = 0.0 if _is_explicit(task) else task.context.options.grace
    run: Run = yield Http(_poll(task, id, until=partial(_has_begun, task), seconds=patience))
    return run.status


def _is_explicit(task: Task) -> bool:
    return bool(task.declared.get("start", task.context.options.start) == "explicit")


def _has_begun(task: Task, status: str) -> bool:
    """True when a run of that status was started. A word that nobody knows says so only where none is needed."""
    if _is_explicit(task):
        return status in UNDER_WAY | PERHAPS_ENDED
    return status not in (*NOT_BEGUN, GONE)


def _start(task: Task, id: str) -> Generator[Any, Any, Outcome | None]:
    """Start a run that stays ready. Answers an outcome only where it can't be told whether that happened."""
    yield Write((Intend(intent_of(task, "start", id)),))
    start = Call(endpoint=START, ids=task.ids_with(id), repeatable=False)
    try:
        said, _ = yield Http(lambda: task.context.api.send(start))
        # The page's answer is `ready`, for a moment. Any other word may be about the call, or about a failure.
        if status_of(unwrap(said)) not in UNDER_WAY | NOT_BEGUN:
            raise Nonsense("the answer does not say that it starts", method=START.method, path=START.path, hint=_ASK)
    except ApiError as error:
        # Refused it may be because the run began by itself in between.
        patience = task.context.options.grace if error.may_be_processed or isinstance(error, Refused) else 0.0
        try:
            run = yield Http(_poll(task, id, until=partial(_has_begun, task), seconds=patience))
        except ApiError:
            run = None  # it can't be read: nothing more is known than before
        queued = isinstance(error, Refused) and run is not None and run.status in NOT_BEGUN - {READY}
        if run is not None and (_has_begun(task, run.status) or queued):
            return None  # a run that stands in a queue and can't be told to start begins when its turn comes
        if error.may_be_processed:
            return ended(task.change, Status.UNKNOWN, replace_hint(error, _ASK.format(task.address)), id=id)
        yield Write((Remember(_record(task, id, started=False), _start_mark(task)),))
        raise
    return None


def _patience(task: Task) -> float | None:
    """Return the seconds to wait for the end; None for not at all. An end that is open in the state is waited for."""
    wait = task.declared.get("wait", task.context.options.wait)
    if isinstance(wait, dict):
        return float(wait["timeout"])
    record = task.record
    is_open = record is not None and record.ended is False and record.generation == task.change.generation
    return task.context.options.wait_timeout if wait or task.context.options.wait or is_open else None


def _waited(task: Task, record: Record, attempts: int) -> Work:
    """Wait for the end of a run, and note in the state that it was seen. Until then the next apply waits again."""
    seconds = _patience(task) or 0.0
    run = yield Http(_poll(task, record.id, until=TERMINAL.__contains__, seconds=seconds, asking=True))
    if run.status in TERMINAL:
        yield Write((Remember(replace(record, ended=True)),), last=True)
    waited = "was interrupted" if task.context.cutoff.over else f"took longer than {seconds:g} s"
    if error := bad_end(run, waited):
        status = Status.UNKNOWN if isinstance(error, UnclearEnd) else Status.FAILED
        return ended(task.change, status, error, id=record.id, attempts=attempts)
    return ended(task.change, Status.APPLIED, id=record.id, attempts=attempts)


def _poll(
    task: Task, id: str, *, until: Callable[[str], bool], seconds: float, asking: bool = False
) -> Callable[[], Run]:
    """A worker's function: watch the run until its status is right, the time is over, or the apply is to stop.

    `asking`: tell what it asks, and bear with reads that fail for a while.
    """
    context, change = task.context, task.change
    run = Run(
        kind=change.address.kind,
        id=id,
        status="",
        project=task.address.project,
        project_id=task.place.project,
        address=task.address,
        hidden=tuple(secret_texts(change.after, {})),
    )
    return lambda: watch(
        context.api,
        run,
        until=until,
        seconds=seconds,
        cutoff=context.cutoff,
        tell=lambda status: context.tell(change, status),
        ask=(lambda run, question: context.ask(change, run, question)) if asking else None,
        most=context.options.poll,
        patience=READ_FAILURES if asking else 0,
    )
