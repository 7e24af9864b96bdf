"""Propose what an update sends: live overlaid with the declared fields, so that nothing of others is erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import aligned, patched, reset, sent_fields
from wexa_sync.compare.same import kept, same, same_value
from wexa_sync.compare.sides import follows, paths_of, sides_of, wanted_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import is_shown, select
from wexa_sync.kinds.spec.wire import at_path, made, replaced, with_defaults, with_derived, with_texts
from wexa_sync.model import FieldChange, Path, Spec


def propose(
    kind: Kind, declared: Spec, live: Spec, applied: Spec | None, comparison: Comparison, ignore: Iterable[str] = ()
) -> Spec:
    """Return the spec that is to be live. Fields of others stay in it, and so do ignored ones."""
    ignore, live = tuple(ignore), aligned(live, sent_fields(kind, declared), kind.fields)
    sides, wanted = sides_of(kind, declared, live, applied, comparison, ignore), wanted_of(kind, declared, live, ignore)
    merged = patched(dict(live), sides.theirs, sides.target)
    changed = [
        rule.source
        for rule in kind.derived
        if not same_value(
            at_path(merged, rule.source), at_path(live, rule.source), kind.fields.at(rule.source), comparison
        )
    ]
    spec = with_derived(kind, merged, declared=wanted, changed=changed)
    for path in paths_of(ignore):
        spec = reset(spec, live, path)
    return spec


def whole(kind: Kind, declared: Spec, proposed: Spec) -> Spec:
    """Return a proposal with every field that a replacing call wants: reads may show fewer than the API requires."""
    unseen = {name: value for name, value in sent_fields(kind, declared).items() if name not in proposed}
    return with_defaults(kind, with_texts(kind, {**proposed, **unseen}))


def differing(
    kind: Kind, proposed: Spec, live: Spec, planned: Iterable[FieldChange], comparison: Comparison
) -> set[str]:
    """Return the fields that a partial update sends: those that live shows otherwise, and those planned to change.

    A write-only field is among them only where the plan changes it.
    """
    shown = select(dict(proposed), kind.fields, is_shown)
    other = {name for name in shown if not same(kind, {name: shown[name]}, {name: live.get(name)}, comparison)}
    return other | (proposed.keys() & {str(field.path[0]) for field in planned})


def assumed(kind: Kind, declared: Spec, proposed: Spec, fields: Collection[str]) -> tuple[FieldChange, ...]:
    """Return what an update overwrites unseen: the API requires those fields, and reads do not show them."""
    return tuple(
        FieldChange(path=path, before=None, after=value, changed_by="repository")
        for path, value in _added(proposed, whole(kind, declared, proposed))
        if path[0] in fields
    )


def _added(before: Any, after: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for name, value in after.items():
        place = (*path, name)
        if name not in before or (before[name] is None and not kept(value, None)):
            yield place, value
        elif isinstance(value, dict) and isinstance(before[name], dict):
            yield from _added(before[name], value, place)


def as_applied(
    kind: Kind,
    declared: Spec,
    sent: Spec,
    comparison: Comparison,
    applied: Spec | None = None,
    ignore: Iterable[str] = (),
) -> Spec:
    """Return what is recorded of an apply: what is declared, with what followed from it, and without what was ignored.

    Of an ignored field, the earlier record holds.
    """
    spec = dict(declared)
    for path in paths_of(ignore):
        spec = reset(spec, applied or {}, path)
    for rule in kind.derived:
        source, target = at_path(sent, rule.source), at_path(sent, rule.target)
        if (
            at_path(declared, rule.target) is None
            and target is not None
            and follows(kind, rule, source, target, comparison)
        ):
            spec = replaced(spec, rule.target, made(rule, source))
    return spec
