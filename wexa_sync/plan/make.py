"""Observation -> Plan: the decision table, and what follows from it for others. Pure.

`decide` is the table. Around it: agents can only be appended, a deleted project takes things with it, what depends on
something blocked is blocked, and every change learns what it waits for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from wexa_sync import graph
from wexa_sync.compare.same import hardened
from wexa_sync.errors import PlanRefused
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Action, Address, Blocked, Change, FieldChange, Lifecycle, Observation, Pair, Plan
from wexa_sync.plan.decide import Decision, Orphan, Rules, decide
from wexa_sync.plan.file import digest
from wexa_sync.plan.limits import Limits, warnings
from wexa_sync.plan.rules.child_order import hold_unordered
from wexa_sync.plan.rules.containers import hold_containers, named, taken_along
from wexa_sync.plan.rules.renamed import hold_renamed
from wexa_sync.plan.rules.unseen import hold_unseen
from wexa_sync.plan.scope import Scope
from wexa_sync.secrecy.find import Scrub, parts, scrubber, secrets_of, veiled

Decisions = dict[Address, Decision]
_ALL = Scope()


def make_plan(
    observation: Observation,
    rules: Rules,
    *,
    targets: Iterable[Address] = (),
    excludes: Iterable[Address] = (),
    limits: Limits | None = None,
    scope: Scope = _ALL,
) -> Plan:
    """Decide on every address in `scope`, once.

    `targets` keeps those and what they need; `excludes` drops those and dependents. What goes over `limits` is warned
    of. Raises PlanRefused for a target or exclude that names nothing.
    """
    observation = scope.protected(observation)
    left = scope.left_alone(observation)
    chosen = [each for each in _chosen(observation, tuple(targets), tuple(excludes)) if each not in left]
    decisions = {address: decide(observation.pairs[address], observation, rules) for address in chosen}
    hold_renamed(decisions, observation)
    hold_containers(decisions, observation, rules, left)
    hold_unordered(decisions, observation)
    hold_unseen(decisions, observation)
    _heed_failed_runs(decisions, observation)
    _spread_blocks(decisions, observation)
    changes = {address: found for address, found in decisions.items() if isinstance(found, Change)}
    waits = _waits(changes, observation)
    ordered = [replace(changes[address], depends_on=tuple(sorted(waits[address]))) for address in _order(waits)]
    plan = Plan(
        target=observation.target,
        lineage=observation.lineage,
        serial=observation.serial,
        changes=tuple(ordered),
        blocked=tuple(found for _, found in sorted(decisions.items()) if isinstance(found, Blocked)),
        orphans=tuple(address for address, found in sorted(decisions.items()) if isinstance(found, Orphan)),
        warnings=(
            *_partial(observation, chosen, left),
            *taken_along(changes, observation),
            *_too_far(ordered, observation, limits),
        ),
        ids=observation.ids,
        lifecycles=_new_lifecycles(observation, chosen),
        externals=_used_externals(observation, changes),
        user_id=observation.user_id,
        content=observation.content,
    )
    plan = _keep_secret(plan, observation)
    return replace(plan, digest=digest(plan))


def _chosen(observation: Observation, targets: tuple[Address, ...], excludes: tuple[Address, ...]) -> list[Address]:
    known, edges = observation.pairs, observation.depends_on
    for address in (*targets, *excludes):
        if address not in known:
            raise PlanRefused(
                f"there is no {address} in the manifests or the state",
                hint="`wexa-sync graph` and `wexa-sync state list` show the addresses there are.",
            )
    chosen = set(known)
    if targets:
        inside = {address for address in known if address.owner_address in targets}
        chosen = graph.dependencies(edges, {*targets, *inside})
    if excludes:
        chosen -= {*excludes, *graph.dependents(edges, excludes)}
    return sorted(chosen & set(known))


def _keep_secret(plan: Plan, observation: Observation) -> Plan:
    """The plan without the secrets of its manifests where the server shows them at places that are not secret."""
    specs = [pair.manifest.spec for pair in observation.pairs.values() if pair.manifest is not None]
    known = [secret for spec in specs for secret in secrets_of(spec)]
    if not known:
        return plan
    scrub = scrubber(part for secret in known for part in parts(secret))
    return replace(
        plan,
        changes=tuple(_without_secrets(change, scrub, plan.lineage) for change in plan.changes),
        blocked=tuple(
            replace(
                each,
                reason=scrub(each.reason),
                hint=scrub(each.hint),
                fields=_veiled_fields(each.fields, scrub),
            )
            for each in plan.blocked
        ),
    )


def _without_secrets(change: Change, scrub: Scrub, key: str) -> Change:
    before, fields = veiled(change.before, scrub), _veiled_fields(change.fields, scrub)
    shown = (before, fields) != (change.before, change.fields)
    return replace(
        change,
        before=before,
        fields=fields,
        reason=scrub(change.reason),
        # What was expected was hashed with them in clear.
        expected=hardened(change.expected, key) if change.expected and shown else change.expected,
    )


def _veiled_fields(fields: Iterable[FieldChange], scrub: Scrub) -> tuple[FieldChange, ...]:
    return tuple(
        replace(field, before=veiled(field.before, scrub), after=veiled(field.after, scrub)) for field in fields
    )


def _partial(observation: Observation, chosen: list[Address], left: Mapping[Address, str]) -> Iterator[str]:
    """Return the warnings of what the plan leaves out: by choice, and since PATH does not cover it."""
    if (out := len(observation.pairs.keys() - left.keys()) - len(chosen)) > 0:
        yield f"This plan is partial: {out} address{'es were' if out > 1 else ' was'} left out."
    by_reason: defaultdict[str, list[Address]] = defaultdict(list)
    for address, why in left.items():
        by_reason[why].append(address)
    for why, addresses in by_reason.items():
        yield f"Left alone: {named(addresses)} ({why})."


def _new_lifecycles(observation: Observation, chosen: Iterable[Address]) -> dict[Address, Lifecycle]:
    pairs = (observation.pairs[address] for address in chosen)
    return {
        pair.address: pair.manifest.lifecycle
        for pair in pairs
        if pair.manifest and pair.record and pair.manifest.lifecycle != pair.record.lifecycle
    }


def _too_far(changes: Sequence[Change], observation: Observation, limits: Limits | None) -> tuple[str, ...]:
    managed = sum(pair.record is not None for pair in observation.pairs.values())
    return warnings(changes, limits, managed=managed) if limits is not None else ()


def _heed_failed_runs(decisions: Decisions, observation: Observation) -> None:
    """Block what depends on a run that failed, also through what exists already.

    A run that is run again is paired with nothing live: what depends on it waits for the new one.
    """
    ended = {address: why for address, pair in sorted(observation.pairs.items()) if (why := _bad_end(pair))}
    for run, (reason, hint) in ended.items():
        for address in graph.dependents(observation.depends_on, {run}):
            found = decisions.get(address)
            if isinstance(found, Change) and _builds(found):
                decisions[address] = Blocked(
                    address=address,
                    wanted=found.action.value,
                    reason=f"it depends on {run}, {reason}",
                    hint=hint,
                    source=found.source,
                    fields=found.fields,
                )


def _bad_end(pair: Pair) -> tuple[str, str] | None:
    """Return why nothing may depend on that run, with a hint; None where its end is good, not seen, or not an end."""
    kind, live, address = BY_NAME[pair.address.kind], pair.live, pair.address
    again = f"Raise metadata.generation of {address} to run it again, or take it out of depends_on."
    if live is not None and live.status in kind.failures:
        return f"which ended as {live.status}", again
    if live is not None and live.status in kind.unclear and not (pair.record and pair.record.ended):
        well = f"If it ended well: `wexa-sync resolve {address} --happened {live.id}`. If not: {again}"
        return f"which is {live.status!r}, and whether that is a good end is not known", well
    return None


def _spread_blocks(decisions: Decisions, observation: Observation) -> None:
    """Block what depends on a blocked create (it would have no id), and a run that depends on anything blocked."""
    if not any(isinstance(found, Blocked) for found in decisions.values()):
        return
    without_id: dict[Address, Address] = {}
    unsound: dict[Address, Address] = {}
    # What should have gone from a flow and stays there: the flow is not as declared, whoever runs it.
    leftover = {
        a.owner_address: a for a, f in sorted(decisions.items()) if isinstance(f, Blocked) and f.wanted == "delete"
    }
    for address in graph.order({a: observation.depends_on.get(a, frozenset()) for a in decisions}):
        found = decisions[address]
        waits = sorted(observation.depends_on.get(address, ()))
        runs = BY_NAME[address.kind].nature is Nature.ACTION
        cause = next((without_id[o] for o in waits if o in without_id), None)
        doubt = next((unsound[o] for o in waits if o in unsound), leftover.get(address))
        if isinstance(found, Change) and _builds(found) and (culprit := cause or (doubt if runs else None)):
            found = decisions[address] = Blocked(
                address=address,
                wanted=found.action.value,
                reason=f"it depends on {culprit}, which is blocked",
                hint=f"Mend {culprit} first.",
                source=found.source,
                fields=found.fields,
            )
            cause = culprit
        if isinstance(found, Blocked):
            unsound[address] = address if cause is None else cause
            if found.wanted in ("create", "adopt", "run"):
                without_id[address] = unsound[address]
        elif doubt:
            unsound[address] = doubt


def _builds(change: Change) -> bool:
    """True when a change makes something, or takes it over. A run that is only waited for was made before."""
    return change.action in (Action.CREATE, Action.UPDATE, Action.RUN, Action.ADOPT) and not change.awaits


def _waits(changes: Mapping[Address, Change], observation: Observation) -> dict[Address, set[Address]]:
    """What each change waits for: what it refers to; a delete for what refers, or referred, to it."""
    waits: dict[Address, set[Address]] = {address: set() for address in changes}
    for address, change in changes.items():
        now = observation.depends_on.get(address, frozenset())
        before = {ref.address for _, ref in references(_recorded(observation.pairs[address])) if ref.address}
        for other in {*now, *before} - {address}:
            if other not in changes:
                continue
            if changes[other].action not in (Action.DELETE, Action.FORGET):
                waits[address] |= {other} & now
            elif not change.with_project:
                waits[other].add(address)
            elif other == address.project_address:
                waits[address].add(other)
    return waits


def _order(waits: dict[Address, set[Address]]) -> list[Address]:
    """The changes in order. What was applied at different times can point both ways: then any order is right."""
    while len(ordered := graph.order(waits)) < len(waits):
        circle = graph.cycle(waits)
        waits[circle[0]].discard(circle[1 % len(circle)])
    return ordered


def _recorded(pair: Pair) -> Mapping[str, object]:
    return pair.record.spec if pair.record is not None else {}


def _used_externals(observation: Observation, changes: Mapping[Address, Change]) -> dict[tuple[str, str, str], str]:
    used = {
        (address.project, ref.kind, ref.external)
        for address, change in changes.items()
        for _, ref in references(change.after or {})
        if ref.external is not None
    }
    return {key: found for key, found in observation.externals.items() if key in used}
