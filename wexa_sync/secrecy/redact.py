"""What makes a plan or a report fit to be shown: secrets go first, hostile characters as text is laid out.

`redact_plan` and `redact_report` return the same nouns with every secret replaced, so that nothing after them can leak
one. Three things are secret: a Secret or Sealed leaf; what stands at the same place on the other side of the change
(the server may hand back what the manifest hides); and the value of a known Secret wherever else it turns up, such as
in a server's error message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from wexa_sync.model import (
    Blocked,
    Change,
    FieldChange,
    Outcome,
    Path,
    Plan,
    Ref,
    Report,
    Run,
    Sealed,
    Secret,
    Spec,
)
from wexa_sync.secrecy import find as secrecy
from wexa_sync.secrecy.find import Scrub, parts, scrubber, secrets_of


class Sensitive:
    """The leaf that stands where a secret stood. It holds nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return secrecy.SENSITIVE


SENSITIVE: Final = Sensitive()

# A place in a spec with list positions left out (None): the two sides may order their lists differently.
_Place = tuple[str | None, ...]

# Control characters, ANSI's included; bidirectional marks and overrides; zero-width and other invisible characters;
# line separators that are no newline; lone surrogates; tags.
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e00ff]"
)
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""The text on one line, with what a terminal would obey or hide written as an escape: `\x1b`, `\u202e`."""
    return _HIDDEN.sub(_escape, text)


def prose(text: str) -> str:
    """A message made visible, its line breaks turned into spaces: whoever lays it out wraps it anew."""
    return visible(_LINE_BREAK.sub(" ", text.strip()))


def visible_json(text: str) -> str:
    r"""The same JSON, with hidden characters inside its strings as `\uXXXX`."""
    return _HIDDEN.sub(_escape_for_json, text)


def redact_plan(plan: Plan) -> Plan:
    """The plan with SENSITIVE where secrets stood."""
    held: list[Change | Blocked] = [*plan.changes, *plan.blocked]
    return _redact_plan(plan, _scrubber(held)) if _hold_secrets(held) else plan


def redact_report(report: Report) -> Report:
    """The report with SENSITIVE where secrets stood, in its plan, its changes and its errors."""
    held: list[Change | Blocked] = [*report.plan.changes, *report.plan.blocked]
    held += [outcome.change for outcome in report.outcomes]
    if not _hold_secrets(held):
        return report
    scrub = _scrubber(held)
    return replace(
        report,
        plan=_redact_plan(report.plan, scrub),
        outcomes=tuple(_redact_outcome(outcome, scrub) for outcome in report.outcomes),
    )


def redact_run(run: Run) -> Run:
    """The run with SENSITIVE where secrets stood: the server shows in clear what the manifest hides."""
    scrub = scrubber(run.hidden)

    def clean(value: Any) -> Any:
        return _redact(value, (), lambda text: str(SENSITIVE) if text in run.hidden else scrub(text))

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
    return replace(
        run,
        goal=clean(run.goal),
        inputs=clean(run.inputs),
        result=clean(run.result),
        failure=clean(run.failure),
        questions=tuple(questions),
        hidden=(),
    )


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT_ESCAPES.get(found[0]) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _escape_for_json(found: re.Match[str]) -> str:
    if found[0] == "\n":  # the layout's own: json.dumps has escaped those inside strings
        return "\n"
    return re.sub("(....)", r"\\u\1", found[0].encode("utf-16-be", "surrogatepass").hex())


def _redact_plan(plan: Plan, scrub: Scrub) -> Plan:
    return replace(
        plan,
        changes=tuple(_redact_change(change, scrub) for change in plan.changes),
        blocked=tuple(_redact_blocked(blocked, scrub) for blocked in plan.blocked),
        warnings=tuple(map(scrub, plan.warnings)),
    )


def _redact_outcome(outcome: Outcome, scrub: Scrub) -> Outcome:
    return replace(
        outcome,
        change=_redact_change(outcome.change, scrub),
        id=None if outcome.id is None else scrub(outcome.id),
        error=scrub(outcome.error),
        hint=scrub(outcome.hint),
        warnings=tuple(map(scrub, outcome.warnings)),
    )


def _redact_blocked(blocked: Blocked, scrub: Scrub) -> Blocked:
    places = _secrets_in(blocked.fields)
    return replace(
        blocked,
        wanted=scrub(blocked.wanted),
        reason=scrub(blocked.reason),
        hint=scrub(blocked.hint),
        fields=tuple(_redact_field(field, places, scrub) for field in blocked.fields),
    )


def _secrets_in(fields: Iterable[FieldChange]) -> set[_Place]:
    return {
        _place(field.path) + place
        for field in fields
        for value in (field.before, field.after)
        for place in _secret_places(value)
    }


def _redact_change(change: Change, scrub: Scrub) -> Change:
    places = {place for value in (change.before, change.after) for place in _secret_places(value)}
    places |= _secrets_in(change.fields)
    return replace(
        change,
        before=_redact_spec(change.before, places, scrub),
        after=_redact_spec(change.after, places, scrub),
        fields=tuple(_redact_field(field, places, scrub) for field in change.fields),
        reason=scrub(change.reason),
        id=None if change.id is None else scrub(change.id),
    )


def _redact_spec(spec: Spec | None, places: Iterable[_Place], scrub: Scrub) -> Spec | None:
    redacted: Spec | Sensitive | None = _redact(spec, places, scrub)
    if isinstance(redacted, Sensitive):  # a spec stays a mapping, even one that is secret as a whole
        return {scrub(key): SENSITIVE for key in spec or {}}
    return redacted


def _redact_field(field: FieldChange, places: Iterable[_Place], scrub: Scrub) -> FieldChange:
    at = _place(field.path)
    # A secret at or above the field covers it whole; one below it covers that part.
    inside = {place[len(at) :] for place in places if at[: len(place)] == place[: len(at)]}
    return replace(
        field,
        path=tuple(scrub(part) if isinstance(part, str) else part for part in field.path),
        before=_redact(field.before, inside, scrub),
        after=_redact(field.after, inside, scrub),
    )


def _redact(value: Any, places: Iterable[_Place], scrub: Scrub) -> Any:
    heads = {place[0] if place else () for place in places}
    if value is not None and (isinstance(value, (Secret, Sealed)) or () in heads):
        return SENSITIVE
    if isinstance(value, Mapping) and None not in heads:
        return {
            scrub(key): _redact(item, [place[1:] for place in places if place[0] == key], scrub)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)) and heads <= {None}:
        return [_redact(item, [place[1:] for place in places], scrub) for item in value]
    # Where the other side has a secret deeper down and this side has another shape, no part of it is safe.
    return SENSITIVE if heads and value is not None else _scrubbed(value, scrub)


def _scrubbed(leaf: Any, scrub: Scrub) -> Any:
    if isinstance(leaf, Ref) and leaf.external is not None:
        return replace(leaf, external=scrub(leaf.external))
    return scrub(leaf) if isinstance(leaf, str) else leaf


def _hold_secrets(held: Iterable[Change | Blocked]) -> bool:
    """Whether there is anything to hide: most plans have no secret, and are fit to be shown as they are."""
    return any(True for each in held for value in _values(each) for _ in _secret_places(value))


def _values(held: Change | Blocked) -> Iterator[Any]:
    if isinstance(held, Change):
        yield held.before
        yield held.after
    for field in held.fields:
        yield field.before
        yield field.after


def _place(path: Path) -> _Place:
    return tuple(None if isinstance(part, int) else part for part in path)


def _secret_places(value: Any, at: _Place = ()) -> Iterator[_Place]:
    if isinstance(value, (Secret, Sealed)):
        yield at
    elif isinstance(value, str):  # far the most common; to ask it whether it is a Mapping takes long
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secret_places(item, (*at, key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secret_places(item, (*at, None))


def _scrubber(held: Iterable[Change | Blocked]) -> Scrub:
    """A function that replaces the values of all secrets in there, wherever they stand in a text."""
    secrets = (secret for each in held for value in _values(each) for secret in secrets_of(value))
    return scrubber(part for secret in secrets for part in parts(secret))
