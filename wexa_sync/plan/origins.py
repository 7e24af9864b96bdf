"""Say where each operation of a plan comes from: a change of the manifests, the live side, or an earlier change. Pure.

A change is what `git diff BASE...HEAD` shows, and all that follows from it: both sides are read as manifests, so a
prompt's file, a variable, a default or an overlay that was edited counts where it arrives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from wexa_sync.compare.varied import variables_of, varied
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Desired,
    FieldChange,
    Manifest,
    Path,
    Plan,
    Sealed,
    Secret,
)
from wexa_sync.plan.decision import ADOPTED, REMOVED
from wexa_sync.secrecy.find import leaves_of

CHANGE, DRIFT, PENDING, UNEXPLAINED = "change", "drift", "pending", "unexplained"

Origin = tuple[str, ...]

_GRAVEST_FIRST: Final = (UNEXPLAINED, DRIFT, PENDING, CHANGE)
_GOES: Final = {Action.DELETE.value, Action.FORGET.value}
_EDITED: Final = ("spec", "generation", "position", "lifecycle")
_ABSENT: Any = object()


def drift_of(operation: Change | Blocked) -> bool:
    """True where the live side was changed: the operation puts something back."""
    removed = isinstance(operation, Change) and operation.action is Action.CREATE and operation.reason == REMOVED
    return removed or any(field.changed_by != "repository" for field in operation.fields)


def surprises(plan: Plan, words: Collection[str]) -> dict[Address, list[str]]:
    """Return the operations of a plan that one of these words is about, with those words.

    They are "drift", "delete", "run", "blocked" and "unexplained". The wait for a run that was started is no run.
    """
    of = plan.origins.of if plan.origins else {}
    found = {}
    for each in _operations(plan):
        facts = {
            DRIFT: drift_of(each),
            "delete": isinstance(each, Change) and each.action is Action.DELETE,
            "run": isinstance(each, Change) and each.action is Action.RUN and not each.awaits,
            "blocked": isinstance(each, Blocked),
            UNEXPLAINED: UNEXPLAINED in of.get(each.address, ()),
        }
        if met := [word for word in words if facts[word]]:
            found[each.address] = met
    return found


def origins_of(
    plan: Plan, desired: Desired, base: Desired | None, given: Collection[str] = ()
) -> dict[Address, Origin]:
    """Return the origins of every operation of a plan of `desired`, the gravest first.

    `base`: the manifests before the change; None where nobody can tell. `given`: the variables whose values come from
    the command line.
    """
    operations = _operations(plan)
    if base is None:
        return {each.address: (DRIFT if drift_of(each) else UNEXPLAINED,) for each in operations}
    sides = _Sides(desired.manifests, base.manifests, frozenset(given))
    found = {each.address: set(sides.origins(each)) for each in operations}
    led = {each.address for each in operations if _leads(each)}
    for each in operations:  # in the order of an apply: what the others wait for is known
        if found[each.address] == {UNEXPLAINED}:
            waits = each.depends_on if isinstance(each, Change) else desired.depends_on.get(each.address, ())
            followed = set[str]().union(*(found[other] for other in waits if other in led)) - {UNEXPLAINED}
            found[each.address] = followed or {UNEXPLAINED}
    return {address: tuple(each for each in _GRAVEST_FIRST if each in of) for address, of in found.items()}


def _operations(plan: Plan) -> list[Change | Blocked]:
    return [*plan.work, *plan.blocked]


class _Sides:
    """Represent the manifests of the change and those before it."""

    def __init__(
        self, desired: Mapping[Address, Manifest], base: Mapping[Address, Manifest], given: frozenset[str]
    ) -> None:
        self._desired, self._base = desired, base
        self._given = {f"${{var:{name}}}" for name in given}

    def origins(self, operation: Change | Blocked) -> Iterator[str]:
        """Yield the origins of an operation, perhaps one more than once."""
        if drift_of(operation):
            yield DRIFT
        address, wanted = operation.address, _wanted(operation)
        now, before = self._desired.get(address), self._base.get(address)
        if operation.fields:
            yield from self._of_fields(operation, now, before)
        elif now is None or before is None or wanted in _GOES:
            yield PENDING if (now is None) == (before is None) else CHANGE
        else:
            yield from self._of_whole(operation, now, before)

    def _of_fields(self, operation: Change | Blocked, now: Manifest | None, before: Manifest | None) -> Iterator[str]:
        for field in operation.fields:
            if now is None or before is None:
                yield CHANGE if now is not before else PENDING
            elif field.changed_by == "live":
                continue
            elif _differs(operation.address, field.path, now, before):
                yield CHANGE
            else:
                foreign = _is_adoption(operation) or self._is_given(field, now)
                yield UNEXPLAINED if foreign else PENDING

    def _of_whole(self, operation: Change | Blocked, now: Manifest, before: Manifest) -> Iterator[str]:
        """Yield the origins of an operation on something that is declared on both sides."""
        edited, updates = (
            any(getattr(now, name) != getattr(before, name) for name in _EDITED),
            _wanted(operation) == "update",
        )
        if edited:
            yield CHANGE
        if _is_adoption(operation):
            yield from () if edited else (UNEXPLAINED,)
        elif not (drift_of(operation) or now.generation != before.generation or (edited and updates)):
            yield PENDING

    def _is_given(self, field: FieldChange, manifest: Manifest) -> bool:
        """True where the field has what it had, but for values that no file of the repository holds."""
        value, live = _value(manifest.spec, field.path), field.before
        secrets = list(leaves_of(value, (Secret,)))
        if secrets:
            return not (isinstance(live, Sealed) and live.template != secrets[0][1].template)
        file = manifest.address.owner_address or manifest.address  # a part stands in the file of its owner
        templates = self._desired.get(file, manifest).templates
        texts = (text for _, text in leaves_of((value,), (str,)))
        uses = {use for text in texts for use in variables_of(templates.get(text, ""))}
        foreign = any(not use.startswith("${var:") or use in self._given for use in uses)
        return foreign and bool(varied(value, live, templates) == live)


def _leads(operation: Change | Blocked) -> bool:
    """True where other operations may follow from this one: what is made has another id, what is blocked blocks."""
    return isinstance(operation, Blocked) or operation.action is Action.CREATE


def _wanted(operation: Change | Blocked) -> str:
    return operation.action.value if isinstance(operation, Change) else operation.wanted


def _is_adoption(operation: Change | Blocked) -> bool:
    if isinstance(operation, Blocked):
        return operation.wanted == Action.ADOPT.value
    return operation.reason.startswith(ADOPTED)


def _differs(address: Address, path: Path, now: Manifest, before: Manifest) -> bool:
    """True where the manifests differ in a field, or in the field that this one follows from."""
    ours, theirs = _value(now.spec, path), _value(before.spec, path)
    if ours is _ABSENT and theirs is _ABSENT:
        sources = (rule.source for rule in BY_NAME[address.kind].derived if path[: len(rule.target)] == rule.target)
        return any(_value(now.spec, source) != _value(before.spec, source) for source in sources)
    return bool(ours != theirs)


def _value(value: Any, path: Iterable[str | int]) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return value
