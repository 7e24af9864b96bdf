"""What an update sends: live overlaid with what is declared, so that nothing of others is erased."""

from __future__ import annotations

from collections.abc import Iterable

from wexa_sync.compare.parts import overlay, shared, without
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.wire import at_path, replaced, with_defaults, with_derived
from wexa_sync.model import FieldChange, Spec


def propose(kind: Kind, live: Spec, declared: Spec, fields: Iterable[FieldChange], ignore: Iterable[str] = ()) -> Spec:
    """The whole spec an update sends: live overlaid with what is declared, so that nothing of others is erased."""
    fields = tuple(fields)
    wanted = shared(kind, declared)
    merged = overlay(live, wanted)
    for change in fields:
        if at_path(wanted, change.path) is None:  # a removal: its default, or nothing
            merged = (
                replaced(merged, change.path, change.after)
                if change.after is not None
                else without(merged, change.path)
            )
    for prefix in ignore:
        path = tuple(prefix.split("."))
        if (theirs := at_path(live, path)) is not None:
            merged = replaced(merged, path, theirs)
    changed = [change.path[: size + 1] for change in fields for size in range(len(change.path))]
    return with_defaults(kind, with_derived(kind, merged, declared=wanted, changed=changed))
