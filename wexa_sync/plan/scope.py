"""What a plan may touch: PATH may cover a part of what is declared, and what is to go may be protected. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.compare.parts import touches
from wexa_sync.errors import PlanRefused, Problem
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.model import (
    Action,
    Address,
    Change,
    Desired,
    Lifecycle,
    Manifest,
    Observation,
    Pair,
    Plan,
    Record,
    show_path,
)
from wexa_sync.text.suggest import named

UNTOUCHED = "the apply that is undone did not touch it"


class Scope(Struct, frozen=True, kw_only=True):
    """Hold what bounds a plan beside its manifests.

    `only`: where set, the plan touches these addresses and what lives inside them, and nothing else. `elsewhere`: what
    is declared in manifests that were not read for the plan, with their files. `unread`: the files of those with
    problems, where nobody knows what they declare. `lifecycles`: what manifests say of addresses that are to go.
    """

    only: frozenset[Address] | None = None
    elsewhere: Mapping[Address, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    lifecycles: Mapping[Address, Lifecycle] = field(default_factory=dict)
    exactly: frozenset[Address] | None = None

    def left_alone(self, observation: Observation) -> dict[Address, str]:
        """Return the addresses that the plan must not touch, each with the reason."""
        if self.exactly is not None:
            return dict.fromkeys(observation.pairs.keys() - self.exactly, UNTOUCHED)
        if self.only is None and not self.elsewhere and not self.unread:
            return {}
        reasons = {address: self._why(pair, observation) for address, pair in sorted(observation.pairs.items())}
        return {address: why for address, why in reasons.items() if why}

    def _why(self, pair: Pair, observation: Observation) -> str:
        """Return why the plan must leave that pair alone; empty where it need not."""
        owner = pair.address.owner_address
        if self.only is not None:
            return "" if self.only & {pair.address, owner} else "PATH does not declare it"
        around = observation.pairs.get(owner) if owner is not None else None
        if pair.manifest is not None or (around is not None and around.manifest is not None):
            return ""
        for address in (pair.address, owner):
            if address is not None and (file := self.elsewhere.get(address)):
                return f"declared in {file}, which PATH does not cover"
        if self.unread:
            files = ", ".join(self.unread[:3]) + (" ..." if self.unread[3:] else "")
            return f"it may be declared in {files}, which PATH does not cover and which can't be read"
        return ""

    def unknown(self, observation: Observation) -> Iterator[str]:
        """Give a warning where a destroy leaves a declared resource alone, since the state does not know it."""
        resources = [each for each in self.lifecycles if BY_NAME[each.kind].nature is Nature.RESOURCE]
        absent = sorted(each for each in resources if each not in observation.pairs)
        absent = [each for each in absent if each.owner_address not in absent]
        if not absent:
            return
        lost = not any(pair.record for pair in observation.pairs.values())
        way = "wexa-sync state rebuild" if lost else "wexa-sync apply --adopt"
        yield (
            f"The state does not know {named(absent)}, so {'it is' if len(absent) == 1 else 'they are'} not deleted. "
            f"For what is live all the same: `{way}` takes it into the state; then destroy it."
        )

    def forbids(self, change: Change) -> str:
        """Return what a saved change does that its manifest does not allow; empty where it does nothing such."""
        said = self.lifecycles.get(change.address, Lifecycle())
        if change.action is Action.DELETE and (said.prevent_destroy or said.retain):
            return f"deletes {change.address}, which its manifest protects"
        ignored = [show_path(field.path) for field in change.fields if touches(field.path, said.ignore_changes)]
        return f"changes {', '.join(ignored)} of {change.address}, which its manifest ignores" if ignored else ""

    def protected(self, observation: Observation) -> Observation:
        """Return the observation with the records protected as their manifests say, applied or not."""
        pairs = {
            address: replace(pair, record=replace(pair.record, lifecycle=joined(pair.record.lifecycle, said)))
            for address, said in self.lifecycles.items()
            if (pair := observation.pairs.get(address)) is not None and pair.record is not None
        }
        return replace(observation, pairs={**observation.pairs, **pairs}) if pairs else observation


def with_found(observation: Observation) -> Observation:
    """Return the observation with what a lost answer left, and nobody declares, as if it were recorded.

    So it is deleted with the rest, and protected as the rest.
    """
    pairs = {
        pair.address: replace(pair, record=Record(address=pair.address, id=pair.live.id, spec=pair.intent.spec))
        for pair in observation.pairs.values()
        if pair.manifest is None and pair.live is not None and pair.intent is not None and pair.certain
        if BY_NAME[pair.address.kind].nature is Nature.RESOURCE
    }
    return replace(observation, pairs={**observation.pairs, **pairs}) if pairs else observation


def joined(one: Lifecycle, other: Lifecycle) -> Lifecycle:
    """Return the lifecycle that protects what either of the two protects."""
    return Lifecycle(
        prevent_destroy=one.prevent_destroy or other.prevent_destroy,
        ignore_changes=tuple(dict.fromkeys((*one.ignore_changes, *other.ignore_changes))),
        retain=one.retain or other.retain,
    )


def beyond(desired: Desired, declared: Sequence[Manifest], problems: Sequence[Problem]) -> Scope:
    """Return the scope of a plan of `desired`, which is a part of what is `declared`: the rest is left alone.

    `problems`: where manifests can't be read, nobody knows what they declare.
    """
    elsewhere = {each.address: each.source.file for each in declared if each.address not in desired.manifests}
    return Scope(elsewhere=elsewhere, unread=tuple(sorted({problem.source.file for problem in problems})))


def to_destroy(declared: Sequence[Manifest], *, whole: bool) -> Scope:
    """Return the scope of a destroy: what is `declared`, or (`whole`) all that the state holds."""
    lifecycles: dict[Address, Lifecycle] = {}
    for each in declared:
        lifecycles[each.address] = joined(each.lifecycle, lifecycles.get(each.address, each.lifecycle))
    return Scope(only=None if whole else frozenset(lifecycles), lifecycles=lifecycles)


def require_allowed(plan: Plan, scope: Scope) -> None:
    """Raise PlanRefused where a saved plan deletes what a manifest protects by now, or changes what it ignores."""
    for change in plan:
        if does := scope.forbids(change):
            raise PlanRefused(f"the plan {does} by now", hint="Run `wexa-sync plan` again and review what it says now.")
