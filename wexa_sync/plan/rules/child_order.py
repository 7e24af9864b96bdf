"""Block what needs another order of parts than the live one, where the API adds parts at the end alone. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import MutableMapping

from msgspec.structs import replace

from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.kinds.base import Part
from wexa_sync.kinds.chain import PartOrder
from wexa_sync.model import Action, Address, Blocked, Change, Observation, Pair, Place
from wexa_sync.plan.decision import Decision, block, does


def hold_unordered(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Block what would need a part at another place than the end, where the API only appends."""
    places: defaultdict[Place, list[Pair]] = defaultdict(list)
    for pair in observation.pairs.values():
        if pair.manifest is not None and pair.address.owner and pair.address in decisions:
            places[pair.address.place].append(pair)
    for place, pairs in places.items():
        part, owner = part_of(BY_NAME[place.kind]), pairs[0].address.owner_address
        if part is not None and owner is not None and part.order is PartOrder.APPEND_ONLY:
            _hold_unordered(owner, part, pairs, decisions)


def _hold_unordered(
    owner: Address, part: Part, pairs: list[Pair], decisions: MutableMapping[Address, Decision]
) -> None:
    """Block, in one owner, what is declared in another order than it is live, or before what is live."""
    live = sorted((p for p in pairs if p.live), key=lambda p: p.live.position if p.live else 0)
    places = [p.manifest.position for p in live if p.manifest]
    if places != sorted(places):
        order = ", ".join(p.address.name for p in live)
        decisions[owner] = _out_of_order(owner, part, order, decisions.get(owner), pairs[0])
    for pair in pairs:
        found = decisions[pair.address]
        if does(found, Action.CREATE) and found.after is not None:
            position = pair.manifest.position if pair.manifest else 0
            if behind := [p.address.name for p in live if p.manifest and p.manifest.position > position]:
                why = f"it is listed before {behind[0]}, which is live; the API adds {part.field} at the end only"
                decisions[pair.address] = block(found, why, f"Move it to the end of spec.{part.field}.")


def _out_of_order(owner: Address, part: Part, order: str, found: Decision, first: Pair) -> Blocked:
    """Block the owner, and with it what else is to change in it."""
    reason = f"its {part.field} are live in the order {order}, and the API can't move them"
    hint = f"List the {part.field} in that order, or re-order them in Wexa Studio."
    if isinstance(found, Blocked):
        return replace(found, reason=f"{found.reason}; {reason}", hint=f"{found.hint} {hint}")
    source = first.manifest.source if first.manifest else None
    fields = found.fields if isinstance(found, Change) else ()
    return Blocked(address=owner, wanted="reorder", reason=reason, hint=hint, source=source, fields=fields)
