"""Hold what is known of the workspace so far. It grows kind by kind, so that a reference finds its id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from wexa_sync.api.calls import Ids
from wexa_sync.api.paging import Sought
from wexa_sync.compare.ids import Comparison, comparison_in
from wexa_sync.errors import StateDamaged
from wexa_sync.kinds import BY_NAME, owner_of
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.spec.referring import declared_references
from wexa_sync.model import Address, Desired, ExternalName, Live, Pair, Place, Ref
from wexa_sync.state.base import State

Externals = dict[ExternalName, str]
_MOST_PRICES = 200
"""How many runs of a list, the last that it shows, tell what a run costs."""


def require_known_kinds(state: State) -> None:
    """Raise StateDamaged where the state names what can't be: the state itself knows of no kinds."""
    owners = {name: owner.name if (owner := owner_of(kind)) else "" for name, kind in BY_NAME.items()}
    for address in (*state.records, *state.intents):
        if owners.get(address.kind) != (address.owner or ("",))[0]:
            raise StateDamaged(
                f"the state holds {address}, and there is nothing of that kind",
                hint=f"The state was changed by hand: restore it from a backup, or `wexa-sync state rm {address}`.",
            )


class Known(Struct, kw_only=True):
    """Hold what is known of the workspace so far; it grows kind by kind, in the order of KINDS.

    `strangers`: what nobody declares or manages is wanted for itself.
    """

    desired: Desired
    state: State
    strangers: bool = False
    pairs: dict[Address, Pair] = field(default_factory=dict)
    ids: dict[Address, str] = field(default_factory=dict)
    names: dict[str, Address] = field(default_factory=dict)  # the other way round
    externals: Externals = field(default_factory=dict)
    external_names: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, id) -> display name
    owners: Mapping[str, Address] = field(default_factory=dict)  # every id that the state knows
    losing: frozenset[str] = frozenset()  # projects that may go, or that something in them may go from
    awaited: frozenset[Address] = frozenset()  # what something declared waits for: a failed run holds that up
    places: dict[Place, list[Address]] = field(default_factory=dict)
    unmanaged: dict[Place, list[Live]] = field(default_factory=dict)  # what is live there and not ours
    made_by_others: dict[Place, list[Live]] = field(default_factory=dict)  # and what a connector made by itself
    holders: dict[Address, str] = field(default_factory=dict)  # what stands in a list -> the id of whose list it is
    unplaced: set[str] = field(default_factory=set)  # projects given up before what is in them, and not found by it
    # (project, kind) -> what is in given up ones
    orphans: dict[tuple[str, str], list[Address]] = field(default_factory=dict)
    _kinds: dict[tuple[str, str], list[Address]] = field(default_factory=dict)
    _places: defaultdict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))  # by kind
    links: dict[Address, dict[str, dict[str, str]]] = field(default_factory=dict)  # owner -> part -> branch -> part
    unlinked: dict[Address, tuple[str, ...]] = field(default_factory=dict)  # owner -> its parts that none leads to
    _external_refs: Sequence[tuple[Address, Ref]] | None = None
    _made: frozenset[str] = frozenset()  # the kinds of what recorded actions made
    missing: set[tuple[str, str]] = field(default_factory=set)  # (project, kind) of which the server has no list
    _prices: dict[str, list[float]] = field(default_factory=dict)
    cut: dict[Place, str] = field(default_factory=dict)  # where a list is not whole -> why
    unsettled: Externals = field(default_factory=dict)  # a name asked for to which the response says nothing -> why

    def __post_init__(self) -> None:
        self.owners = self.state.owners
        self._made = frozenset(BY_NAME[address.kind].makes for address in self.owners.values())
        dropped = (a for a in (*self.state.records, *self.state.intents) if a not in self.desired.manifests)
        self.losing = frozenset(address.project or address.name for address in dropped)
        self.awaited = frozenset().union(*self.desired.depends_on.values())
        # The state first: its addresses stand sorted in its text, and to sort what is sorted costs next to nothing.
        addresses = {**self.state.records, **self.state.intents, **self.desired.manifests}
        self.places, self._kinds, self.orphans = {}, {}, {}
        for address in sorted(addresses):
            self.places.setdefault(address.place, []).append(address)
            self._kinds.setdefault((address.project, address.kind), []).append(address)
        self._places = defaultdict(list)
        for place in self.places:
            self._places[place.kind].append(place)
        for address in self.state.records:
            if address.owner and address.owner_address not in addresses:
                self.orphans.setdefault((address.project, address.owner[0]), []).append(address)

    def owned_beside(self, kind: Kind) -> Collection[str]:
        """Return the ids that the state knows, without those of actions that made a thing of that kind."""
        if kind.name not in self._made:
            return self.owners.keys()
        return {id for id, address in self.owners.items() if BY_NAME[address.kind].makes != kind.name}

    def ids_of(self, project: str, kind: Kind) -> Ids:
        """Return the ids for a call about things of that kind in the project of that handle."""
        return Ids.within(kind, self.ids.get(Address(kind="Project", name=project), ""))

    def sought(self, project: str, kind: Kind, *, alone: bool = False, named: bool = False) -> Sought:
        """Return what is recorded of that kind in that project; `alone`: nothing else in its list is needed.

        `named`: something in the list is looked for by its name. Where something may be deleted, what others made is
        looked for, too: it may refer to that, or lie in it.
        """
        addresses, state = self.at(Place(project, kind.name)), self.state
        goes = project in self.losing if project else bool(self.losing)
        settled = all(address in state.records and address not in state.intents for address in addresses)
        return Sought(
            ids=frozenset(state.records[address].id for address in addresses if address in state.records),
            complete=bool(addresses) and settled and not (named or goes or self.strangers),
            alone=alone and not named,
        )

    def at(self, place: Place) -> list[Address]:
        """Return the addresses in that place."""
        return self.places.get(place, [])

    def places_of(self, kind: Kind) -> Sequence[Place]:
        """Return the places of that kind: in each project, or inside each owner."""
        return self._places.get(kind.name, ())

    def of_kind(self, project: str, kind: str) -> list[Address]:
        """Return the addresses of that kind in that project, whatever owns them."""
        return self._kinds.get((project, kind), [])

    @property
    def addresses(self) -> Iterator[Address]:
        """Return every address with a manifest, a record or an intent."""
        return (address for group in self.places.values() for address in group)

    def comparison(self, project: str) -> Comparison:
        """Return how values are compared in that project."""
        return comparison_in(project, self.ids, self.externals, self.state.lineage)

    def just_so(self, project: str) -> Comparison:
        """Return how values are compared where a reference must be just the one that a read gives for its id."""
        comparison = self.comparison(project)

        def id_of(ref: Ref) -> str | None:
            if (id := comparison.id_of(ref)) is None:  # the field's name
                return None
            # `name_of` would say the same of an address, and make a reference for each one that a plan compares.
            is_so = self.names.get(id) == ref.address if ref.address else self.name_of(ref.kind, id) == ref
            return id if is_so else None

        return Comparison(id_of=id_of, seal_key=comparison.seal_key)

    def name_of(self, kind: str, id: str) -> Ref:  # the field's name
        """Return the reference by which people know an id: an address, else a display name, else the id."""
        if address := self.names.get(id):
            return Ref(kind=kind, address=address)
        if name := self.external_names.get((kind, id)):
            return Ref(kind=kind, external=name)
        return Ref(kind=kind, id=id)

    def add(self, pairs: Mapping[Address, Pair]) -> None:
        """Take in what was paired: from now on its ids have names."""
        self.pairs |= pairs
        for address, found in pairs.items():
            if found.live is not None:
                self.ids[address] = found.live.id
                if not BY_NAME[address.kind].makes:  # what an action made is called by its own address, if it has one
                    self.names[found.live.id] = address

    def note_prices(self, kind: Kind, raws: Iterable[Mapping[str, Any]]) -> None:
        """Note what runs cost, of those whose list says so."""
        if kind.run is None or kind.run.account is None:
            return
        ran = kind.fields.at((kind.run.runs,)).wire_name
        for raw in list(raws)[-_MOST_PRICES:]:
            what, (_, usage) = raw.get(ran), kind.run.account(raw)
            if isinstance(what, str) and usage.price is not None:
                self._prices.setdefault(what, []).append(usage.price)

    @property
    def mean_prices(self) -> dict[str, float]:
        """Return the mean price of past runs, by the id of what ran."""
        return {what: sum(prices) / len(prices) for what, prices in self._prices.items()}

    def add_unmanaged(self, place: Place, lives: Iterable[Live]) -> None:
        """Take in what is live in a place and nobody manages."""
        self.unmanaged.setdefault(place, []).extend(lives)


def part_place(owner: Address, part: Part) -> Place:
    """Return where the parts of an owner live."""
    return Place(owner.project, part.kind.name, (owner.kind, owner.name))


def external_refs(known: Known) -> Sequence[tuple[Address, Ref]]:
    """Return every reference to a live thing by its display name, with the address of the manifest that refers."""
    if known._external_refs is None:  # several steps ask for it
        known._external_refs = tuple(
            (address, ref)
            for address, manifest in known.desired.manifests.items()
            for _, ref in declared_references(BY_NAME[address.kind], manifest.spec)
            if ref.external is not None
        )
    return known._external_refs


def index_externals(known: Known, kind: Kind, project: str, raws: Iterable[Mapping[str, Any]]) -> None:
    """Note the display names that exactly one live thing has."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for raw in raws:
        if isinstance(name := raw.get(kind.display), str):
            named[name].append(kind.id_of(raw) or "")
    for name, ids in named.items():
        if len(ids) == 1:
            known.externals[ExternalName(project, kind.name, name)] = ids[0]
            known.external_names[kind.name, ids[0]] = name
