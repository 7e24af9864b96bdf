"""Block what depends on a blocked resource."""

from __future__ import annotations

from wexa_sync import graph
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Address, Blocked, Change, Observation
from wexa_sync.plan.decision import Decision, Decisions, Orphan, block
from wexa_sync.plan.order import builds


def spread_blocks(decisions: Decisions, observation: Observation) -> None:
    """Block what depends on a blocked create (it would have no id), and a run that depends on anything blocked."""
    if not any(isinstance(found, (Blocked, Orphan)) for found in decisions.values()):
        return
    without_id: dict[Address, Address] = {}
    unsound: dict[Address, Address] = {}
    # What should have gone from a flow and stays there: the flow is not as declared, whoever runs it.
    leftover = {a.owner_address: a for a, f in sorted(decisions.items()) if _stays(a, f, observation)}
    for address in graph.order({a: observation.depends_on.get(a, frozenset()) for a in decisions}):
        found = decisions[address]
        waits = sorted(observation.depends_on.get(address, ()))
        runs = BY_NAME[address.kind].nature is Nature.ACTION
        cause = next((without_id[o] for o in waits if o in without_id), None)
        doubt = next((unsound[o] for o in waits if o in unsound), leftover.get(address))
        if isinstance(found, Change) and builds(found) and (culprit := cause or (doubt if runs else None)):
            blocked = not isinstance(decisions.get(culprit), Orphan)
            why = "which is blocked" if blocked else "which is no longer declared, and still there"
            hint = f"Fix {culprit} first." if blocked else f"--prune removes {culprit}."
            found = block(found, f"it depends on {culprit}, {why}", hint)
            decisions[address] = found
            cause = culprit
        if isinstance(found, Blocked):
            unsound[address] = address if cause is None else cause
            if found.wanted in ("create", "adopt", "run"):
                without_id[address] = unsound[address]
        elif doubt:
            unsound[address] = doubt


def _stays(address: Address, found: Decision, observation: Observation) -> bool:
    """True for what should have gone, and stays: blocked or, of parts in a chain that is declared, not pruned."""
    if isinstance(found, Blocked):
        return found.wanted == "delete"
    part, owner = part_of(BY_NAME[address.kind]), address.owner_address
    if not isinstance(found, Orphan) or part is None or part.chain is None or owner is None:
        return False
    around = observation.pairs.get(owner)
    return around is not None and around.manifest is not None
