"""Agents can only be appended to a flow: what needs another order, or a place before the end, is blocked. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import MutableMapping
from dataclasses import replace

from wexa_sync.model import Action, Address, Blocked, Change, Observation, Pair
from wexa_sync.plan.decision import Decision


def hold_unordered(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Block what would need an agent at another place than the end: the API only appends."""
    flows: defaultdict[Address, list[Pair]] = defaultdict(list)
    for pair in observation.pairs.values():
        if pair.manifest is not None and (owner := pair.address.owner_address) and pair.address in decisions:
            flows[owner].append(pair)
    for flow, pairs in flows.items():
        live = sorted((p for p in pairs if p.live), key=lambda p: p.live.position if p.live else 0)
        places = [p.manifest.position for p in live if p.manifest]
        if places != sorted(places):
            order = ", ".join(p.address.name for p in live)
            decisions[flow] = _out_of_order(flow, order, decisions.get(flow), pairs[0])
        for pair in pairs:
            found = decisions[pair.address]
            if isinstance(found, Change) and found.action is Action.CREATE and found.after is not None:
                position = pair.manifest.position if pair.manifest else 0
                if behind := [p.address.name for p in live if p.manifest and p.manifest.position > position]:
                    decisions[pair.address] = Blocked(
                        address=pair.address,
                        wanted="create",
                        reason=f"it is listed before {behind[0]}, which is live; the API adds agents at the end only",
                        hint="Move it to the end of the flow's agents.",
                        source=found.source,
                    )


def _out_of_order(flow: Address, order: str, found: Decision, agent: Pair) -> Blocked:
    """Blocked, and with it what else is to change in that flow."""
    reason = f"its agents are live in the order {order}, and the API can't move them"
    hint = "List the agents in that order, or re-order them in Wexa Studio."
    if isinstance(found, Blocked):
        return replace(found, reason=f"{found.reason}; {reason}", hint=f"{found.hint} {hint}")
    source = agent.manifest.source if agent.manifest else None
    fields = found.fields if isinstance(found, Change) else ()
    return Blocked(address=flow, wanted="reorder", reason=reason, hint=hint, source=source, fields=fields)
