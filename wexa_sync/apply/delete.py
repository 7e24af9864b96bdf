"""Delete a resource, and forget one that is gone."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.apply.chain import behind
from wexa_sync.apply.checks import not_gone, read_again
from wexa_sync.apply.find import put_inside, standing_in_it
from wexa_sync.apply.replaced import removing
from wexa_sync.apply.send import missing_call, prepare, read_back, send, turn_for
from wexa_sync.apply.steps import Http, Work, Write, conflict, ended
from wexa_sync.apply.task import Task
from wexa_sync.compare.same import is_as_expected, spec_fingerprint
from wexa_sync.errors import ApiError, NotFound, WexaSyncError
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.model import Spec, Status
from wexa_sync.state.base import Forget

_STILL_THERE = "Apply again later. If it stays so, delete it in Wexa Studio; the next plan forgets it."


def delete(task: Task) -> Work:
    """Read the resource again, delete it, and forget it. One that goes with its project needs no call."""
    attempts, said = 0, read_back(*task.kind.calls(Operation.DELETE)) if not task.change.with_project else ()
    if not task.change.with_project:
        yield from turn_for(task, Operation.DELETE)
        live = yield from read_again(task)
        if live is not None and (why := (yield from _keeps_from_deleting(task, live))):
            return conflict(task.change, why)
        if live is not None:
            yield from removing(task, live)
        attempts, error = yield from _take_away(task, live)
        if error is not None:
            return ended(task.change, Status.FAILED, error, id=task.change.id, attempts=attempts)
    yield Write((Forget(task.address, task.change.settles),), last=True)
    task.context.ids.pop(task.address, None)
    return ended(task.change, Status.APPLIED, id=task.change.id, attempts=attempts, warnings=said)


def _keeps_from_deleting(task: Task, live: Spec) -> Generator[Http, Any, str]:
    """Return what others did since the plan that a delete would take away; empty where they did nothing."""
    found = spec_fingerprint(task.kind, live, task.change.before or {}, task.comparison)
    if not is_as_expected(found, task.change.expected, task.comparison):
        return "it was changed on the live side since the plan was made"
    if theirs := (yield from standing_in_it(task)):
        return f"it holds {', '.join(theirs)}, which is not managed here and would be deleted too"
    if others := (yield from put_inside(task)):
        return f"since the plan was made, it got {', '.join(others)}, which would be deleted too"
    if cut_off := (yield from behind(task)):
        return f"it leads to {', '.join(cut_off)}, which would be cut off"
    return ""


def _take_away(task: Task, live: Spec | None) -> Generator[Http, Any, tuple[int, WexaSyncError | None]]:
    """Send the delete of what is live, and see to it that it is gone. Return the number of requests, and the error."""
    accepted, attempts, lacking = False, 0, None
    if live is not None:
        endpoint = task.kind.call(Operation.DELETE)
        try:
            sent = yield from send(task, (yield from prepare(task, endpoint, None, spec=live, repeatable=True)))
        except NotFound as missing:
            attempts, lacking = 1, missing_call(endpoint, missing)  # or somebody was faster, or an earlier try of ours
        except ApiError as refusal:
            raise missing_call(endpoint, refusal) or refusal from None
        else:
            accepted, attempts = True, sent.attempts
            if sent.fault is not None:
                return attempts, sent.fault
    why = yield from not_gone(task, accepted=accepted)
    return attempts, (lacking or WexaSyncError(why, hint=_STILL_THERE)) if why else None


def forget(task: Task) -> Work:
    """Drop the record of what is gone."""
    yield Write((Forget(task.address, task.change.settles),), last=True)
    return ended(task.change, Status.APPLIED, id=task.change.id)
