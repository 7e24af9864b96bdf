"""Delete a resource, and forget one that is gone."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.apply.checks import not_gone, read_again
from wexa_sync.apply.find import put_inside
from wexa_sync.apply.steps import Http, Work, Write, call, conflict, ended
from wexa_sync.apply.task import Task
from wexa_sync.compare.same import is_as_expected, spec_fingerprint
from wexa_sync.errors import NotFound, WexaSyncError
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.model import Spec, Status
from wexa_sync.state.base import Forget

_STILL_THERE = "Apply again later. If it stays so, delete it in Wexa Studio; the next plan forgets it."


def delete(task: Task) -> Work:
    """Look again, delete, and forget. What goes with its project needs no call of its own."""
    attempts = 0
    if not task.change.with_project:
        live = yield from read_again(task)
        if live is not None and (why := (yield from _keeps_from_deleting(task, live))):
            return conflict(task.change, why)
        accepted, attempts = (yield from _send(task, live)) if live is not None else (False, 0)
        if why := (yield from not_gone(task, accepted=accepted)):
            error = WexaSyncError(why, hint=_STILL_THERE)
            return ended(task.change, Status.FAILED, error, id=task.change.id, attempts=attempts)
    yield Write((Forget(task.address, task.change.settles),), last=True)
    task.context.ids.pop(task.address, None)
    return ended(task.change, Status.APPLIED, id=task.change.id, attempts=attempts)


def _keeps_from_deleting(task: Task, live: Spec) -> Generator[Http, Any, str]:
    """Return what others did since the plan that a delete would take away; empty where they did nothing."""
    found = spec_fingerprint(task.kind, live, task.change.before or {}, task.comparison)
    if not is_as_expected(found, task.change.expected, task.comparison):
        return "it was changed on the live side since the plan was made"
    if others := (yield from put_inside(task)):
        return f"since the plan was made, it got {', '.join(others)}: that would go with it"
    return ""


def _send(task: Task, live: Spec) -> Generator[Http, Any, tuple[bool, int]]:
    """Send the delete. Return whether the server accepted it, and the number of requests."""
    try:
        _, attempts = yield call(task, task.kind.call(Operation.DELETE), {}, spec=live, repeatable=True)
    except NotFound:
        return False, 1  # somebody was faster, or an earlier try of ours was
    return True, attempts


def forget(task: Task) -> Work:
    """Drop the record of what is gone."""
    yield Write((Forget(task.address, task.change.settles),), last=True)
    return ended(task.change, Status.APPLIED, id=task.change.id)
