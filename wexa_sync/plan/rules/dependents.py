"""Block what depends on a blocked resource."""

from __future__ import annotations

from wexa_sync import graph
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Address, Blocked, Change, Observation
from wexa_sync.plan.decision import Decisions, block
from wexa_sync.plan.order import builds


def spread_blocks(decisions: Decisions, observation: Observation) -> None:
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
        if isinstance(found, Change) and builds(found) and (culprit := cause or (doubt if runs else None)):
            found = block(found, f"it depends on {culprit}, which is blocked", f"Fix {culprit} first.")
            decisions[address] = found
            cause = culprit
        if isinstance(found, Blocked):
            unsound[address] = address if cause is None else cause
            if found.wanted in ("create", "adopt", "run"):
                without_id[address] = unsound[address]
        elif doubt:
            unsound[address] = doubt
