"""Settle what holds others: a delete takes its contents along, and nothing is given up before its contents. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence

from wexa_sync.compare.parts import part_of
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.model import Action, Address, Blocked, Change, Observation
from wexa_sync.plan.decision import Decision, Orphan, Rules, block, does
from wexa_sync.plan.rules.others import Others, names_in
from wexa_sync.text.suggest import named


def hold_containers(
    decisions: MutableMapping[Address, Decision], observation: Observation, rules: Rules, left: Mapping[Address, str]
) -> None:
    """Settle what becomes of a project or an owner that is to go, and of what is in it.

    `left`: the addresses that the plan must not touch, each with the reason.
    """
    may_go = (isinstance(found, Blocked) or does(found, Action.DELETE, Action.FORGET) for found in decisions.values())
    inside, others = inside_of(observation.pairs if any(may_go) else ()), Others(observation)
    for address, found in list(decisions.items()):
        if address.project in observation.unplaced and isinstance(found, Change) and found.id is None:
            decisions[address] = _out_of_sight(found, observation)
        elif does(found, Action.DELETE) and not found.with_project:
            _go_with(address, inside[address], decisions, observation, others, left)
        elif isinstance(found, Blocked) and found.wanted == "delete":
            _stay_with(address, inside[address], decisions)
        elif does(found, Action.FORGET) and found.id is not None:
            _keep_around(found, inside[address], decisions, observation, rules)


def inside_of(addresses: Iterable[Address]) -> defaultdict[Address, list[Address]]:
    """Return, of these addresses, those that lie in each project and in each owner."""
    found: defaultdict[Address, list[Address]] = defaultdict(list)
    for each in addresses:
        for around in (each.owner_address, each.project_address):
            if around is not None and around != each:
                found[around].append(each)
    return found


def _stay_with(around: Address, inside: Sequence[Address], decisions: MutableMapping[Address, Decision]) -> None:
    """Block the deletes of what is in an owner that is no longer declared, and that stays: nobody took them out."""
    for address in inside:
        found = decisions.get(address)
        if address.owner_address == around and does(found, Action.DELETE) and not found.with_project:
            decisions[address] = block(found, f"{around} stays, and it with it", f"{around} says what can be done.")


def _out_of_sight(change: Change, observation: Observation) -> Change | Blocked:
    """Block what is to be made anew, or forgotten as gone, where the state gave up its project: nobody can look."""
    address = change.address
    if BY_NAME[address.kind].nature is Nature.ACTION:
        return change
    rest = f"`wexa-sync state rm {address}` forgets it as well"
    if observation.pairs[address].record is None:
        rest = f"`wexa-sync resolve {address}` settles what was sent"
    why = f"{address.project_address} is no longer in the state, so wexa-sync can't see whether it is live"
    return block(change, why, f"Look in Wexa Studio; {rest}.")


def taken_along(changes: Mapping[Address, Change], observation: Observation) -> tuple[str, ...]:
    """Return the warnings of projects' deletes: more is in a project than anybody declares."""
    deleted = [
        address for address, each in sorted(changes.items()) if address.kind == "Project" and does(each, Action.DELETE)
    ]
    made = names_in(observation.made_by_others if deleted else {})
    return tuple(
        f"Deleting {address} deletes all that is in it: its connectors, tables, files and the history of its runs go "
        "too" + (f", and what its connectors made: {named(names)}." if names else ".")
        for address in deleted
        for names in [made.get(address)]
    )


def _go_with(
    around: Address,
    inside: Sequence[Address],
    decisions: MutableMapping[Address, Decision],
    observation: Observation,
    others: Others,
    left: Mapping[Address, str],
) -> None:
    """Block the delete of what holds others where they must stay; else let go with it what can't go alone.

    An undocumented call is not made where the thing goes all the same.
    """
    if reason := _must_stay(around, inside, decisions, observation, others, left):
        decisions[around] = Blocked(address=around, wanted="delete", reason=reason[0], hint=reason[1])
        return
    for address in inside:
        found, pair = decisions[address], observation.pairs[address]
        if found is None and pair.record is not None:
            decisions[address] = _forget_with(around, address)
            continue
        stays = found.wanted == "delete" if isinstance(found, Blocked) else does(found, Action.ADOPT, Action.NOOP)
        stays = stays or (does(found, Action.DELETE) and not BY_NAME[address.kind].can(Operation.DELETE))
        if stays and pair.live is not None:
            decisions[address] = Change(
                action=Action.DELETE,
                address=address,
                id=pair.live.id,
                before=part_of(BY_NAME[address.kind], pair.live.spec, pair.record.spec) if pair.record else None,
                position=pair.live.position if address.owner else 0,
                reason=f"goes with {around}",
                with_project=True,
                settles=pair.mark if pair.certain else "",
            )


def _forget_with(around: Address, address: Address) -> Change:
    return Change(action=Action.FORGET, address=address, reason=f"goes with {around}")


def _must_stay(
    around: Address,
    inside: Sequence[Address],
    decisions: Mapping[Address, Decision],
    observation: Observation,
    others: Others,
    left: Mapping[Address, str],
) -> tuple[str, str] | None:
    """Return why a project or an owner must not be deleted, with a hint; None where nothing speaks against it."""
    noun = around.kind.lower()
    for address in inside:
        record = observation.pairs[address].record
        if address not in decisions or observation.pairs[address].manifest is not None:
            hint = f"Leave out --target and --exclude, or keep the {noun}."
            if why := left.get(address):
                hint = f"{address} is left alone: {why}. Name every PATH that declares something in the {noun}."
            return f"{address} is in it and would be deleted too", hint
        if record is not None and (record.lifecycle.prevent_destroy or record.lifecycle.retain):
            return (
                f"{address} in it is protected and would be deleted too",
                f"`wexa-sync state rm {address}` forgets it.",
            )
        if isinstance(decisions[address], Blocked) and BY_NAME[address.kind].nature is Nature.ACTION:
            what = f"{address} may have happened, and what would show it is deleted with the {noun}"
            return what, "Settle that run first: its hint says how."
    if users := others.using(around):
        return (
            f"others refer to it, and would lead nowhere: {named(users)}",
            f"Remove those first, or delete the {noun} in Wexa Studio.",
        )
    if more := others.inside(around):
        return (
            f"it also holds objects that are not managed here and would be deleted too: {named(more)}",
            f"To delete all of it, delete the {noun} in Wexa Studio. Else move those objects away first.",
        )
    return None


def _keep_around(
    change: Change,
    inside: Sequence[Address],
    decisions: MutableMapping[Address, Decision],
    observation: Observation,
    rules: Rules,
) -> None:
    """Keep what holds others in the state while something in it stays there: without it, nobody finds the rest.

    A run that a command asked for is forgotten with its project: nothing else decides on it.
    """
    for address in inside:
        if decisions.get(address, change) is None and observation.pairs[address].record is not None:
            decisions[address] = _forget_with(change.address, address)
    stays = [
        address
        for address in inside
        if observation.pairs[address].record is not None
        and not does(decisions.get(address), Action.DELETE, Action.FORGET)
    ]
    if not stays:
        return
    kind = BY_NAME[change.address.kind].name.lower()
    decisions[change.address] = Orphan()
    if rules.prune:
        why = f"{named(stays)} in it would stay in the state, and could not be found without the {kind}"
        hint = f"Forget that first: `wexa-sync state rm {stays[0]}`."
        decisions[change.address] = block(change, why, hint)
