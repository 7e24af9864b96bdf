"""Give each thing of a survey an address: the recorded one, or a handle made of its name. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from wexa_sync.export.survey import Survey, Thing
from wexa_sync.kinds import BY_NAME, owner_of, part_of
from wexa_sync.kinds.project import PROJECT
from wexa_sync.model import Address, Place, is_commanded
from wexa_sync.state.base import State

_LONGEST = 63
"""The most characters of a handle (schemas/common.schema.json)."""

Key = tuple[str, str, str]
"""A thing: its kind, the id of the resource that it lives in, and its own id."""


def slug(name: str) -> str:
    """Return a handle made of a name: its letters and digits without accents; empty where it has none of a to z."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")


def addresses(survey: Survey, state: State) -> dict[Key, Address]:
    """Return the address of each thing that can have one, in the order of the survey.

    What is recorded keeps its address. Of equal handles, the older thing has the shorter one.
    """
    given = _Given(survey, state)
    for thing in sorted(survey.things, key=_age):
        given.add(thing)
    return {key: given.found[key] for key in map(key_of, survey.things) if key in given.found}


def key_of(thing: Thing) -> Key:
    """Return what tells a thing from all others."""
    return thing.kind.name, thing.owner if owner_of(thing.kind) else "", thing.id


def recorded(state: State) -> dict[Key, Address]:
    """Return the addresses of what is recorded, by every spelling of its id."""
    ids = {address: record.id for address, record in state.records.items()}
    return {
        (address.kind, ids.get(address.owner_address, "") if address.owner_address else "", id): address
        for address, record in state.records.items()
        for id in record.ids
    }


def address_in(known: Mapping[Key, Address], thing: Thing) -> Address | None:
    """Return the address of a thing by any spelling of its id; None where it has none."""
    kind, owner, _ = key_of(thing)
    return next((known[key] for id in thing.ids if (key := (kind, owner, id)) in known), None)


def _age(thing: Thing) -> tuple[int, bool, float, str]:
    """Return the key to sort by: owners before what is in them, then by age; unknown ages last."""
    return [*BY_NAME].index(thing.kind.name), thing.created_at is None, thing.created_at or 0.0, thing.id


class _Given:
    """Represent the addresses given so far, and the handles that are taken."""

    def __init__(self, survey: Survey, state: State) -> None:
        self._state, self.found = state, dict[Key, Address]()
        self._taken: defaultdict[Place, set[str]] = defaultdict(set)
        for address in (*state.records, *state.intents):
            self._taken[address.place].add(address.name)
        self._recorded = recorded(state)
        self._projects: Mapping[str, Thing] = {t.id: t for t in survey.things if t.kind is PROJECT}

    def add(self, thing: Thing) -> None:
        """Give a thing its address; none where what it lives in has none, or where its id can be no handle."""
        key = key_of(thing)
        if (known := address_in(self._recorded, thing)) is not None:
            self.found[key] = known
            return
        place = self._place(thing)
        part = part_of(thing.kind)
        if place is None or not thing.id:
            return
        if part is not None and part.handle_is_id:
            if not part.may_be_called(thing.id):
                return
            handle = thing.id
        else:
            handle = self._free(place, slug(thing.name), thing.kind.name.lower())
        self._taken[place].add(handle)
        self.found[key] = Address(project=place.project, kind=place.kind, name=handle, owner=place.owner)

    def _place(self, thing: Thing) -> Place | None:
        if thing.kind is PROJECT:
            return Place("", thing.kind.name)
        project = self.found.get((PROJECT.name, "", thing.project))
        owner = owner_of(thing.kind)
        if project is None or owner is None:
            return None if project is None else Place(project.name, thing.kind.name)
        home = self.found.get((owner.name, "", thing.owner))
        return Place(home.project, thing.kind.name, (home.kind, home.name)) if home else None

    def _free(self, place: Place, wanted: str, kind: str) -> str:
        """Return the first handle of the wanted one, WANTED-2, ... that nothing has. Without one: KIND-1, ..."""
        number, taken = 1, self._taken[place]
        while True:
            ending = f"-{number}" if number > 1 or not wanted else ""
            handle = f"{(wanted or kind)[: _LONGEST - len(ending)].strip('-')}{ending}"
            address = Address(project=place.project, kind=place.kind, name=handle, owner=place.owner)
            if handle not in taken and not is_commanded(address):
                return handle
            number += 1
