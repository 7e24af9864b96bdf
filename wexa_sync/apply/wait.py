"""Wait for the end of a run: of the one that was started, and of those that it depends on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.cutoff import Cutoff
from wexa_sync.apply.records import record_of
from wexa_sync.apply.steps import Http, Work, Write, ended
from wexa_sync.apply.task import Task
from wexa_sync.errors import ApiError, NotEnded, UnclearEnd, WexaSyncError
from wexa_sync.executions.runs import GONE, bad_end, not_ended, running, secret_texts
from wexa_sync.executions.watch import READ_FAILURES, watch
from wexa_sync.model import Action, Address, Change, Outcome, Record, Run, Status
from wexa_sync.state.base import Remember


def record_of_run(task: Task, id: str, *, started: bool) -> Record:  # the field's name
    """Return the record of an action. The end of a run that is waited for is open at once: a wait may be cut off."""
    record = record_of(task, id)
    if task.kind.run is None:
        return replace(record, started=True)
    return replace(record, started=started, ended=None if _patience(task) is None else False)


def _patience(task: Task) -> float | None:
    """Return the seconds to wait for the end; None for not at all. An end that is open in the state is waited for."""
    options, record = task.context.options, task.record
    wanted = task.declared.get("wait", options.wait)
    if isinstance(wanted, dict):
        return float(wanted["timeout"])
    is_open = record is not None and record.ended is False and record.generation == task.change.generation
    return options.wait_timeout if wanted or options.wait or is_open else None


def wait(task: Task, record: Record, attempts: int) -> Work:
    """Wait for the end of a run, and record that it was seen. Until then the next apply waits again."""
    seconds, words = _patience(task) or 0.0, task.kind.running
    try:
        run = yield Http(poll(task, record.id, until=words.ended.__contains__, seconds=seconds, asking=True))
    except ApiError as lost:
        unread = NotEnded(f"the run was started, and its end can't be read: {lost.message}", hint=lost.hint)
        return ended(task.change, Status.ONGOING, unread, id=record.id, attempts=attempts)
    if run.status in words.ended:
        yield Write((Remember(replace(record, ended=True)),), last=True)
    status, error = _judged(run, task.context.cutoff, seconds)
    return ended(task.change, status, error, id=record.id, attempts=attempts)


def _judged(run: Run, cutoff: Cutoff, seconds: float) -> tuple[Status, WexaSyncError | None]:
    """Return how a run that was waited for ended. One whose wait was cut short goes on, as far as anybody knows."""
    if cutoff.over and run.status not in (*running(run).ended, GONE):
        return Status.ONGOING, not_ended(run, "was interrupted" if cutoff.stopped else "was cut short by --timeout")
    error = bad_end(run, f"took longer than {seconds:g} s")
    if isinstance(error, NotEnded):
        return Status.ONGOING, error
    return (Status.UNKNOWN if isinstance(error, UnclearEnd) else Status.FAILED if error else Status.APPLIED), error


def earlier_runs(task: Task) -> Generator[Http, Any, Outcome | None]:
    """Return the outcome of a task that a run of an earlier apply keeps from going on; None where none does.

    Where the end of such a run is wanted and was not seen, it is waited for now: `wait` may have been asked for since.
    """
    for other in _ran_before(task):
        words = other.kind.running
        seconds = None if other.record is not None and other.record.ended else _patience(other)
        awaited, id = seconds is not None, other.change.id or ""  # the field's name
        run = yield Http(poll(other, id, until=words.ended.__contains__, seconds=seconds or 0.0, asking=awaited))
        if run.status in words.failed or (awaited and run.status not in words.succeeded):
            hint = f"Raise metadata.generation of {other.address} to run it again, or take it out of depends_on."
            if run.status not in (*words.failed, GONE) and (cause := bad_end(run, "ended")):
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
    return [each for each in tasks if each.kind.run is not None and each.change.id]


def poll(
    task: Task, id: str, *, until: Callable[[str], bool], seconds: float, asking: bool = False
) -> Callable[[], Run]:
    """Return a worker's function: watch the run until its status is right, the time is over, or the apply is to stop.

    `asking`: report what the run asks, and bear with reads that fail for a while.
    """
    context, change = task.context, task.change
    run = Run(
        kind=task.kind.name,
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
        tell=lambda status: context.report(change, status),
        ask=(lambda run, question: context.ask(change, run, question)) if asking else None,
        most=context.options.poll,
        patience=READ_FAILURES if asking else 0,
    )
