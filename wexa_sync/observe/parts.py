"""Pair what lives inside other resources: shown by reads of the owner, or listed for each owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.loss import count
from wexa_sync.compare.others import foreign
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.model import Address, Pair, Place
from wexa_sync.observe.contents import contents_of, unpaired
from wexa_sync.observe.known import Known, part_place
from wexa_sync.observe.pair import pair


class _Owner(Struct, frozen=True, kw_only=True):
    """Describe a resource with parts, and what a list shows of it; `raw` is empty where no list shows it."""

    address: Address
    ids: Ids
    raw: Raw


def pair_parts(known: Known, api: Api, pool: Executor, kind: Kind, listed: Mapping[str, Sequence[Raw]]) -> None:
    """Pair the parts of every resource of a kind that is known. `listed`: what the lists show of it, by project."""
    for project, raws in listed.items():
        _find_given_up(known, api, kind, project, raws)
    for part in kind.parts:
        owners = [each for project, raws in listed.items() for each in _owners(known, kind, part, project, raws)]
        shown = (pool.map if part.own_list else map)(partial(_items, api, part), owners)
        for owner, items in zip(owners, shown, strict=True):
            place, raws = part_place(owner.address, part), items
            if part.chain is not None:
                raws = part.chain.order(owner.raw, items)
                known.links[owner.address] = part.chain.all_behind(raws)
                known.unlinked[owner.address] = tuple(part.chain.unlinked(owner.raw, raws))
            contents = contents_of(known, part.kind, place, raws, owner.ids.owner)
            paired = _with_others(pair(contents), known, part, raws)
            if part.kind.sown is not None:
                paired = {address: replace(each, fires=_fires(owner.raw)) for address, each in paired.items()}
            known.add(_weighed(api, part, owner, paired) if _may_lose(known, part, owner) else paired)
            known.add_unmanaged(place, unpaired(contents, paired.values()))


def _with_others(
    paired: Mapping[Address, Pair], known: Known, part: Part, raws: Sequence[Raw]
) -> Mapping[Address, Pair]:
    """Return the pairs with a fingerprint of what others have in the list, where it is only written whole."""
    if not part.kind.is_written_whole:
        return paired
    ours = {id for found in paired.values() if found.live is not None for id in found.live.ids}
    others = foreign(part.kind, raws, ours, known.state.lineage)
    return {address: replace(found, others=others) for address, found in paired.items()}


def _fires(owner: Raw) -> str:
    """Return why a new row may start runs: the owner has triggers, or does not show them. Empty where there is none."""
    if not owner:
        return ""  # it is made in this very apply, without triggers
    columns = [each for each in owner.get("columns") or () if isinstance(each, dict)]
    places = [owner, *columns]
    found = sum(len(each["triggers"]) for each in places if isinstance(each.get("triggers"), list))
    if found:
        return f"the table has {found} trigger{'' if found == 1 else 's'}"
    return "" if isinstance(owner.get("triggers"), list) else "reads do not show whether the table has triggers"


def _items(api: Api, part: Part, owner: _Owner) -> list[Raw]:
    """Return the live parts of an owner; none where no list shows the owner."""
    if part.own_list and owner.raw:
        return api.list(part.kind, owner.ids)
    return part.items(owner.raw)


def _may_lose(known: Known, part: Part, owner: _Owner) -> bool:
    """True when parts that are taken out of the owner are deleted: the owner is declared, and lists its parts."""
    manifest = known.desired.manifests.get(owner.address)
    return manifest is not None and part.field not in manifest.unlisted


def _weighed(api: Api, part: Part, owner: _Owner, pairs: Mapping[Address, Pair]) -> Mapping[Address, Pair]:
    """Return the parts of an owner, with what would go with those that are no longer declared: one request for all."""
    loss = part.kind.loss
    lives = {a: p.live for a, p in pairs.items() if p.manifest is None and p.record is not None and p.live is not None}
    if loss is None or not lives:
        return pairs
    number = count(api, loss, owner.ids)
    many = "all" if number is None else "no" if number == 0 else str(number)
    said = f"with the values of {many} {loss.noun}{'' if number == 1 else 's'}"
    return {**pairs} | {a: replace(pairs[a], live=replace(live, loss=said)) for a, live in lives.items()}


def _find_given_up(known: Known, api: Api, kind: Kind, project: str, raws: Sequence[Raw]) -> None:
    """Note the ids of the owners that the state gave up before a part: those in which the id of such a part is live.

    An id that the handle alone makes proves nothing: a part of another owner may have it too.
    """
    for part in kind.parts:
        held = {} if part.kind.has_ids_by_handle else _held_by_unknown(known, kind, part, project)
        for raw in raws if held else ():
            id = kind.id_of(raw) or ""  # the field's name
            owner = _Owner(address=next(iter(held)), ids=_ids(known, project, id), raw=raw)
            inside = {each for item in _items(api, part, owner) for each in part.kind.ids_of(item)}
            known.ids |= {address: id for address, ids in held.items() if ids & inside}


def _owners(known: Known, kind: Kind, part: Part, project: str, raws: Sequence[Raw]) -> Iterator[_Owner]:
    """Yield the declared and recorded owners in a project, and those that the state forgot before their parts."""
    shown = {kind.id_of(raw) or "": raw for raw in raws}
    for address in (*known.at(Place(project, kind.name)), *sorted(_held_by_unknown(known, kind, part, project))):
        id = known.ids.get(address, "")  # the field's name
        raw = shown.get(id, {}) if _are_needed(known, address, part) else {}
        yield _Owner(address=address, ids=_ids(known, project, id), raw=raw)


def _ids(known: Known, project: str, owner: str) -> Ids:
    return Ids(project=known.ids.get(Address(kind="Project", name=project), ""), owner=owner)


def _are_needed(known: Known, owner: Address, part: Part) -> bool:
    """True when a plan looks at the parts of that owner. A list of their own is asked for only then.

    The parts are declared, recorded or in doubt; or the owner may be deleted, with all that is in it.
    """
    if not part.own_list or known.at(part_place(owner, part)):
        return True
    manifests = known.desired.manifests
    return owner not in manifests or owner.project_address not in manifests


def _held_by_unknown(known: Known, kind: Kind, part: Part, project: str) -> dict[Address, set[str]]:
    """Return the owners that the state gave up before their parts, with the ids of those parts."""
    held: defaultdict[Address, set[str]] = defaultdict(set)
    for address in known.orphans.get((project, kind.name), ()):
        if address.kind == part.kind.name and (owner := address.owner_address):
            held[owner].add(known.state.records[address].id)
    return held
