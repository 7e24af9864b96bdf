"""Block an update by an undocumented call that may replace what reads do not show. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, MutableMapping

from wexa_sync.compare.parts import known_of
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.model import Action, Address, Observation, Pair, Spec
from wexa_sync.plan.decision import Decision, block, does


def hold_unseen(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Block an update that may replace what reads do not show, and what neither manifest nor record says."""
    updates = {address: call for address, found in decisions.items() if (call := _replacing(found))}
    inside: defaultdict[Address, list[Pair]] = defaultdict(list)
    for pair in observation.pairs.values() if updates else ():
        if owner := pair.address.owner_address:
            inside[owner].append(pair)
    for address, update in updates.items():
        found = decisions[address]
        if does(found, Action.UPDATE) and (lost := _lost(observation.pairs[address], inside[address])):
            why = f"{update.method} {update.path} may replace all of it, and reads do not show {lost}"
            hint = "Change it in Wexa Studio. Or declare such a field: a declared value is sent along."
            decisions[address] = block(found, why, hint)


def _replacing(found: Decision) -> Endpoint | None:
    """Return the call of an update that may replace what is there; None where there is no such call in it."""
    if not does(found, Action.UPDATE):
        return None
    calls = BY_NAME[found.address.kind].updates(found.names, found.after or {})
    return next((call for call in calls if call.may_reset), None)


def _lost(owner: Pair, inside: Iterable[Pair]) -> str:
    """Return what would be lost, in words; empty where nothing would."""
    pairs = {pair.live.id: pair for pair in (owner, *inside) if pair.live is not None}
    unseen = owner.live.unseen if owner.live is not None else {}
    found = []
    for id, names in unseen.items():
        known = _said(pairs[id]) if id in pairs else {}
        if left := [name for name in names if name not in known]:
            whose = str(pairs[id].address) if id in pairs else f"{id}, which is not managed here"
            found.append(f"{', '.join(left)} of {whose}")
    return "; ".join(found)


def _said(pair: Pair) -> Spec:
    return known_of(pair.record.spec if pair.record else {}, pair.manifest.spec if pair.manifest else {})
