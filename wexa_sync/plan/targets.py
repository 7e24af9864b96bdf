"""Choose the resources that `--target` and `--exclude` leave, and say how partial the plan is. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set

from wexa_sync import graph
from wexa_sync.errors import PlanRefused
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Action, Address, Blocked, Change, Observation
from wexa_sync.plan.decision import Decision
from wexa_sync.plan.order import builds
from wexa_sync.plan.scope import UNTOUCHED
from wexa_sync.text.suggest import named


def choose(
    decisions: Mapping[Address, Decision],
    observation: Observation,
    targets: tuple[Address, ...],
    excludes: tuple[Address, ...],
) -> list[Address]:
    """Return the addresses to plan, in order. Raise PlanRefused for an address that nothing declares or records.

    `decisions`: those of the whole plan. A target comes with what it can't be without; what can't be without an
    excluded address is excluded too. The parts of a resource go with it either way.
    """
    for address in (*targets, *excludes):
        if address not in observation.pairs:
            raise PlanRefused(
                f"there is no {address} in the manifests or the state",
                hint="`wexa-sync graph` and `wexa-sync state list` show the addresses there are.",
            )
    if not targets and not excludes:
        return sorted(decisions)
    inside = _parts(observation)
    needs = {address: _needs(address, decisions, observation, inside) for address in decisions}
    chosen = graph.dependencies(needs, _whole(targets, inside)) if targets else set(decisions)
    dropped = _whole(excludes, inside)
    without: set[Address] = graph.dependents(needs, dropped)
    return sorted((chosen - dropped - without) & decisions.keys())


def _parts(observation: Observation) -> Mapping[Address, Set[Address]]:
    """Return the parts of each resource that has any."""
    inside: defaultdict[Address, set[Address]] = defaultdict(set)
    for address in observation.pairs:
        if owner := address.owner_address:
            inside[owner].add(address)
    return inside


def _whole(addresses: tuple[Address, ...], inside: Mapping[Address, Set[Address]]) -> set[Address]:
    """Return the addresses and their parts."""
    return {*addresses}.union(*(inside.get(address, set()) for address in addresses))


def _needs(
    address: Address,
    decisions: Mapping[Address, Decision],
    observation: Observation,
    inside: Mapping[Address, Set[Address]],
) -> set[Address]:
    """Return what has to change before `address` can: what it waits for and is not there yet.

    A run needs all that it waits for, also through what is there, as it is declared: it runs once.
    """
    found, edges = decisions[address], observation.depends_on
    if not isinstance(found, Blocked) and not (isinstance(found, Change) and builds(found)):
        return set()
    if BY_NAME[address.kind].nature is Nature.ACTION:
        waits = graph.dependencies(edges, {address}) - {address}
        waits |= _whole(tuple(waits), inside)
        return {other for other in waits if _differs(decisions.get(other))}
    is_there = not _is_missing(address, found, observation)
    return {
        other
        for other in edges.get(address, ())
        if _is_missing(other, decisions.get(other), observation)
        # A part waits for the one before it only to be made behind it.
        if not (is_there and address.owner and other.place == address.place)
    }


def _is_missing(address: Address, found: Decision, observation: Observation) -> bool:
    """True when the resource is declared and not there yet, or not managed yet; or when the run has not ended."""
    if isinstance(found, Blocked):
        return found.wanted in ("create", "adopt", "run")
    if not isinstance(found, Change):
        return False
    if found.action is Action.UPDATE:
        record = observation.pairs[address].record
        return record is None or record.id != found.id
    return found.action in (Action.CREATE, Action.RUN, Action.ADOPT)


def _differs(found: Decision) -> bool:
    """True when the plan wants to change something."""
    return isinstance(found, Blocked) or (isinstance(found, Change) and found.action is not Action.NOOP)


def partly(observation: Observation, chosen: Set[Address], left: Mapping[Address, str]) -> Iterator[str]:
    """Return the warnings of what the plan leaves out: by choice, and since PATH does not cover it."""
    if (out := len(observation.pairs.keys() - left.keys()) - len(chosen)) > 0:
        yield f"This plan is partial: {out} address{'es were' if out > 1 else ' was'} left out."
    by_reason: defaultdict[str, list[Address]] = defaultdict(list)
    for address, why in left.items():
        by_reason[why].append(address)
    for why, addresses in by_reason.items():
        if why == UNTOUCHED:
            continue  # nobody expects more of an undo
        yield f"Left alone: {named(addresses)} ({why})."
