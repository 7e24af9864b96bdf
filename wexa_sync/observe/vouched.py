"""Tell whether all that is live is as the state has it recorded, by the lists that a plan reads. Sends GET only.

What can't be told at a glance is no fault, and no proof either: then a plan looks at everything. So each test here asks
for more than a plan does: a value of the same type at the same place, each id once, each part known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from msgspec import Struct

from wexa_sync.api.ahead import meanwhile
from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.checks import contradiction
from wexa_sync.api.client import Api
from wexa_sync.api.packed import Packed, packed
from wexa_sync.api.paging import Pack, as_they_are
from wexa_sync.compare.shown import shows
from wexa_sync.errors import ApiError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature, Part
from wexa_sync.kinds.chain import PartOrder
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.folded import folded
from wexa_sync.model import Address, Desired, ExternalName, Manifest, Options, Place, Source
from wexa_sync.observe.implied import implied
from wexa_sync.observe.known import Known, external_refs, index_externals, part_place, require_known_kinds
from wexa_sync.observe.lists import completed, fetch, lists_of_ours
from wexa_sync.state.base import State

_NOWHERE = Source(file="the state")


class Unchanged(Struct, frozen=True, kw_only=True):
    """Hold what is live, where all of it is as recorded.

    `order`: the handles of the parts of each owner, as they come, where that counts.
    """

    user_id: str
    order: Mapping[str, Sequence[str]]
    externals: Mapping[ExternalName, str]


def unchanged(
    state: State, api: Api, options: Options, vouched: Mapping[ExternalName, str], *, exact: bool = False
) -> Unchanged | None:
    """Return what is live; None where something is not as recorded, or not surely so.

    `vouched`: the ids that names of live things led to. No list is read to see that they still do. `exact`: what the
    manifests say to ignore counts too, since it is to be listed.
    """
    require_known_kinds(state)
    known = Known(desired=_recorded(state), state=state)
    # Asked for each time: whose lists they are, and whether the key opens this organisation. Another user's list, or
    # that of another organisation, may be short without an error, and a plan that looks further takes it from here.
    with ThreadPoolExecutor(max_workers=options.parallelism) as pool, meanwhile(api.begin(pool), pool) as user:
        look = _Look(known, api, pool, exact=exact, allowed=options.allowed)
        look.believe(vouched)
        found = look.finds_all()
    if not found:
        return None
    externals = {name: id for name, id in known.externals.items() if name in look.named}
    return Unchanged(user_id=user.result(), order=look.order, externals=externals)


def _recorded(state: State) -> Desired:
    """Return the resources as they were applied, so that all is looked up to which they refer."""
    manifests = {
        address: Manifest(address=address, spec=record.spec, source=_NOWHERE, generation=record.generation)
        for address, record in state.records.items()
    }
    return Desired(manifests=manifests, depends_on={})


class _Look:
    """Look at the lists once. `order` grows with the owners whose parts are seen; `named` are referred to by name."""

    def __init__(self, known: Known, api: Api, pool: Executor, *, exact: bool, allowed: frozenset[str]) -> None:
        self._known, self._api, self._pool, self._exact, self._allowed = known, api, pool, exact, allowed
        self.order: dict[str, Sequence[str]] = {}
        self.named = {ExternalName(a.project, ref.kind, ref.external or "") for a, ref in external_refs(known)}
        self._left = {
            address for address in known.state.records if BY_NAME[address.kind].nature is Nature.RESOURCE
        }  # what is recorded, and was not seen yet

    def believe(self, vouched: Mapping[ExternalName, str]) -> None:
        """Take the ids of names from the state, where all those of a list stand there and nothing else needs it."""
        asked = lists_of_ours(self._known) | {name[:2] for name in self.named if name not in vouched}
        self._known.externals |= {name: vouched[name] for name in self.named if name[:2] not in asked}

    def finds_all(self) -> bool:
        """True when everything recorded is live as it is recorded."""
        known, pool = self._known, self._pool
        # Each of these is seen under that id in the end, or else nothing is said.
        known.ids |= {address: known.state.records[address].id for address in self._left}
        projects = pool.submit(self._api.list, PROJECT, Ids(), known.sought("", PROJECT, alone=True))
        try:
            lists = fetch(self._api, pool, known, alone=True, packing=self._packing)
        except ApiError:
            if self._are_here(PROJECT, "", projects.result()):
                raise  # else a project is gone, and its lists with it
            return False
        if not self._are_here(PROJECT, "", projects.result()):
            return False
        if known.cut or known.missing or known.unsettled:
            return False
        for project, name in {each[:2] for each in self.named} & lists.keys():
            index_externals(known, BY_NAME[name], project, lists[project, name])
        for kind in BY_NAME.values():
            listed = {project: raws for (project, name), raws in lists.items() if name == kind.name}
            for project, raws in (listed | implied(known, kind, lists)).items():
                if not self._are_here(kind, project, raws):
                    whole = self._with_reads(kind, project, raws) if (project, kind.name) in lists else raws
                    if whole is raws or not self._are_here(kind, project, whole):
                        return False
        return not self._left

    def _with_reads(self, kind: Kind, project: str, raws: list[Raw]) -> list[Raw]:
        """Return the list with what single reads show and the list does not, if that helps: any plan makes those."""
        alike = [raw for raw in raws if isinstance(raw, Packed)]
        left = [raw for raw in raws if not isinstance(raw, Packed)]
        whole = completed(self._api, self._pool, self._known, project, kind.name, left, self._allowed)
        return raws if whole is left else [*alike, *whole]

    def _packing(self, project: str, kind: Kind) -> Pack:
        """Return what looks at each page of a list as it comes, and packs what has nothing to be looked at again.

        That is a page on which each resource of ours is as recorded, with its parts. Others count by their ids alone.
        """
        assert kind.listing is not None
        if kind.nature is Nature.ACTION or kind.listing.items is not list or kind.embedded != kind.parts:
            return as_they_are
        ours = {self._id(address): address for address in self._known.at(Place(project, kind.name))}
        ids, at_hand = self._known.ids_of(project, kind), (*kind.ids, kind.display, "projectID")

        def pack(items: list[Raw]) -> list[Raw]:
            lives = _by_id(kind, folded(kind, items))
            # Of parts, nobody else asks whether they contradict each other.
            if lives is None or (kind.embedded and contradiction(kind, items, ids.project)):
                return items
            addresses = [ours[id] for id in lives if id in ours]
            are_alike = self._are_alike(kind, addresses, lives) and self._have_their_parts(kind, addresses, lives)
            return packed(items, at_hand) if are_alike else items

        return pack

    def _are_here(self, kind: Kind, project: str, raws: Sequence[Raw]) -> bool:
        """True when a list shows each resource that is recorded in a project, with its parts."""
        addresses = self._known.at(Place(project, kind.name))
        if not addresses or kind.nature is Nature.ACTION:
            return True
        lives = _by_id(kind, raws)
        if lives is None or not all(self._id(address) in lives for address in addresses):
            return False
        left = [address for address in addresses if not isinstance(lives[self._id(address)], Packed)]
        return self._are_alike(kind, left, lives) and self._have_their_parts(kind, left, lives)

    def _are_alike(self, kind: Kind, addresses: Sequence[Address], lives: Mapping[str, Raw]) -> bool:
        """True when each of these is there, and as it is recorded."""
        if not addresses:
            return True
        records, comparison = self._known.state.records, self._known.comparison(addresses[0].project)
        for address in addresses:
            raw = lives.get(records[address].id)
            if raw is None or not shows(kind, raw, records[address], comparison, exact=self._exact):
                return False
        self._left.difference_update(addresses)
        return True

    def _have_their_parts(self, kind: Kind, owners: Sequence[Address], lives: Mapping[str, Raw]) -> bool:
        """True when the parts of each of these are the recorded ones."""
        return all(self._has_its_parts(part, owners, lives) for part in kind.parts)

    def _has_its_parts(self, part: Part, owners: Sequence[Address], lives: Mapping[str, Raw]) -> bool:
        """True when the parts of each owner are the recorded ones, and something leads to each."""
        places = {owner: self._known.at(part_place(owner, part)) for owner in owners}
        if part.own_list:
            places = {owner: parts for owner, parts in places.items() if parts}
        raws = (lives[self._id(owner)] for owner in places)
        shown = (self._pool.map if part.own_list else map)(partial(self._items, part), places, raws)
        return all(
            self._is_whole(part, owner, lives[self._id(owner)], items, places[owner])
            for owner, items in zip(places, shown, strict=True)
        )

    def _items(self, part: Part, owner: Address, raw: Raw) -> list[Raw]:
        if not part.own_list:
            return part.items(raw)
        return self._api.list(part.kind, Ids(project=self._id(owner.project_address), owner=self._id(owner)))

    def _is_whole(self, part: Part, owner: Address, raw: Raw, items: Sequence[Raw], parts: Sequence[Address]) -> bool:
        """True when these items of an owner are its recorded parts, each with something that leads to it."""
        if part.chain is not None:
            items = part.chain.order(raw, items)
            if part.chain.unlinked(raw, items):
                return False
        if not parts:
            return True
        found = _by_id(part.kind, items)
        if found is None or len(found) != len(parts) or not self._are_alike(part.kind, parts, found):
            return False
        handles = {self._id(each): each.name for each in parts}
        if part.order is PartOrder.APPEND_ONLY:
            self.order[owner] = [handles[id] for id in found]
        return True

    def _id(self, address: Address) -> str:
        return self._known.state.records[address].id


def _by_id(kind: Kind, raws: Sequence[Raw]) -> dict[str, Raw] | None:
    """Return what is live by its id; None where an id is no one's alone, or none."""
    lives = [raw for raw in raws if not raw.get("is_deleted")]
    found = {ids[0]: raw for raw in lives if (ids := kind.ids_of(raw))}
    spellings = [id for raw in lives for id in kind.ids_of(raw)] if len(kind.ids) > 1 else found
    return found if len(found) == len(lives) and len(set(spellings)) == len(spellings) else None
