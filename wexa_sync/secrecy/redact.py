"""Hide the secrets of plans, reports and runs. The nouns stay the same, so that nothing after them can leak a secret.

Three things are secret: a Secret or Sealed leaf; what stands at the same place on the other side of the change (the
server may hand back what the manifest hides); and the value of a known Secret wherever else it turns up, such as in a
server's error message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.model import Blocked, Change, FieldChange, Path, Plan, Ref, Sealed, Secret, Spec
from wexa_sync.secrecy.find import has_secret, secrets_in
from wexa_sync.secrecy.hide import SENSITIVE, Place, Scrub, Sensitive, hide, scrubber, scrubber_of

if TYPE_CHECKING:
    from wexa_sync.model import Outcome, Report, Run


class Mask(Struct, frozen=True):
    """Say how a plan hides its secrets: in messages, in values (with the places secret on either side), in names."""

    text: Scrub
    value: Callable[[Any, Iterable[Place]], Any]
    name: Scrub = str


def mask_plan(plan: Plan, mask: Mask) -> Plan:
    """Return the plan with the mask over every value and message in it."""
    return replace(
        plan,
        changes=tuple(_mask_change(change, mask) for change in plan.changes),
        blocked=tuple(_mask_blocked(blocked, mask) for blocked in plan.blocked),
        unprunable=tuple(_mask_blocked(blocked, mask) for blocked in plan.unprunable),
        unmanaged=tuple(replace(found, title=mask.text(found.title)) for found in plan.unmanaged),
        warnings=tuple(map(mask.text, plan.warnings)),
    )


def redact_plan(plan: Plan) -> Plan:
    """Return the plan with SENSITIVE in the place of each secret."""
    mask = _mask_for([*plan.changes, *plan.blocked])
    return mask_plan(plan, mask) if mask else plan


def redact_report(report: Report) -> Report:
    """Return the report with SENSITIVE in the place of each secret, in its plan, its changes and its errors."""
    plan = report.plan
    mask = _mask_for([*plan.changes, *plan.blocked, *(outcome.change for outcome in report.outcomes)])
    if mask is None:
        return report
    outcomes = tuple(_mask_outcome(outcome, mask) for outcome in report.outcomes)
    return replace(report, plan=mask_plan(plan, mask), outcomes=outcomes)


def redact_run(run: Run) -> Run:
    """Return the run with SENSITIVE in the place of each secret: the server shows in clear what the manifest hides."""
    clean = cleaner(run.hidden)
    questions = (
        replace(
            question,
            summary=clean(question.summary),
            about=clean(question.about),
            inputs=clean(question.inputs),
            given={},
        )
        for question in run.questions
    )
    steps = (
        replace(
            step,
            title=clean(step.title),
            model=clean(step.model),
            error=clean(step.error),
            output=clean(step.output),
            entries=tuple(
                replace(entry, summary=clean(entry.summary), error=clean(entry.error)) for entry in step.entries
            ),
        )
        for step in run.steps
    )
    return replace(
        run,
        steps=tuple(steps),
        target_name=clean(run.target_name),
        goal=clean(run.goal),
        inputs=clean(run.inputs),
        result=clean(run.result),
        failure=clean(run.failure),
        questions=tuple(questions),
        hidden=(),
    )


def cleaner(hidden: Collection[str]) -> Callable[[Any], Any]:
    """Return a function that puts SENSITIVE, as a text, in the place of these values, wherever they stand in data."""
    scrub = scrubber(hidden)

    def text(value: str) -> str:
        return str(SENSITIVE) if value in hidden else scrub(value)

    def leaf(value: Any) -> Any:
        if isinstance(value, str):
            return text(value)
        return str(SENSITIVE) if type(value) in (int, float) and json.dumps(value) in hidden else value

    return lambda data: hide(data, leaf, name=text)


def _mask_for(held: Iterable[Change | Blocked]) -> Mask | None:
    """Return the mask that hides every secret in these; None where there is none, as in most plans."""
    values = [value for each in held for value in _values(each)]
    if not has_secret(*values):
        return None
    scrub = scrubber_of(found for value in values for _, found in secrets_in(value) if isinstance(found, Secret))

    def leaf(value: Any) -> Any:
        if isinstance(value, (Secret, Sealed)):
            return SENSITIVE
        if isinstance(value, Ref) and value.external is not None:
            return replace(value, external=scrub(value.external))
        return scrub(value) if isinstance(value, str) else value

    return Mask(text=scrub, value=lambda value, places: hide(value, leaf, name=scrub, places=places), name=scrub)


def _values(held: Change | Blocked) -> Iterator[Any]:
    if isinstance(held, Change):
        yield held.after
        if held.before is not held.after:
            yield held.before
    for field in held.fields:
        yield from (field.before, field.after)


def _mask_outcome(outcome: Outcome, mask: Mask) -> Outcome:
    return replace(
        outcome,
        change=_mask_change(outcome.change, mask),
        id=None if outcome.id is None else mask.name(outcome.id),
        error=mask.text(outcome.error),
        hint=mask.text(outcome.hint),
        warnings=tuple(map(mask.text, outcome.warnings)),
    )


def _mask_blocked(blocked: Blocked, mask: Mask) -> Blocked:
    places = _secret_places(blocked)
    return replace(
        blocked,
        wanted=mask.text(blocked.wanted),
        reason=mask.text(blocked.reason),
        hint=mask.text(blocked.hint),
        fields=tuple(_mask_field(field, places, mask) for field in blocked.fields),
    )


def _mask_change(change: Change, mask: Mask) -> Change:
    places = _secret_places(change)
    return replace(
        change,
        before=_mask_spec(change.before, places, mask),
        after=_mask_spec(change.after, places, mask),
        fields=tuple(_mask_field(field, places, mask) for field in change.fields),
        reason=mask.text(change.reason),
        id=None if change.id is None else mask.name(change.id),
    )


def _mask_spec(spec: Spec | None, places: Iterable[Place], mask: Mask) -> Spec | None:
    masked: Spec | Sensitive | None = mask.value(spec, places)
    if isinstance(masked, Sensitive):  # a spec stays a mapping, even one that is secret as a whole
        return {mask.name(key): SENSITIVE for key in spec or {}}
    return masked


def _mask_field(field: FieldChange, places: Iterable[Place], mask: Mask) -> FieldChange:
    at = _place(field.path)
    # A secret at or above the field covers it whole; one below it covers that part.
    inside = {place[len(at) :] for place in places if at[: len(place)] == place[: len(at)]}
    return replace(
        field,
        path=tuple(mask.name(part) if isinstance(part, str) else part for part in field.path),
        before=mask.value(field.before, inside),
        after=mask.value(field.after, inside),
    )


def _secret_places(held: Change | Blocked) -> set[Place]:
    """Return where a secret stands on either side of a change, in its specs and in its fields."""
    specs = (held.before, held.after) if isinstance(held, Change) else ()
    sides: list[tuple[Path, Any]] = [((), spec) for spec in specs]
    sides += [(field.path, side) for field in held.fields for side in (field.before, field.after)]
    return {_place(path) for start, side in sides for path, _ in secrets_in(side, start)}


def _place(path: Path) -> Place:
    return tuple(None if isinstance(part, int) else part for part in path)
