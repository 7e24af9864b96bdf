"""What is known of the workspace so far: it grows kind by kind, so that what refers to a thing finds its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wexa_sync.api.calls import Raw
from wexa_sync.compare.ids import Comparison, comparison_in
from wexa_sync.errors import StateDamaged
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Address, Desired, ExternalName, Pair, Ref
from wexa_sync.state.base import State

Externals = dict[ExternalName, str]
PlaceName = tuple[str, str, tuple[str, str] | None]  # project handle, kind, owner


def require_known_kinds(state: State) -> None:
    """Raise StateDamaged where the state names what can't be: the state itself knows of no kinds."""
    for address in (*state.records, *state.intents):
        kind = BY_NAME.get(address.kind)
        if kind is None or (address.owner or ("",))[0] != (kind.owner or ""):
            raise StateDamaged(
                f"the state holds {address}, and there is nothing of that kind",
                hint=f"Somebody changed it by hand: restore it from a backup, or `wexa-sync state rm {address}`.",
            )


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known so far; grows kind by kind, in the order of KINDS."""

    desired: Desired
    state: State
    pairs: dict[Address, Pair] = field(default_factory=dict)
    ids: dict[Address, str] = field(default_factory=dict)
    names: dict[str, Address] = field(default_factory=dict)  # the other way round
    externals: Externals = field(default_factory=dict)
    external_names: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, id) -> display name
    owners: Mapping[str, Address] = field(init=False)  # every id that the state knows
    awaited: frozenset[Address] = field(init=False)  # what something declared waits for: a failed run holds that up
    places: dict[PlaceName, list[Address]] = field(init=False)
    unmanaged: dict[str, list[str]] = field(default_factory=dict)  # project handle -> what is live there and not ours
    strange_skills: dict[str, list[Raw]] = field(default_factory=dict)  # the skills among it
    made_by_connectors: dict[str, list[str]] = field(default_factory=dict)  # of those, what a connector made by itself
    unplaced: set[str] = field(default_factory=set)  # projects given up before what is in them, and not found by it
    orphans: dict[tuple[str, str], list[Address]] = field(init=False)  # (project, kind) -> what is in given up ones
    _kinds: dict[tuple[str, str], list[Address]] = field(init=False)
    cut: dict[tuple[str, str], str] = field(default_factory=dict)  # (project, kind) of a list that is not whole -> why
    unsettled: Externals = field(default_factory=dict)  # a name asked for to which the response says nothing -> why

    def __post_init__(self) -> None:
        self.owners = self.state.owners
        self.awaited = frozenset().union(*self.desired.depends_on.values())
        self.places, self._kinds = {}, {}
        for address in sorted({*self.desired.manifests, *self.state.records, *self.state.intents}):
            self.places.setdefault((address.project, address.kind, address.owner), []).append(address)
        addresses, self.orphans = set(self.addresses), {}
        for address in self.state.records:
            if address.owner and address.owner_address not in addresses:
                self.orphans.setdefault((address.project, address.owner[0]), []).append(address)
            self._kinds.setdefault((address.project, address.kind), []).append(address)

    def at(self, project: str, kind: str, owner: tuple[str, str] | None = None) -> list[Address]:
        """The addresses in that place."""
        return self.places.get((project, kind, owner), [])

    def of_kind(self, project: str, kind: str) -> list[Address]:
        """The addresses of that kind in that project, whatever owns them."""
        return self._kinds.get((project, kind), [])

    @property
    def addresses(self) -> Iterator[Address]:
        """Every address with a manifest, a record or an intent."""
        return (address for group in self.places.values() for address in group)

    def comparison(self, project: str) -> Comparison:
        """How references are compared in that project."""
        return comparison_in(project, self.ids, self.externals, self.state.lineage)

    def name_of(self, kind: str, id: str) -> Ref:  # the field's name
        """The reference people know an id by: an address, else a display name, else the id."""
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
                self.names[found.live.id] = address


def external_refs(known: Known) -> Iterator[tuple[Address, Ref]]:
    """Every reference to a live thing by its display name, with the address of the manifest it stands in."""
    for address, manifest in known.desired.manifests.items():
        for _, ref in references(manifest.spec):
            if ref.external is not None:
                yield address, ref
