"""Let an action happen once: create it, start it where it does not start by itself, and wait for its end if wanted.

Create and start are two calls and two entries in the state, so that a crash between them goes on with the second.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

from msgspec.structs import replace

from wexa_sync.apply.before import look_before
from wexa_sync.apply.create import body_of, send_create
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.start import can_not_start, has_begun, start, start_intent, status_after_grace
from wexa_sync.apply.steps import Turn, Work, Write, conflict, ended, replace_hint
from wexa_sync.apply.task import Task
from wexa_sync.apply.upload import upload
from wexa_sync.apply.wait import earlier_runs, record_of_run, wait
from wexa_sync.compare.same import natural_key
from wexa_sync.errors import WexaSyncError, look_up
from wexa_sync.executions.runs import GONE
from wexa_sync.model import Outcome, Status, is_commanded
from wexa_sync.state.base import Remember


def run(task: Task) -> Work:
    """Run the action once. Where the change says `resume`, an earlier apply created the run, and its start is open."""
    change, record = task.change, task.record
    if task.kind.contents is not None:
        return (yield from upload(task, task.kind.contents))
    if change.awaits:
        assert record is not None  # the plan was made of this state
        return (yield from wait(task, record, 0))
    if unsound := (yield from earlier_runs(task)):
        return unsound
    made = _Made((change.id or "",), mark=change.settles) if change.resume else (yield from _create(task))
    if isinstance(made, Outcome):
        return made
    (id, *aliases), attempts = made.ids, made.attempts  # the field's name
    intent = start_intent(task)
    asked = change.resume and intent is not None and not intent.settled
    if not asked:  # else a person may have to settle the intent: it must not be overwritten
        created = replace(record_of_run(task, id, started=False), aliases=tuple(aliases))
        yield Write((Remember(created, made.mark),), last=task.kind.run is None)
    task.context.learn(task.address, id, *aliases)
    if task.kind.run is None:  # created, it has happened
        return ended(change, Status.APPLIED, id=id, attempts=attempts)
    yield Turn(None)
    status = yield from status_after_grace(task, id, made.status)
    to_start = not has_begun(task, status)
    if status == GONE or (to_start and asked):
        return can_not_start(task, id, status, attempts)
    if to_start:
        if failed := (yield from start(task, id)):
            return failed
        attempts += 1
    intent = start_intent(task)  # once the run has begun, the doubt is over
    return (yield from _recorded(task, id, attempts, intent.mark if intent is not None else ""))


def take_over(task: Task) -> Work:
    """Record an action that is live already, and wait for its end where the manifest wants that."""
    return (yield from _recorded(task, task.change.id or "", 0, task.change.settles))


def _recorded(task: Task, id: str, attempts: int, mark: str) -> Work:  # the field's name
    """Record an action that happened, and wait for its end where that is wanted. `mark` names the settled intent."""
    record = record_of_run(task, id, started=True)
    yield Write((Remember(record, mark),), last=record.ended is None)
    if record.ended is None:
        return ended(task.change, Status.APPLIED, id=id, attempts=attempts)
    return (yield from wait(task, record, attempts))


class _Made(NamedTuple):
    """Hold a run that was created: its id in every spelling, its status, its requests, the intent's mark."""

    ids: tuple[str, ...]
    status: str = ""
    attempts: int = 0
    mark: str = ""


def _create(task: Task) -> Generator[Any, Any, Outcome | _Made]:
    """Create the action, or return the outcome where it was not created, or that can't be told.

    Of several equal runs each waits until the one before it is recorded or in doubt: none is taken for another.
    """
    yield from resolve_externals(task)
    kind = task.kind
    yield Turn((task.address.project, natural_key(kind, task.declared, kind.identity, task.comparison)))
    verb = "ran" if kind.run is not None else "made"
    rival = yield from look_before(task)
    if rival and not is_commanded(task.address):  # who commands a run wants one more, whatever others run
        return conflict(task.change, f"others {verb} it since the plan: {', '.join(rival)}")
    try:
        made = yield from send_create(task, body_of(task))
    finally:
        task.context.seen_before.pop(task.address, None)  # the intent holds what counts of it
    if made.id is not None:
        is_about_it = kind.id_of(made.answer) == made.id  # else it was looked for
        status = kind.run.status_of(made.answer) if kind.run is not None and is_about_it else ""
        return _Made(made.ids, status, made.attempts, made.intent.mark)
    said = made.lost or WexaSyncError("the response has no id, and not exactly one live object matches")
    hint = look_up(task.address)
    return ended(task.change, Status.UNKNOWN, replace_hint(said, hint), attempts=made.attempts)
