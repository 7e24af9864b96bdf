"""Block what stands in a list that can't be read: such a list is never written. Pure."""

from __future__ import annotations

from collections.abc import MutableMapping

from wexa_sync.model import Address, Blocked, Observation
from wexa_sync.plan.decision import Decision, Orphan, Rules


def hold_unread(decisions: MutableMapping[Address, Decision], observation: Observation, rules: Rules) -> None:
    """Block every decision about what stands in an unreadable list; what is to be left alone stays as it is."""
    for address, found in decisions.items():
        pair = observation.pairs[address]
        if not pair.unread or found is None:
            continue
        if pair.manifest is None and not rules.prune:
            decisions[address] = Orphan()
            continue
        wanted = "delete" if pair.manifest is None else "create" if pair.record is None else "update"
        decisions[address] = Blocked(
            address=address,
            wanted=wanted,
            reason=f"the list that it stands in can't be read, and is only written whole: {pair.unread}",
            hint="Nothing is written until the list can be read. Do it in Wexa Studio, or plan again later; "
            f"`wexa-sync state rm {address}` forgets what is recorded.",
            source=pair.manifest.source if pair.manifest else None,
        )
