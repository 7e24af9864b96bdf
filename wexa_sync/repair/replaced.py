"""Compare what an apply replaced with what is live now. Pure."""

from __future__ import annotations

from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import overlay, part_of, restrict, without
from wexa_sync.compare.same import as_recorded, kept, same_value
from wexa_sync.compare.sides import follows
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import NO_DEFAULT
from wexa_sync.kinds.spec.wire import at_path, default_of, is_sealed
from wexa_sync.model import Record, Replaced, Sealed, Spec


def as_it_is(kind: Kind, record: Record, live: Spec, comparison: Comparison) -> Spec:
    """Return the recorded fields as they are live: an undo changes nothing else. Leave out what follows from others."""
    shown = as_recorded(record.spec, part_of(kind, live, record.spec), kind.fields, comparison)
    spec: Spec = overlay(record.spec, shown, kind.fields)
    for rule in kind.derived:
        source, target = at_path(spec, rule.source), at_path(spec, rule.target)
        sealed = isinstance(source, Sealed) and isinstance(target, Sealed) and source.template == target.template
        if target is not None and (sealed or follows(kind, rule, source, target, comparison)):
            spec = without(spec, rule.target)
    return spec


def value_now(kind: Kind, each: Replaced, live: Spec, record: Record) -> Any:
    """Return what stands at the field now: live, or where reads do not show it, as it was applied last."""
    shown = kind.fields.shows(each.path) and each.path[0] in live
    return at_path(live if shown else record.spec, each.path)


def is_equal(kind: Kind, each: Replaced, now: Any, other: Any, comparison: Comparison) -> bool:
    """True when a field has that value now. None stands for the default too."""
    field = kind.fields.at(each.path)
    if other is None:
        default = None if field.default is NO_DEFAULT else default_of(field)
        return now is None or kept(None, now) or same_value(default, now, field, comparison)
    shown = restrict(now, other) if isinstance(other, (dict, list)) else now
    return same_value(other, shown, field, comparison) or (not is_sealed(other) and kept(other, shown))
