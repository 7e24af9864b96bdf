"""Make the records and intents that an apply writes."""

from __future__ import annotations

from wexa_sync.apply.context import Context
from wexa_sync.compare.parts import sent_fields
from wexa_sync.kinds.spec.wire import with_defaults, with_derived
from wexa_sync.model import Change, Intent, Record, Spec
from wexa_sync.secrecy.seal import conceal, fingerprint


def record_of(context: Context, change: Change, id: str, *, spec: Spec | None = None) -> Record:
    """The record of a change that came to a good end. `spec`: what was applied, where that is not what is declared."""
    before = context.state().records.get(change.address)
    return Record(
        address=change.address,
        id=id,
        spec=conceal(dict((change.after or {}) if spec is None else spec), context.key),
        lifecycle=change.lifecycle,
        generation=change.generation,
        made_at=before.made_at if before is not None and before.id == id else context.clock(),
    )


def intent_of(context: Context, change: Change, operation: str, id: str | None = None) -> Intent:
    """What is written before a create or a start is sent."""
    spec = dict(change.after or {})
    before = context.state().intents.get(change.address)
    return Intent(
        address=change.address,
        operation=operation,
        time=context.clock(),
        ahead=context.api.ahead,
        spec=conceal(spec, context.key),
        fingerprint=fingerprint(spec, context.key),
        generation=change.generation,
        id=id,
        ignore=before.ignore if before is not None else (),
    )


def sent_by_create(context: Context, change: Change) -> Spec:
    """What a create sends: what is declared, what follows from it, and the defaults of what the API requires."""
    kind = context.kind(change)
    declared = sent_fields(kind, change.after or {})
    return with_defaults(kind, with_derived(kind, declared, declared=declared))
