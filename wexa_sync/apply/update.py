"""Update a resource, and adopt one that exists."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.apply.checks import is_as_planned, not_done, read_again
from wexa_sync.apply.parts import with_the_rest
from wexa_sync.apply.records import record_of
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.steps import Http, Work, Write, call, conflict, ended
from wexa_sync.apply.task import Task
from wexa_sync.compare.propose import as_applied, propose, whole
from wexa_sync.compare.same import same
from wexa_sync.errors import ApiError, NoSuchCall
from wexa_sync.kinds.base import Operation
from wexa_sync.kinds.spec.wire import accepted, encode
from wexa_sync.model import Spec, Status
from wexa_sync.state.base import Remember

_NO_SUCH_CALL = (404, 405, 501)
_UNLIKE_THE_SDK = (
    "This server lacks the call, which only the vendor's SDK knows. Change it in Wexa Studio, or put the manifest back."
    " Without {} in allow_undocumented (wexa-sync.yaml), the plan shows it as blocked."
)


def update(task: Task) -> Work:
    """Look again, and where nothing changed since the plan, send live overlaid with what is declared."""
    yield from resolve_externals(task)
    live = yield from read_again(task)
    if live is None:
        return conflict(task.change, "it is gone since the plan was made")
    if not is_as_planned(task, live):
        return conflict(task.change, "it was changed on the live side since the plan was made")
    sent = _proposed(task, live)
    said, attempts = yield from _send(task, live, sent)
    if error := (yield from not_done(task, said)):
        return ended(task.change, Status.FAILED, error, attempts=attempts, id=task.change.id)
    applied = as_applied(task.kind, task.declared, sent, task.comparison, task.applied, task.ignored)
    record = record_of(task, task.change.id or "", spec=applied)
    yield Write((Remember(record, task.change.settles),), last=True)
    return ended(task.change, Status.APPLIED, id=task.change.id, attempts=attempts, warnings=_warnings(task))


def _proposed(task: Task, live: Spec) -> Spec:
    """Return the spec that is to be live, with all that a call wants which replaces."""
    spec = propose(task.kind, *task.compared(live))
    return whole(task.kind, task.declared, spec) if task.kind.endpoints[Operation.UPDATE].wants_all else spec


def _send(task: Task, live: Spec, sent: Spec) -> Generator[Http, Any, tuple[Any, int]]:
    """Send the fields that the call takes. Return the response and the number of requests."""
    kind, endpoint = task.kind, task.kind.endpoints[Operation.UPDATE]
    names = set(accepted(endpoint, kind))
    if endpoint.partial:
        names &= {name for name in sent if not same(kind, {name: sent[name]}, {name: live.get(name)}, task.comparison)}
    body = encode(kind, sent, task.resolve, only=names)
    if endpoint.undocumented:
        body = yield from with_the_rest(task, body)
    try:
        said, attempts = yield call(task, Operation.UPDATE, body, repeatable=True)
    except ApiError as refusal:
        if not endpoint.undocumented or refusal.status not in _NO_SUCH_CALL:
            raise
        raise NoSuchCall(refusal.message, hint=_UNLIKE_THE_SDK.format(endpoint.undocumented)) from None
    return said, attempts


def _warnings(task: Task) -> tuple[str, ...]:
    endpoint = task.kind.endpoints[Operation.UPDATE]
    if not endpoint.undocumented:
        return ()
    return (f"made by {endpoint.method} {endpoint.path}, which is not documented; read back and found right",)


def adopt(task: Task) -> Work:
    """Record what is live already."""
    yield Write((Remember(record_of(task, task.change.id or ""), task.change.settles),), last=True)
    return ended(task.change, Status.APPLIED, id=task.change.id)
