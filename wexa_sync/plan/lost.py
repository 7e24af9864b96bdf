"""Tell that the state was lost, or is elsewhere: nothing is recorded, and much of what is declared is live. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wexa_sync import graph
from wexa_sync.model import Address, Blocked, LostState, Observation, Pair
from wexa_sync.plan.decide import decide
from wexa_sync.plan.decision import Decisions, Rules

FEWEST = 3
"""So many blocked ones, at the least, are worth one message in their place."""


def lost_state(decisions: Decisions, observation: Observation, rules: Rules) -> LostState | None:
    """Return what the blocked adoptions of a plan come to; None where the state does not seem to be lost.

    It does where no pair has a record or an intent, where at least `FEWEST` declared resources are blocked since they
    are live and not managed here, and where these are more than half of what is declared.
    """
    if rules.adopt or any(pair.record or pair.intent for pair in observation.pairs.values()):
        return None
    declared = [address for address in decisions if observation.pairs[address].manifest is not None]
    blocked = [address for address in declared if isinstance(decisions[address], Blocked)]
    live = [address for address in blocked if _is_live(observation.pairs[address])]
    if len(live) < max(FEWEST, len(declared) // 2 + 1):
        return None
    waits = {address: observation.depends_on.get(address, frozenset()) for address in declared}
    behind = graph.dependents(waits, set(live))
    held = [address for address in blocked if address in behind and _would_go(address, observation, rules)]
    return LostState(live=len(live), declared=len(declared), blocked=_sorted([*live, *held]))


def _is_live(pair: Pair) -> bool:
    """True when something live is, or may be, what the pair declares, and no import names it."""
    return bool(pair.live or pair.candidates or pair.similar) and not (pair.manifest and pair.manifest.import_id)


def _would_go(address: Address, observation: Observation, rules: Rules) -> bool:
    """True when nothing holds the resource up but what it waits for."""
    return not isinstance(decide(observation.pairs[address], observation, rules), Blocked)


def _sorted(addresses: Sequence[Address]) -> tuple[Address, ...]:
    return tuple(sorted({*addresses}))
