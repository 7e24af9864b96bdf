"""Name the declared resources that the API takes as they are, and that will not work so. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.model import Action, Address, Observation, Pair
from wexa_sync.plan.decision import Decision, does
from wexa_sync.text.suggest import named


def wanted_warnings(decisions: Mapping[Address, Decision], observation: Observation) -> Iterator[str]:
    """Give a warning for each field that is better not empty, and for each owner with parts in which it is.

    A resource that stays as it is, and that no run of this plan uses, was warned of when it was made.
    """
    runs = {address for address, found in decisions.items() if does(found, Action.RUN)}
    used = {each for run in runs for each in observation.depends_on.get(run, ())}
    found: defaultdict[tuple[Address, str, str], list[str]] = defaultdict(list)
    for address, decision in sorted(decisions.items()):
        pair = observation.pairs[address]
        for name, why in BY_NAME[address.kind].wanted.items():
            touched = address in used or does(decision, Action.CREATE, Action.UPDATE, Action.ADOPT)
            if touched and not _decides(pair) and pair.manifest is not None and _is_empty(pair, name):
                around = address.owner_address or address
                found[around, name, why].append(f"{address.kind}/{address.name}" if address.owner else "it")
    for (around, name, why), names in found.items():
        yield f"{around}: {named(names)} {'has' if len(names) == 1 else 'have'} no {name}. {why}"


def _decides(pair: Pair) -> bool:
    """True for a part that only says where to go on."""
    part = part_of(BY_NAME[pair.address.kind])
    return bool(part and part.chain and pair.manifest and part.chain.decides(pair.manifest.spec))


def _is_empty(pair: Pair, name: str) -> bool:
    """True when the resource has nothing in that field: declared or, where the manifest leaves it out, live."""
    assert pair.manifest is not None
    sides = (pair.manifest.spec, pair.live.spec if pair.live is not None else {})
    return not next((side[name] for side in sides if name in side), None)
