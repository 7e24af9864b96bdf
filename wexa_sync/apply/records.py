"""Make the records and intents that an apply writes."""

from __future__ import annotations

from wexa_sync.apply.task import Task
from wexa_sync.model import Intent, Record, Spec
from wexa_sync.secrecy.seal import conceal, fingerprint


def record_of(task: Task, id: str, *, spec: Spec | None = None) -> Record:
    """Return the record of a task that came to a good end. `spec`: what was applied, if not just what is declared."""
    context, before = task.context, task.record
    return Record(
        address=task.address,
        id=id,
        spec=conceal(dict(task.declared if spec is None else spec), context.key),
        lifecycle=task.change.lifecycle,
        generation=task.change.generation,
        made_at=before.made_at if before is not None and before.id == id else context.clock(),
    )


def intent_of(task: Task, operation: str, id: str | None = None) -> Intent:
    """Return the intent that is written before a create or a start is sent."""
    context, spec, before = task.context, dict(task.declared), task.intent
    return Intent(
        address=task.address,
        operation=operation,
        time=context.clock(),
        ahead=context.api.ahead,
        spec=conceal(spec, context.key),
        fingerprint=fingerprint(spec, context.key),
        generation=task.change.generation,
        id=id,
        ignore=before.ignore if before is not None else (),
    )
