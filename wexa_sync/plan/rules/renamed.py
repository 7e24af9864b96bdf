"""Block what looks new and may be an old thing under another address, since its handle was renamed. Pure.

Made anew, a resource that no call deletes would be there twice for good, and a run would be paid for twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, MutableMapping

from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.same import natural_key
from wexa_sync.kinds import BY_NAME, named_by_id
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Action, Address, Blocked, Change, Observation, Pair, Place, Spec, is_commanded
from wexa_sync.plan.decision import Decision, block, does
from wexa_sync.plan.rules.containers import inside_of
from wexa_sync.secrecy.seal import conceal


def hold_renamed(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Block a create that has the natural key of a recorded resource no longer declared, and that resource's delete."""
    former = _former(observation)
    inside = inside_of(decisions) if former else {}
    for address, found in list(decisions.items()):
        if not does(found, Action.CREATE, Action.RUN) or found.after is None or BY_NAME[address.kind].implied_by:
            continue
        place = address.place
        if observation.pairs[address].record is not None or place not in former:
            continue
        if old := former[place].get(_key(address, found.after, observation)):
            ends = does(decisions.get(old), Action.FORGET)  # it never arrived, or it is gone
            if observation.pairs[old].open_intent and not ends:  # that is asked already, and comes first
                why = f"{old} has the same {_fields(address.kind)}, is no longer declared, and is in doubt"
                decisions[address] = block(found, f"{why}: was it renamed?", f"Settle {old} first: this plan says how.")
                continue
            if ends and observation.pairs[old].record is None:
                continue
            decisions[address] = _blocked(address, found.action.value, old, address, found)
            for each in (old, *inside[old]):
                if isinstance(decisions.get(each), Change | Blocked) and observation.pairs[each].manifest is None:
                    decisions[each] = _blocked(each, "delete", old, address, None)


def _former(observation: Observation) -> Mapping[Place, Mapping[str, Address]]:
    """Return, by place and natural key, what is recorded or in doubt, no longer declared, and perhaps live."""
    found: defaultdict[Place, dict[str, Address]] = defaultdict(dict)
    for address, pair in sorted(observation.pairs.items()):
        if pair.manifest is not None or is_commanded(address):  # the handle of a commanded run is nobody's choice
            continue
        record = pair.record if _is_there(pair) else None
        for each in (record, pair.open_intent):
            if each is not None:
                found[address.place][_key(address, each.spec, observation)] = address
    return found


def _is_there(pair: Pair) -> bool:
    return pair.live is not None or BY_NAME[pair.address.kind].nature is Nature.ACTION


def _key(address: Address, spec: Spec, observation: Observation) -> str:
    kind = BY_NAME[address.kind]
    comparison = comparison_in(address.project, observation.ids, observation.externals, observation.lineage)
    return natural_key(kind, conceal(dict(spec), observation.lineage), (*kind.identity, *kind.narrow), comparison)


def _fields(kind: str) -> str:
    """Return the names of the fields that a kind is known by, for a sentence."""
    *others, last = BY_NAME[kind].identity
    return f"{', '.join(others)} and {last}" if others else last


def _blocked(address: Address, wanted: str, old: Address, new: Address, change: Change | None) -> Blocked:
    other, end = (old, "is no longer declared") if address == new else (new, f"is declared in the place of {old}")
    reason = f"{other} has the same {_fields(new.kind)} and {end}: was it renamed?"
    if field := named_by_id(new.kind):
        hint = (
            f"The API can't change {field}: put {old.name!r} back. If it is to go, with all that is in it: take "
            f"{new.name!r} out too, `wexa-sync apply --prune`, then put it back in."
        )
        source = change.source if change is not None else None
        return Blocked(address=address, wanted=wanted, reason=reason, hint=hint, source=source)
    return Blocked(
        address=address,
        wanted=wanted,
        reason=reason,
        hint=f"If so, put this into wexa-sync.yaml: `moved: [{{from: {old}, to: {new}}}]`, or run "
        f"`wexa-sync state mv {old} {new}`. If they are two: `wexa-sync state rm {old}` first.",
        source=change.source if change is not None else None,
    )
