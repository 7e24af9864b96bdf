"""Say behind which part of its owner each new part is put, where one part leads to the next. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping

from msgspec.structs import replace

from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.model import Action, Address, Manifest, Observation, Place
from wexa_sync.plan.decision import Decision, block, does
from wexa_sync.plan.rules.others import Others
from wexa_sync.text.suggest import named


def put_behind(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Note in each create of a part which part it comes behind, and at which branch of that one."""
    places: defaultdict[Place, list[Manifest]] = defaultdict(list)
    for address, pair in observation.pairs.items():
        part = part_of(BY_NAME[address.kind])
        if pair.manifest is not None and part is not None and part.chain is not None:
            places[address.place].append(pair.manifest)
    for place, manifests in places.items():
        if not any(does(decisions.get(each.address), Action.CREATE) for each in manifests):
            continue
        part = part_of(BY_NAME[place.kind])
        assert part is not None
        assert part.chain is not None
        specs = {each.address.name: each.spec for each in sorted(manifests, key=lambda each: each.position)}
        for handle, (before, branch) in part.chain.before(specs).items():
            address = manifests[0].address.altered(name=handle)
            found = decisions.get(address)
            if does(found, Action.CREATE):
                decisions[address] = replace(found, behind=address.altered(name=before), branch=branch)


def hold_cut_off(decisions: MutableMapping[Address, Decision], observation: Observation) -> None:
    """Block the delete of a part that leads to others which stay: they would be cut off."""
    others = Others(observation)
    for address, found in list(decisions.items()):
        part, owner = part_of(BY_NAME[address.kind]), address.owner_address
        if part is None or part.chain is None or owner is None or not does(found, Action.DELETE) or found.with_project:
            continue
        stays = [
            name
            for id in _all_behind(observation.links.get(owner, {}), found.id or "")
            if (name := others.called(owner, id, decisions))
        ]
        if stays:
            decisions[address] = block(
                found,
                f"it leads to {named(stays)}, and nothing would lead there without it",
                f"Take out what comes behind it too, or change the {part.field} in Wexa Studio.",
            )


def _all_behind(links: Mapping[str, Mapping[str, str]], start: str) -> list[str]:
    """Return the ids of all that comes behind a part, near or far."""
    found: dict[str, None] = {}
    ahead = [start]
    while ahead:
        for id in links.get(ahead.pop(), {}).values():
            if id in links and id not in found and id != start:
                found[id] = None
                ahead.append(id)
    return [*found]


def unlinked_warnings(decisions: Mapping[Address, Decision], observation: Observation) -> Iterator[str]:
    """Give a warning for each chosen owner with parts that no other leads to: what uses the owner ends before them."""
    others = Others(observation)
    for owner, ids in sorted(observation.unlinked.items()):
        if owner not in decisions or does(decisions[owner], Action.DELETE):
            continue
        names = [name for id in ids if (name := others.called(owner, id, decisions))]
        if names:
            yield (
                f"{owner} is a broken chain: nothing in it leads to {named(names)}, so its runs end before that. "
                "Link it in Wexa Studio."
            )


def misled_warnings(decisions: Mapping[Address, Decision], observation: Observation) -> Iterator[str]:
    """Give a warning for each declared branch that leads somewhere else on the live side: no call leads it anew."""
    others = Others(observation)
    for address in sorted(decisions):
        pair, part, owner = observation.pairs[address], part_of(BY_NAME[address.kind]), address.owner_address
        if part is None or part.chain is None or owner is None or pair.manifest is None or pair.live is None:
            continue
        leads = observation.links.get(owner, {}).get(pair.live.id, {})
        for branch, to in part.chain.decides(pair.manifest.spec).items():
            wanted = observation.ids.get(address.altered(name=to)) if to else None
            if branch in leads and leads[branch] != wanted and (wanted is not None or not to):
                live = others.called(owner, leads[branch], decisions) or leads[branch]
                instead = f"not to {address.kind}/{to}" if to else "and the manifest ends there"
                yield f"{address}: its branch {branch!r} leads to {live}, {instead}. Link it in Wexa Studio."
