"""Forget a part under an owner that the state gave up, where a manifest declares the part under another address. Pure.

Deleted, the part would be missing where it is declared.
"""

from __future__ import annotations

from collections.abc import MutableMapping

from wexa_sync.model import Action, Address, Change, Observation, Pair
from wexa_sync.plan.decision import Decision


def forget_given_up(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Forget each recorded part that is live in the same owner as a declared part, under the same id."""
    pairs = observation.pairs
    lost = [each for each in decisions if each.owner and pairs[each].manifest is None and pairs[each].record]
    if not lost:
        return
    declared = {_live(pair, observation): pair.address for pair in pairs.values() if pair.manifest is not None}
    for address in lost:
        if pairs[address].live is not None and (now := declared.get(_live(pairs[address], observation))):
            decisions[address] = Change(action=Action.FORGET, address=address, reason=f"it is declared as {now}")


def _live(pair: Pair, observation: Observation) -> tuple[str, str, str]:
    """Return what is live of a pair: its kind, and the ids of its owner and its own."""
    owner = pair.address.owner_address
    return pair.address.kind, observation.ids.get(owner, "") if owner else "", pair.live.id if pair.live else ""
