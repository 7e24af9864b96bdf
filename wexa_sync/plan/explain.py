"""Explain the decision on one address: by the same table and the same comparison that made it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.parts import aligned, ignored
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.fields import is_sent
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Declaration,
    ExplainedField,
    Explanation,
    FieldChange,
    Manifest,
    Observation,
    Pair,
    Path,
    Plan,
    Spec,
    Standing,
)
from wexa_sync.plan.action import ActionCase
from wexa_sync.plan.decide import ROWS, decide, row_of
from wexa_sync.plan.decision import Orphan, Rules, does
from wexa_sync.plan.hide import keep_secret
from wexa_sync.plan.reasons import ABSENT, Values, is_kept, is_same, leaves, why_no_difference
from wexa_sync.plan.resource import Case

Locate = Callable[[Manifest, Path], Declaration]

_CHANGED = {
    "repository": "the manifest changed since the last apply",
    "live": "the live side changed since the last apply",
    "both": "both sides changed since the last apply",
}
_ORPHAN = "it is no longer declared, and stays: --prune deletes it, or forgets it"


def explained(address: Address, seen: Observation, rules: Rules, planned: Plan, locate: Locate) -> Explanation:
    """Return why `address`, which `seen` must have, is planned as it is. `locate` gives the place of a field."""
    pair = seen.pairs[address]
    row, alone = row_of(pair), decide(pair, seen, rules)
    every: tuple[Change | Blocked, ...] = (*planned.changes, *planned.blocked)
    found = next((each for each in every if each.address == address), None)
    fields = tuple(_fields(pair, seen, rules, found, locate))
    shown = {field.path for field in fields}
    sides, alone = _without_secrets(_sides(pair), None if isinstance(alone, Orphan) else alone, planned, seen)
    declared, live, recorded = row
    return Explanation(
        address=address,
        declared=declared,
        live=live,
        recorded=recorded,
        row=ROWS[row],
        id=pair.live.id if pair.live else pair.record.id if pair.record else "",
        source=pair.manifest.source if pair.manifest else None,
        alone=alone,
        found=found,
        left=_ORPHAN if address in planned.orphans else "",
        plan=planned,
        sides=sides,
        fields=fields,
        others=tuple(path for path, _ in _values(pair) if path not in shown),
    )


def _without_secrets(
    sides: Change, alone: Change | Blocked | None, planned: Plan, seen: Observation
) -> tuple[Change, Change | Blocked | None]:
    """Return both with a manifest's secrets hidden where the server shows them, as the plan has it."""
    changes = (sides, alone) if isinstance(alone, Change) else (sides,)
    blocked = (alone,) if isinstance(alone, Blocked) else ()
    kept = keep_secret(replace(planned, changes=changes, blocked=blocked), seen)
    safe: tuple[Change | Blocked, ...] = (*kept.changes[1:], *kept.blocked)
    return kept.changes[0], next(iter(safe), None)


def _sides(pair: Pair) -> Change:
    """Return the three values of the resource in the shape of a change, their lists in the manifest's order."""
    kind = BY_NAME[pair.address.kind]
    desired = pair.manifest.spec if pair.manifest is not None else None
    like: Spec = desired or (pair.record.spec if pair.record is not None else {})
    applied, live = (
        aligned(dict(side.spec), dict(like), kind.fields) if side is not None else None
        for side in (pair.record, pair.live)
    )
    last = FieldChange(path=(), before=None, after=applied, changed_by="")
    return Change(action=Action.NOOP, address=pair.address, before=live, after=desired, fields=(last,))


def _values(pair: Pair) -> list[tuple[Path, Values]]:
    """Return every place of the resource with its values, by name; without those that the server alone sets."""
    sides, fields = _sides(pair), BY_NAME[pair.address.kind].fields
    known = (ABSENT if side is None else side for side in (sides.after, sides.fields[0].after, sides.before))
    found = [(path, values) for path, values in leaves(Values(*known)) if path]
    found = [(path, values) for path, values in found if is_sent(fields.at(path[:1])) or values.desired is not ABSENT]
    return sorted(found, key=lambda leaf: [(isinstance(part, str), part) for part in leaf[0]])


def _fields(
    pair: Pair, seen: Observation, rules: Rules, found: Change | Blocked | None, locate: Locate
) -> Sequence[ExplainedField]:
    """Return each field that is declared or was applied."""
    differing = _differing(pair, seen, rules)
    fields = []
    for path, values in _values(pair):
        if values.desired is ABSENT and values.applied is ABSENT:
            continue
        standing, why = _standing(path, values, pair, found, differing)
        at = locate(pair.manifest, path) if pair.manifest is not None and values.desired is not ABSENT else None
        fields.append(ExplainedField(path=path, standing=standing, why=why, declared_at=at))
    return fields


def _differing(pair: Pair, seen: Observation, rules: Rules) -> tuple[FieldChange, ...]:
    """Return what the decision compares, and finds to differ."""
    if pair.manifest is None:
        return ()
    if BY_NAME[pair.address.kind].nature is Nature.ACTION:
        return ActionCase(pair, seen, rules).edits(pair.record, pair.manifest) if pair.record is not None else ()
    case = Case(pair, seen, rules)
    return field_changes(case.kind, *case.compared(pair.live)) if pair.live is not None else ()


def _standing(
    path: Path, values: Values, pair: Pair, found: Change | Blocked | None, differing: Sequence[FieldChange]
) -> tuple[Standing, str]:
    if pair.manifest is None:
        changed = ABSENT not in (values.applied, values.live) and values.applied != values.live
        return _undeclared(found, changed)
    kind = BY_NAME[pair.address.kind]
    is_action = kind.nature is Nature.ACTION
    if pair.live is None and not (is_action and pair.record is not None):
        makes = does(found, Action.CREATE, Action.RUN)
        return (Standing.CHANGES if makes else Standing.DIFFERS if isinstance(found, Blocked) else Standing.EQUAL), ""
    for field in differing:
        if field.path == path[: len(field.path)] or path == field.path[: len(path)]:
            ours = pair.record is not None and (pair.live is None or pair.record.id == pair.live.id)
            why = _CHANGED[field.changed_by] if ours else "wexa-sync never applied it"
            return (Standing.CHANGES if does(found, Action.UPDATE) else Standing.DIFFERS), why
    ignore = pair.manifest.lifecycle.ignore_changes
    if is_action:  # what happened is compared with what was sent
        values = values._replace(live=values.applied)
    if is_same(values) and not ignored(path, ignore):
        return Standing.EQUAL, ""
    why = why_no_difference(kind, path, values, ignore)
    return (Standing.EQUAL if is_kept(values) else Standing.HIDDEN), why


def _undeclared(found: Change | Blocked | None, changed: bool) -> tuple[Standing, str]:
    """Return how a field of a resource stands that no manifest declares any more."""
    why = _CHANGED["live"] if changed else ""
    if does(found, Action.DELETE):
        return Standing.CHANGES, why
    return (Standing.DIFFERS if changed else Standing.EQUAL), why
