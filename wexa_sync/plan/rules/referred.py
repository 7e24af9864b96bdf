"""Keep what others that stay refer to: deleted, it would leave them pointing nowhere. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, MutableMapping

from wexa_sync.compare.ids import id_of
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Action, Address, Observation, Pair
from wexa_sync.plan.decision import Decision, block, does
from wexa_sync.text.suggest import named


def hold_referred(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Block the delete of what a managed resource refers to that stays there, and goes on to refer to it."""
    going = {
        found.id: address
        for address, found in decisions.items()
        if does(found, Action.DELETE) and not found.with_project and found.id is not None
    }
    if not going:
        return
    for address, others in _referring(going, decisions, observation).items():
        found = decisions[address]
        if does(found, Action.DELETE):
            why = f"{named(others)} would point nowhere: {'it refers' if len(others) == 1 else 'they refer'} to it"
            hint = f"Remove {others[0]} first, or forget it: `wexa-sync state rm {others[0]}`."
            decisions[address] = block(found, why, hint)


def _referring(
    going: Mapping[str, Address], decisions: Mapping[Address, Decision], observation: Observation
) -> Mapping[Address, list[str]]:
    """Return, for each resource that is to go, what refers to it and stays."""
    found: defaultdict[Address, list[str]] = defaultdict(list)
    for address, pair in sorted(observation.pairs.items()):
        goes = does(decisions.get(address), Action.DELETE, Action.FORGET)
        if goes or pair.live is None or pair.record is None or BY_NAME[address.kind].nature is Nature.ACTION:
            continue
        for other in {going[id] for id in _ids_in(pair, observation) if id in going} - {address}:  # the field's name
            found[other].append(str(address))
    return found


def _ids_in(pair: Pair, observation: Observation) -> set[str]:
    """Return the ids that a resource refers to: as declared, or, where it is not declared, as applied."""
    spec = pair.manifest.spec if pair.manifest is not None else pair.record.spec if pair.record is not None else {}
    refs = [ref for _, ref in references(dict(spec))]
    found = (id_of(ref, pair.address.project, observation.ids, observation.externals) for ref in refs)
    return {id for id in found if id}  # the field's name
