"""Show why a resource is planned as it is: the row of the table, the decision, and each field with its three values."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.model import Action, Address, Blocked, Change, Declaration, Explanation, Path, Standing, show_path
from wexa_sync.render.view.fields import ABSENT
from wexa_sync.secrecy.hide import SENSITIVE
from wexa_sync.secrecy.redact import redact_plan


class ExplainedFieldView(Struct, frozen=True, kw_only=True):
    """Describe a field with its value as declared, as last applied and as live; ABSENT where there is none."""

    path: str
    desired: Any
    applied: Any
    live: Any
    standing: Standing
    why: str
    declared_at: Declaration | None


class ExplanationView(Struct, frozen=True, kw_only=True):
    """Describe an explanation to lay out.

    `by_itself` says what the table alone decides, where the plan decides otherwise.
    """

    explanation: Explanation
    decision: str
    reason: str
    hint: str
    by_itself: str
    waits_for: tuple[Address, ...]
    fields: tuple[ExplainedFieldView, ...]
    others: tuple[str, ...]


def explanation_view(explanation: Explanation) -> ExplanationView:
    """Return the view of an explanation, its secrets hidden."""
    found, alone, sides = _redacted(explanation)
    applied, live, desired = sides.fields[0].after, sides.before, sides.after
    fields = tuple(
        ExplainedFieldView(
            path=show_path(field.path),
            desired=_at(desired, field.path),
            applied=_at(applied, field.path),
            live=_at(live, field.path),
            standing=field.standing,
            why=field.why,
            declared_at=field.declared_at,
        )
        for field in explanation.fields
    )
    decision, reason, hint = _told(found, explanation)
    itself, why, _ = _told(alone, explanation)
    return ExplanationView(
        explanation=explanation,
        decision=decision,
        reason=reason,
        hint=hint,
        by_itself=f"{itself}{f': {why}' if why else ''}" if (itself, why) != (decision, reason) and alone else "",
        waits_for=found.depends_on if isinstance(found, Change) else (),
        fields=fields,
        others=tuple(map(show_path, explanation.others)),
    )


def _redacted(explanation: Explanation) -> tuple[Change | Blocked | None, Change | Blocked | None, Change]:
    """Return the decision, that of the table alone, and the values, without the secrets that are in one of them."""
    held = (explanation.found, explanation.alone)
    changes = tuple(each for each in held if isinstance(each, Change))
    blocked = tuple(each for each in held if isinstance(each, Blocked))
    safe = redact_plan(replace(explanation.plan, changes=(explanation.sides, *changes), blocked=blocked))
    rest = {True: iter(safe.changes[1:]), False: iter(safe.blocked)}
    found, alone = (None if each is None else next(rest[isinstance(each, Change)]) for each in held)
    return found, alone, safe.changes[0]  # type: ignore[return-value]  # each iterator yields its own kind


def _told(found: Change | Blocked | None, explanation: Explanation) -> tuple[str, str, str]:
    """Return a decision in a word, with its reason and what a person can do."""
    if isinstance(found, Blocked):
        return f"blocked ({found.wanted})", found.reason, found.hint
    if found is None:
        return "nothing", explanation.left or "it is not in the plan", ""
    reason = found.reason
    if not reason and found.action is Action.NOOP:
        reason = "live is as declared"
    if not reason and found.action is Action.UPDATE:
        count = len(found.fields)
        reason = f"{count} field{' differs' if count == 1 else 's differ'}"
    if not reason and found.action is Action.CREATE:
        reason = "it is declared, and not there"
    return found.action.value, reason, ""


def _at(value: Any, path: Path) -> Any:
    """Return the value at the path: SENSITIVE inside of a secret, ABSENT where nothing stands."""
    if value is None:
        return ABSENT
    for part in path:
        if value is SENSITIVE:
            return SENSITIVE
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return value
