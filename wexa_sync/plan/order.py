"""Put the changes in the order in which they can be made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

from wexa_sync import graph
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Action, Address, Change, Observation, Pair


def builds(change: Change) -> bool:
    """True when a change makes something, or takes it over. A run that is only waited for was made before."""
    return change.action in (Action.CREATE, Action.UPDATE, Action.RUN, Action.ADOPT) and not change.awaits


def waits_of(changes: Mapping[Address, Change], observation: Observation) -> dict[Address, set[Address]]:
    """Return what each change waits for: what it refers to; a delete, for what refers, or referred, to it."""
    gone = {address for address, change in changes.items() if change.action in (Action.DELETE, Action.FORGET)}
    edges = {address: observation.depends_on.get(address, frozenset()) for address in changes}
    stay = changes.keys() - gone
    waits = {address: stay.intersection(now) - {address} for address, now in edges.items()}
    for address, change in changes.items() if gone else ():
        before = {ref.address for _, ref in references(recorded(observation.pairs[address])) if ref.address}
        for other in ({*edges[address], *before} & gone) - {address}:
            if not change.with_project:
                waits[other].add(address)
            elif other in (address.project_address, address.owner_address) and _goes_first(changes[other]):
                waits[address].add(other)
    if gone:
        _after_deletes_inside(changes, edges, waits)
    return waits


def _after_deletes_inside(
    changes: Mapping[Address, Change], edges: Mapping[Address, frozenset[Address]], waits: dict[Address, set[Address]]
) -> None:
    """Let the delete of a part wait for those behind it; what is added to the owner, and what runs it, for them all."""
    deleted: defaultdict[Address, list[Change]] = defaultdict(list)
    for address, change in changes.items():
        part, owner = part_of(BY_NAME[address.kind]), address.owner_address
        chained = part is not None and part.chain is not None
        if chained and owner is not None and change.action is Action.DELETE and not change.with_project:
            deleted[owner].append(change)
    for owner, found in deleted.items():
        found.sort(key=lambda change: change.position)
        for change, behind in pairwise(found):
            waits[change.address].add(behind.address)
        for address, change in changes.items():
            added = address.owner_address == owner and change.action is Action.CREATE
            if added or (change.action is Action.RUN and not change.awaits and owner in edges[address]):
                waits[address].add(found[0].address)


def _goes_first(change: Change) -> bool:
    """True when a project or an owner is deleted by a call of its own, and what goes with it is forgotten then."""
    return change.action is Action.DELETE and not change.with_project


def in_order(waits: dict[Address, set[Address]]) -> list[Address]:
    """Return the changes in order. What was applied at different times can wait for each other: any order is right."""
    while len(ordered := graph.order(waits)) < len(waits):
        circle = graph.cycle(waits)
        waits[circle[0]].discard(circle[1 % len(circle)])
    return ordered


def recorded(pair: Pair) -> Mapping[str, object]:
    """Return the fields as they were last applied."""
    return pair.record.spec if pair.record is not None else {}
