"""Find what a list without a second page leaves out: recorded resources by their id, others of ours by their name.

So a plan takes the list, and one request more for each thing of ours that the list does not show.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.paging import USUAL_SIZES, Extent, Found
from wexa_sync.errors import Nonsense
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.model import Address, ExternalName, Pair, Place, Secret
from wexa_sync.observe.known import Known, external_refs


def filled_in(api: Api, pool: Executor, known: Known, project: str, name: str, found: Found) -> list[Raw]:
    """Return the list with what it leaves out of what is recorded, declared, or sent and never answered.

    Note in `known.cut` and `known.unsettled` what stays in doubt all the same.
    """
    kind = BY_NAME[name]
    ids = known.ids_of(project, kind)
    assert kind.listing is not None
    if found.refusal is not None:
        known.missing.add((project, name))
        if any(a in known.state.records or a in known.state.intents for a in known.at(Place(project, name))):
            raise found.refusal  # something was made there, or may have been: that nothing is can't be true
    if found.extent is Extent.ENOUGH:
        return found.items
    if found.extent is Extent.WHOLE and not (kind.listing.named and _may_be_a_page(found)):
        return found.items
    gap = _Gap(api=api, pool=pool, known=known, kind=kind, place=Place(project, name), ids=ids)
    items = _merged(kind, found.items, gap.by_id({kind.id_of(raw) for raw in found.items}))
    # What the list leaves out and is there all the same shows that the list is not whole.
    extent = Extent.CUT if len(items) > len(found.items) else found.extent
    if extent is Extent.WHOLE:
        return items
    if kind.listing.named:
        items = _merged(kind, items, gap.by_name({kind.id_of(raw) for raw in items}, most=len(found.items)))
    if extent is Extent.CUT and not (found.total is not None and len(items) >= found.total):
        known.cut[Place(project, name)] = f"the list shows {len(found.items)} {name}s, and leaves out others"
    return items


def _may_be_a_page(found: Found) -> bool:
    """True when the list may be as long as a server's largest page, of an unusual length. A shorter one is whole."""
    return found.total is None and len(found.items) >= min(USUAL_SIZES)


def unseen(known: Known, kind: Kind, pair: Pair) -> str:
    """Return why a list may hide the pair's live resource; empty where it hides nothing."""
    if pair.manifest is None or pair.live is not None or pair.candidates:
        return ""
    place = pair.address.place
    if kind.listing is None or not kind.listing.named:
        return known.cut.get(place, "")
    reasons = (
        known.unsettled.get(ExternalName(place.project, place.kind, name), "")
        for name in names_at(known, kind, pair.address)
    )
    return next(filter(None, reasons), "")


class _Gap(Struct, frozen=True, kw_only=True):
    """Describe a list of one kind in one project that may not be whole, and how to look behind it."""

    api: Api
    pool: Executor
    known: Known
    kind: Kind
    place: Place
    ids: Ids

    def by_id(self, listed: set[str | None]) -> list[Raw]:
        """Read what is recorded, or imported by its id, and not listed.

        Of runs that is done only for those that something depends on or is in doubt about.
        """
        known, all_of_them = self.known, self.kind.nature is Nature.RESOURCE
        needed = frozenset[Address]() if all_of_them else known.awaited
        ids = [
            known.state.records[address].id
            for address in known.at(self.place)
            if address in known.state.records and (all_of_them or address in needed or address in known.state.intents)
        ]
        manifests = (known.desired.manifests.get(address) for address in known.at(self.place))
        ids += [each.import_id for each in manifests if each is not None and each.import_id]
        missing = [id for id in dict.fromkeys(ids) if id not in listed]
        read = self.pool.map(lambda id: self.api.read(self.kind, replace(self.ids, id=id)), missing)
        return [raw for raw in read if raw is not None]

    def by_name(self, listed: set[str | None], *, most: int) -> list[Raw]:
        """Return what has the names of ours that no record leads to, one by one. Note the names left in doubt."""
        known, names = self.known, set[str]()
        for address in known.at(self.place):
            record = known.state.records.get(address)
            if record is None or record.id not in listed:
                names.update(names_at(known, self.kind, address))
        for address, ref in external_refs(known):
            if (address.project, ref.kind) == self.place[:2]:
                names.add(ref.external or "")

        def ask(name: str) -> list[Raw] | Nonsense:
            try:
                return self.api.named(self.kind, self.ids, name, most=most)
            except Nonsense as doubt:
                return doubt

        found: list[Raw] = []
        for name, answer in zip(sorted(names), self.pool.map(ask, sorted(names)), strict=True):
            if isinstance(answer, Nonsense):
                known.unsettled[ExternalName(self.place.project, self.place.kind, name)] = answer.message
            else:
                found += answer
        return found


def names_at(known: Known, kind: Kind, address: Address) -> list[str]:
    """Return the display names that something at the address has, or was sent with."""
    sides = (known.desired.manifests.get(address), known.state.intents.get(address))
    names = [side.spec.get(kind.display) for side in sides if side is not None]
    plain = [name.reveal() if isinstance(name, Secret) else name for name in names]
    return [name for name in dict.fromkeys(plain) if isinstance(name, str) and name]


def _merged(kind: Kind, items: list[Raw], more: Iterable[Raw]) -> list[Raw]:
    """Return the items, and what of the others has an id that is not among them."""
    found = {kind.id_of(raw): raw for raw in items}
    for raw in more:
        found.setdefault(kind.id_of(raw), raw)
    return list(found.values())
