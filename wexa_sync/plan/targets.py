"""Choose the resources that `--target` and `--exclude` leave, and say how partial the plan is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from wexa_sync import graph
from wexa_sync.errors import PlanRefused
from wexa_sync.model import Address, Observation
from wexa_sync.plan.rules.containers import named


def choose(observation: Observation, targets: tuple[Address, ...], excludes: tuple[Address, ...]) -> list[Address]:
    """Return the addresses to plan, in order. Raise PlanRefused for an address that nothing declares or records."""
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


def partly(observation: Observation, chosen: list[Address], left: Mapping[Address, str]) -> Iterator[str]:
    """Return the warnings of what the plan leaves out: by choice, and since PATH does not cover it."""
    if (out := len(observation.pairs.keys() - left.keys()) - len(chosen)) > 0:
        yield f"This plan is partial: {out} address{'es were' if out > 1 else ' was'} left out."
    by_reason: defaultdict[str, list[Address]] = defaultdict(list)
    for address, why in left.items():
        by_reason[why].append(address)
    for why, addresses in by_reason.items():
        yield f"Left alone: {named(addresses)} ({why})."
