"""Find what nobody manages by what it lies in, by what it refers to, and by its id: each index is made once. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Action, Address, Live, Observation, Place
from wexa_sync.plan.decision import Decision, does


def names_in(unmanaged: Mapping[Place, Sequence[Live]]) -> Mapping[Address, list[str]]:
    """Return what of that is live in each project and in each owner, as people call it."""
    found: defaultdict[Address, list[str]] = defaultdict(list)
    for place, lives in unmanaged.items():
        kind, of = BY_NAME[place.kind], f" of {'/'.join((place.project, *place.owner))}" if place.owner else ""
        if not kind.goes_along:
            names = [f"{kind.called(live.spec)}{of}" for live in lives]
            for around in _around(place):
                found[around] += names
    return found


class Others:
    """Say what is live and managed by nobody. An index is made when it is first asked for."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation

    def inside(self, around: Address) -> list[str]:
        """Return what is deleted with a project or an owner, or may be, as people call it."""
        return [*self._inside.get(around, ()), *self._cut.get(around, ())]

    def using(self, around: Address) -> list[str]:
        """Return what refers to a resource, as people call it."""
        id = self._observation.ids.get(around, "")  # the field's name
        found = {**self._users.get((around.project, around), {}), **self._users.get((around.project, id), {})}
        return [found[number] for number in sorted(found)]

    def called(self, owner: Address, id: str, decisions: Mapping[Address, Decision]) -> str:
        """Return what people call a live part of an owner, managed or not; empty for one that is to be deleted."""
        found = self._parts.get((owner, id), id)
        if not isinstance(found, Address):
            return found
        return "" if does(decisions.get(found), Action.DELETE) else f"{found.kind}/{found.name}"

    @cached_property
    def _inside(self) -> Mapping[Address, list[str]]:
        return names_in(self._observation.unmanaged)

    @cached_property
    def _cut(self) -> Mapping[Address, list[str]]:
        found: defaultdict[Address, list[str]] = defaultdict(list)
        for place, why in self._observation.cut.items():
            for around in _around(place) if BY_NAME[place.kind].nature is Nature.RESOURCE else ():
                found[around].append(f"perhaps more: {why}")
        return found

    @cached_property
    def _users(self) -> Mapping[tuple[str, str], Mapping[int, str]]:
        """Return who refers to what, by the project and the address or the id of that; numbered as they are listed."""
        found: defaultdict[tuple[str, str], dict[int, str]] = defaultdict(dict)
        number = 0
        for place, lives in self._observation.unmanaged.items():
            for live in lives if BY_NAME[place.kind].nature is Nature.RESOURCE else ():
                number += 1
                for _, ref in references(live.spec):
                    for key in filter(None, (ref.address, ref.id)):
                        found[place.project, key][number] = BY_NAME[place.kind].called(live.spec)
        return found

    @cached_property
    def _parts(self) -> Mapping[tuple[Address, str], Address | str]:
        """Return the address of each part that is managed, and what people call any other, by its owner and its id."""
        found: MutableMapping[tuple[Address, str], Address | str] = {}
        for address, pair in self._observation.pairs.items():
            if address.owner_address is not None and pair.live is not None:
                found.setdefault((address.owner_address, pair.live.id), address)
        for place, lives in self._observation.unmanaged.items():
            for around in _around(place) if place.owner else ():
                for live in lives:
                    found.setdefault((around, live.id), f"{BY_NAME[place.kind].called(live.spec)} ({live.id})")
        return found


def _around(place: Place) -> Iterator[Address]:
    """Yield the project and the owner whose delete takes along what lives in that place."""
    if place.project:
        yield Address(kind="Project", name=place.project)
    if place.owner:
        kind, name = place.owner
        yield Address(project=place.project, kind=kind, name=name)
