"""Observation -> Plan: the decision table, and what follows from it for others. Pure.

`decide` is the table. Around it: some parts can only be appended, what is deleted takes what is in it along, what
depends on something blocked is blocked, and every change learns what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from msgspec.structs import replace

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.referring import declared_references
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Choice,
    ExternalName,
    Lifecycle,
    Limits,
    Observation,
    Path,
    Plan,
    Ref,
)
from wexa_sync.plan.decide import decide
from wexa_sync.plan.decision import Decisions, Orphan, Rules, does
from wexa_sync.plan.digest import digest
from wexa_sync.plan.hide import keep_secret
from wexa_sync.plan.imported import left_to_a_person
from wexa_sync.plan.limits import managed, warnings
from wexa_sync.plan.lost import lost_state
from wexa_sync.plan.order import in_order, waits_of
from wexa_sync.plan.quota import quota_warnings
from wexa_sync.plan.rules.chained import hold_cut_off, misled_warnings, put_behind, unlinked_warnings
from wexa_sync.plan.rules.child_order import hold_unordered
from wexa_sync.plan.rules.containers import hold_containers, taken_along
from wexa_sync.plan.rules.dependents import spread_blocks
from wexa_sync.plan.rules.failed_runs import heed_failed_runs
from wexa_sync.plan.rules.given_up import forget_given_up
from wexa_sync.plan.rules.referred import hold_referred
from wexa_sync.plan.rules.renamed import hold_renamed
from wexa_sync.plan.rules.unread import hold_unread
from wexa_sync.plan.rules.unseen import hold_unseen
from wexa_sync.plan.scope import Scope, with_found
from wexa_sync.plan.targets import choose, partly
from wexa_sync.plan.unmanaged import unmanaged_parts, unmanaged_warnings
from wexa_sync.plan.wanted import wanted_warnings

_ALL = Scope()
_address = attrgetter("address")


def make_plan(
    seen: Observation,
    rules: Rules,
    *,
    targets: tuple[Address, ...] = (),
    excludes: tuple[Address, ...] = (),
    limits: Limits | None = None,
    scope: Scope = _ALL,
    also: Sequence[Blocked] = (),
    said: Sequence[str] = (),
    signed: bool = True,
) -> Plan:
    """Return the plan: a decision on every address in `scope`; with what is blocked and to be said `also`.

    `targets` keeps those and what they need that is not there yet; `excludes` drops those and what can't be without
    them. What goes over `limits` is warned of. Raise PlanRefused for a target or exclude that names nothing. `signed`:
    False for a plan that nobody sees, which needs no digest.
    """
    observation = scope.protected(with_found(seen) if rules.prune else seen)
    left = scope.left_alone(observation)
    decisions = _decide_all(observation, rules, left, targets, excludes)
    plan = _plan_of(decisions, observation, left, limits)
    plan = replace(plan, lost=lost_state(decisions, observation, rules))
    also = (*also, *left_to_a_person(plan.changes, observation, rules))
    blocked = tuple(sorted((*plan.blocked, *also), key=_address))
    plan = replace(plan, blocked=blocked, warnings=(*scope.unknown(observation), *said, *plan.warnings))
    if plan.orphans and not rules.prune:
        pruned = _decide_all(scope.protected(with_found(seen)), replace(rules, prune=True), left, targets, excludes)
        stay = (pruned.get(address) for address in plan.orphans)
        plan = replace(plan, unprunable=tuple(found for found in stay if isinstance(found, Blocked)))
    choice = Choice(prune=rules.prune, adopt=rules.adopt, targets=targets, excludes=excludes)
    plan = keep_secret(plan, observation)
    return _signed(plan, choice) if signed else plan


def plan_of_noops(changes: Iterable[Change], observation: Observation, choice: Choice) -> Plan:
    """Return the plan of the chosen ones of changes that do nothing. Raise PlanRefused as `make_plan`."""
    whole: Decisions = {change.address: change for change in changes}
    chosen = choose(whole, observation, choice.targets, choice.excludes)
    plan = _plan_of({address: whole[address] for address in chosen}, observation, {}, None)
    return _signed(plan, choice)


def _signed(plan: Plan, choice: Choice) -> Plan:
    plan = replace(plan, choice=choice)
    return replace(plan, digest=digest(plan))


def _plan_of(
    decisions: Decisions, observation: Observation, left: Mapping[Address, str], limits: Limits | None
) -> Plan:
    """Return the decisions as a plan that has no digest yet."""
    changes = {address: found for address, found in decisions.items() if isinstance(found, Change)}
    ordered = _in_order(changes, observation)
    unmanaged = tuple(unmanaged_parts(decisions, observation))
    return Plan(
        target=observation.target,
        lineage=observation.lineage,
        serial=observation.serial,
        changes=ordered,
        blocked=tuple(sorted((each for each in decisions.values() if isinstance(each, Blocked)), key=_address)),
        orphans=tuple(sorted(address for address, found in decisions.items() if isinstance(found, Orphan))),
        unmanaged=unmanaged,
        warnings=(
            *unmanaged_warnings(unmanaged),
            *unlinked_warnings(decisions, observation),
            *misled_warnings(decisions, observation),
            *wanted_warnings(decisions, observation),
            *partly(observation, decisions.keys(), left),
            *taken_along(changes, observation),
            *_too_far(ordered, observation, limits),
            *quota_warnings(ordered, observation),
        ),
        ids=observation.ids,
        lifecycles=_new_lifecycles(observation, decisions),
        externals=_used_externals(observation, changes),
        user_id=observation.user_id,
        content=observation.content,
        moved=observation.moved,
    )


def _decide_all(
    observation: Observation,
    rules: Rules,
    left: Mapping[Address, str],
    targets: tuple[Address, ...],
    excludes: tuple[Address, ...],
) -> Decisions:
    """Return the decision on each chosen address, as the rules over all decisions leave it.

    What its siblings and its former address mean for an address holds though those are left out; the other rules are
    about what is carried out together.
    """
    pairs = observation.pairs
    whole = {address: decide(pairs[address], observation, rules) for address in sorted(pairs) if address not in left}
    hold_unread(whole, observation, rules)
    forget_given_up(whole, observation)
    hold_renamed(whole, observation)
    hold_unordered(whole, observation)
    if all(does(found, Action.NOOP) and found.id is not None for found in whole.values()):
        return {address: whole[address] for address in choose(whole, observation, targets, excludes)}
    put_behind(whole, observation)
    hold_cut_off(whole, observation)
    decisions = {address: whole[address] for address in choose(whole, observation, targets, excludes)}
    hold_containers(decisions, observation, rules, left)
    hold_referred(decisions, observation)
    hold_unseen(decisions, observation)
    heed_failed_runs(decisions, observation)
    spread_blocks(decisions, observation)
    return decisions


def _in_order(changes: Mapping[Address, Change], observation: Observation) -> tuple[Change, ...]:
    """Return the changes in the order of an apply, each with the addresses that it waits for."""
    waits = waits_of(changes, observation)
    return tuple(replace(changes[address], depends_on=tuple(sorted(waits[address]))) for address in in_order(waits))


def _new_lifecycles(observation: Observation, chosen: Iterable[Address]) -> dict[Address, Lifecycle]:
    pairs = (observation.pairs[address] for address in chosen)
    return {
        pair.address: pair.manifest.lifecycle
        for pair in pairs
        if pair.manifest and pair.record and pair.manifest.lifecycle != pair.record.lifecycle
    }


def _too_far(changes: Sequence[Change], observation: Observation, limits: Limits | None) -> tuple[str, ...]:
    count = managed(pair.address for pair in observation.pairs.values() if pair.record is not None)
    return warnings(changes, limits, managed=count) if limits is not None else ()


def _used_externals(observation: Observation, changes: Mapping[Address, Change]) -> dict[ExternalName, str]:
    used = {
        ExternalName(address.project, ref.kind, ref.external)
        for address, change in changes.items()
        for _, ref in _references(change)
        if ref.external is not None
    }
    return {key: found for key, found in observation.externals.items() if key in used}


def _references(change: Change) -> list[tuple[Path, Ref]]:
    """Return the references of what a change leads to, or of what it takes away."""
    if change.after is None:
        return references(change.before or {})
    return declared_references(BY_NAME[change.address.kind], change.after)
