"""Make what others imply, the one of its kind in a project. A second time does no harm, so no intent is written."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.apply.records import record_of
from wexa_sync.apply.send import prepare, send
from wexa_sync.apply.steps import Http, Work, Write, ended
from wexa_sync.apply.task import Task
from wexa_sync.errors import ApiError
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Status
from wexa_sync.state.base import Remember


def make_implied(task: Task) -> Work:
    """Send the create, and record it. One that is refused is there already if the list of the others answers."""
    prepared = yield from prepare(task, task.creation, None, spec={}, repeatable=True)
    attempts, warnings = 1, tuple[str, ...]()
    try:
        attempts = (yield from send(task, prepared)).attempts
    except ApiError as refusal:
        if refusal.may_be_processed or not (yield from _answers(task)):
            raise
        warnings = (f"it was there already: {refusal.message}",)
    id = task.place.project  # the field's name
    yield Write((Remember(record_of(task, id), task.change.settles),), last=True)
    task.context.learn(task.address, id)
    return ended(task.change, Status.APPLIED, id=id, attempts=attempts, warnings=warnings)


def _answers(task: Task) -> Generator[Http, Any, bool]:
    """True when the server lists the others, be it none."""
    found = yield Http(lambda: task.context.api.listed(BY_NAME[task.kind.implied_by], task.place))
    return found.refusal is None
