"""Note what is live before an update or a delete of it is sent."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.apply.steps import Write
from wexa_sync.apply.task import Task
from wexa_sync.model import Spec


def replacing(task: Task, live: Spec) -> Generator[Write, Any, None]:
    """Note what is live, before an update of it is sent."""
    if history := task.context.history:
        yield Write((history.of_update(task.change, live),))


def removing(task: Task, live: Spec) -> Generator[Write, Any, None]:
    """Note what is live, and what is deleted along with it, before a delete of it is sent."""
    if history := task.context.history:
        along = (history.of_delete(change, change.before or {}) for change in task.context.along[task.address])
        yield Write((history.of_delete(task.change, live), *along))
