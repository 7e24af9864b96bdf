"""Bring a resource as declared, as live and as last applied into trees of one shape (merge.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.merge import NEVER, Sides, merge
from wexa_sync.compare.parts import aligned, holds, identical, reset, sent_fields, without
from wexa_sync.compare.same import kept, same_value, sealed_fingerprint
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.origin import Derived
from wexa_sync.kinds.spec.wire import at_path, made, replaced, with_derived
from wexa_sync.model import Path, Sealed, Spec
from wexa_sync.secrecy.find import has_secret
from wexa_sync.secrecy.hide import hidden


def sides_of(
    kind: Kind, declared: Spec, live: Spec, applied: Spec | None, comparison: Comparison, ignore: Iterable[str] = ()
) -> Sides:
    """Return the sides of a resource. `applied` None: never applied by us. What `ignore` names is wanted as it is."""
    wanted = wanted_of(kind, declared, live, ignore)
    live = aligned(live, wanted, kind.fields)
    last: Any = NEVER if applied is None else aligned(sent_fields(kind, applied), wanted, kind.fields)
    for rule in kind.derived:
        if applied is not None and at_path(wanted, rule.target) is None:
            last = without(last, rule.target)
    if identical(last, wanted) and holds(live, wanted):  # far the most common: nothing is copied
        sides = Sides(wanted, wanted, last)
    else:
        sides = merge(wanted, dict(live), last, kind.fields, comparison)
    return _with_followers(kind, sides, wanted, live, applied or {}, comparison)


def wanted_of(kind: Kind, declared: Spec, live: Spec, ignore: Iterable[str]) -> dict[str, Any]:
    """Return what is declared, with live's own at the `ignore` paths: there the live side may have what it likes."""
    wanted: dict[str, Any] = sent_fields(kind, declared)
    for path in paths_of(ignore):
        wanted = reset(wanted, live, path)
    return wanted


def paths_of(ignore: Iterable[str]) -> Iterator[Path]:
    """Return the paths that `ignore_changes` names."""
    return (tuple(text.split(".")) for text in ignore)


def live_fingerprint(
    kind: Kind, declared: Spec, live: Spec, applied: Spec | None, comparison: Comparison, ignore: Iterable[str] = ()
) -> str:
    """Return a hash of the part of live that an update decides on: equal as long as nobody changed that part."""
    theirs = sides_of(kind, declared, live, applied, comparison).theirs
    for path in paths_of(ignore):
        theirs = without(theirs, path)
    return sealed_fingerprint(kind, theirs, comparison)


def follows(kind: Kind, rule: Derived, source: Any, target: Any, comparison: Comparison) -> bool:
    """True when the target is what the rule makes of the source, or another form of the same."""
    if source is None or isinstance(source, Sealed):
        return False
    value = made(rule, source)
    if type(value) is str and value == target:  # far the most common: the field need not be looked up
        return True
    if same_value(value, target, kind.fields.at(rule.target), comparison) or kept(value, target):
        return True
    shown = rule.read(target) if isinstance(target, str) else None
    return shown is not None and (
        same_value(source, shown, kind.fields.at(rule.source), comparison) or kept(source, shown)
    )


def _with_followers(kind: Kind, sides: Sides, wanted: Spec, live: Spec, applied: Spec, comparison: Comparison) -> Sides:
    """Return the sides with the fields that follow from others, where they were applied and do so no longer.

    Where the source changed too, the field goes with it, and is not shown.
    """
    theirs, target, last = sides.theirs, sides.target, sides.last
    for rule in kind.derived:
        was, now = at_path(applied, rule.target), at_path(live, rule.target)
        if was is None or now is None or at_path(wanted, rule.target) is not None:
            continue
        if any(follows(kind, rule, at_path(spec, rule.source), now, comparison) for spec in (live, applied)):
            continue
        full = with_derived(kind, wanted, declared=wanted)
        value = at_path(full, rule.target)
        if value is not None and not follows(kind, rule, at_path(full, rule.source), now, comparison):
            theirs = replaced(theirs, rule.target, hidden(now) if has_secret(was, value) else now)
            target = replaced(target, rule.target, value)
            last = replaced(last, rule.target, was)
    return Sides(theirs, target, last)
