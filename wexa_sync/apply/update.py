"""Update a resource, and adopt one that exists."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.apply.checks import is_as_planned, not_done, read_again
from wexa_sync.apply.parts import with_the_rest
from wexa_sync.apply.records import record_of
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.replaced import replacing
from wexa_sync.apply.send import Sent, missing_call, prepare, send, turn_for
from wexa_sync.apply.steps import Http, Work, Write, conflict, ended
from wexa_sync.apply.task import Task
from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.propose import as_applied, differing, propose, whole
from wexa_sync.errors import ApiError, WexaSyncError
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.kinds.spec.wire import accepted, encode
from wexa_sync.model import Action, Spec, Status
from wexa_sync.state.base import Remember


def update(task: Task) -> Work:
    """Read the resource again. Unless it changed since the plan, send the live object overlaid with the declared one.

    Where an update takes several calls, each is proven and recorded before the next is sent.
    """
    yield from resolve_externals(task)
    yield from turn_for(task, Operation.UPDATE)
    live = yield from read_again(task)
    if live is None:
        return conflict(task.change, "it is gone since the plan was made")
    if not is_as_planned(task, live):
        return conflict(task.change, "it was changed on the live side since the plan was made")
    yield from replacing(task, live)
    steps = _steps(task, live)
    attempts, error = yield from _take(task, steps)
    if error is not None:
        return ended(task.change, Status.FAILED, error, attempts=attempts, id=task.change.id)
    return ended(task.change, Status.APPLIED, id=task.change.id, attempts=attempts, warnings=_warnings(steps))


def finish(task: Task, id: str, names: Collection[str]) -> Generator[Any, Any, Done]:  # the field's name
    """Send what a create did not take, by the calls of an update. The record has the rest of the resource already."""
    change = replace(task.change, action=Action.UPDATE, id=id, settles="")
    live = yield from read_again(Task(task.context, change))
    if live is None:
        return 0, WexaSyncError("it was created, and is gone", hint="`wexa-sync plan` shows what is there.")
    fields = field_changes(task.kind, *Task(task.context, change).compared(live))
    rest = Task(task.context, replace(change, fields=tuple(each for each in fields if each.path[0] in names)))
    if rest.change.fields:
        return (yield from _take(rest, _steps(rest, live)))
    yield Write((Remember(record_of(rest, id)),), last=True)
    return 0, None


Done = tuple[int, WexaSyncError | None]
"""The number of requests that were sent, and the error; None where all was done."""


def _take(task: Task, steps: Sequence[_Step]) -> Generator[Any, Any, Done]:
    """Take the steps of an update. Each is proven and recorded before the next is sent."""
    attempts = 0
    for step in steps:
        sent = yield from _send(task, step)
        attempts += sent.attempts
        if error := sent.fault or (yield from not_done(task, step.endpoint, sent.answer, step.names)):
            return attempts, error
        record = record_of(task, task.change.id or "", spec=step.applied)
        yield Write((Remember(record, task.change.settles),), last=step is steps[-1])
    return attempts, None


class _Step(Struct, frozen=True, kw_only=True):
    """Hold one call of an update: what is to be live, what of it is sent, and what is then as declared."""

    endpoint: Endpoint
    spec: Spec
    fields: Spec
    names: frozenset[str]
    applied: Spec


def _steps(task: Task, live: Spec) -> list[_Step]:
    """Return the calls that make live as declared, in order. After all but the last, the record says how far it is."""
    kind, before = task.kind, task.applied or {}
    spec = propose(kind, *task.compared(live))
    differ = differing(kind, spec, live, task.change.fields, task.comparison)
    full = whole(kind, task.declared, spec)
    applied = as_applied(kind, task.declared, spec, task.comparison, task.applied, task.ignored)
    steps, names = [], frozenset[str]()
    for endpoint in kind.updates({*differ, *task.change.names}, task.declared):
        takes = {*accepted(endpoint, kind)}
        names |= takes
        fields = {name: value for name, value in (full if endpoint.wants_all else spec).items() if name in takes}
        if endpoint.partial:
            fields = {name: value for name, value in fields.items() if name in differ}
        partly = {name: value for name, value in before.items() if name not in names}
        partly |= {name: value for name, value in applied.items() if name in names}
        steps.append(_Step(endpoint=endpoint, spec=spec, fields=fields, names=names, applied=partly))
    # The last one proves all, and fields that no call takes are recorded with it: they are not the server's.
    return [*steps[:-1], replace(steps[-1], names=frozenset(kind.fields.fields), applied=applied)]


def _send(task: Task, step: _Step) -> Generator[Http, Any, Sent]:
    """Send one call of an update. Raise NoSuchCall where the server lacks an undocumented one."""
    endpoint, body = step.endpoint, encode(task.kind, step.fields, task.resolve)
    if endpoint.may_reset:
        body = yield from with_the_rest(task, endpoint, body)
    prepared = yield from prepare(task, endpoint, body, spec=step.spec, repeatable=True)
    try:
        return (yield from send(task, prepared))
    except ApiError as refusal:
        raise missing_call(endpoint, refusal) or refusal from None


def _warnings(steps: Sequence[_Step]) -> tuple[str, ...]:
    calls = [f"{step.endpoint.method} {step.endpoint.path}" for step in steps if step.endpoint.undocumented]
    return tuple(f"made by {each}, which is not documented; read back and found right" for each in calls)


def adopt(task: Task) -> Work:
    """Record what is live already."""
    yield Write((Remember(record_of(task, task.change.id or ""), task.change.settles),), last=True)
    return ended(task.change, Status.APPLIED, id=task.change.id)
