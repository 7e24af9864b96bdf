"""Read the lists that a plan needs, all at once and whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import cache, partial

from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.paging import Pack
from wexa_sync.api.sparse import marked, told_apart
from wexa_sync.compare.ids import plain_id
from wexa_sync.compare.parts import as_kept
from wexa_sync.kinds import BY_NAME, declarable, holder_of, rank
from wexa_sync.kinds.base import Kind, Nature, Part
from wexa_sync.kinds.endpoint import Operation, Scope
from wexa_sync.kinds.spec.folded import folded
from wexa_sync.kinds.spec.wire import shown_fields
from wexa_sync.model import Address, ExternalName, Place
from wexa_sync.observe.cut import filled_in, names_at
from wexa_sync.observe.known import Known, external_refs
from wexa_sync.text.ids import usual_case

Places = set[tuple[str, str]]
"""Lists, each by its project and its kind."""


def lists_of_ours(known: Known) -> Places:
    """Return the lists in which is seen what is declared, recorded or in doubt, and what may go with a project."""
    needed = set[tuple[str, str]]()
    for place, addresses in known.places.items():
        kind = BY_NAME[place.kind]
        if kind.nature is Nature.RESOURCE or any(a in known.awaited or _run_is_open(known, a) for a in addresses):
            needed.add((place.project, place.owner[0] if place.owner else kind.implied_by or kind.name))
        if (holder := holder_of(kind)) is not None:
            needed.add((place.project, holder.name))
    for address in known.at(Place("", "Project")):
        if address not in known.desired.manifests:  # it may go, and all in it
            held = (kind for kind in declarable() if kind.nature is Nature.RESOURCE and not kind.goes_along)
            needed.update((address.name, kind.name) for kind in held)
    return needed


def _lists_of_names(known: Known) -> Places:
    """Return the lists in which manifests name what is live, by a name that leads to no known id yet."""
    names = (ExternalName(address.project, ref.kind, ref.external or "") for address, ref in external_refs(known))
    return {name[:2] for name in names if name not in known.externals}


def _needed(known: Known, places: Places) -> list[tuple[str, str]]:
    """Return those of the lists that can be read, in a fixed order."""
    return sorted(
        (
            place
            for place in places
            if place[0]
            and place[1] != "Project"
            and (not BY_NAME[place[1]].in_project or Address(kind="Project", name=place[0]) in known.ids)
            and (listing := BY_NAME[place[1]].listing) is not None
            and listing.scope is not Scope.OWNER
        ),
        key=lambda place: (rank(place[1]), place[0]),
    )


def _run_is_open(known: Known, address: Address) -> bool:
    """True when the list says something of a run.

    That is one without a record, with a lost answer, with an end not yet known, or that is to be run again.
    """
    record = known.state.records.get(address)
    return (record is not None and record.ended is False) or _run_is_looked_for(known, address)


def _folding(_project: str, kind: Kind) -> Pack:
    return partial(folded, kind)


def fetch(
    api: Api, pool: Executor, known: Known, *, alone: bool = False, packing: Callable[[str, Kind], Pack] = _folding
) -> dict[tuple[str, str], list[Raw]]:
    """Return all lists, read at once, with what those leave out that are not whole.

    `alone`: of a list in which nothing is looked for by its name, what is recorded is enough. `packing` returns what
    packs the pages of a list. The first failure, in a fixed order, is raised.
    """
    futures = {}
    named = _lists_of_names(known)
    for project, name in _needed(known, lists_of_ours(known) | named):
        kind = BY_NAME[name]
        sought = known.sought(project, kind, alone=alone, named=(project, name) in named)
        sought = replace(sought, pack=packing(project, kind))
        futures[project, name] = pool.submit(api.listed, kind, known.ids_of(project, kind), sought)
    return {place: filled_in(api, pool, known, *place, future.result()) for place, future in futures.items()}


def completed(
    api: Api, pool: Executor, known: Known, project: str, name: str, raws: list[Raw], allowed: frozenset[str]
) -> list[Raw]:
    """Return the list with the fields that only single reads show. One is read first, the others if that one helped."""
    kind = BY_NAME[name]
    if kind.nature is Nature.ACTION or Operation.READ not in kind.endpoints:
        return raws
    is_ours = _ours(known, kind, project)
    ours = [index for index, raw in enumerate(raws) if is_ours(raw)]
    wanted = _declared_fields(known, kind.name, project)
    inner = [(part, _declared_fields(known, part.kind.name, project)) for part in kind.embedded]
    if (update := kind.replacing_update) is not None and update.may_be_sent(allowed):
        wanted |= {*shown_fields(kind), *update.keeps}  # it may replace all of them
        inner = [(part, shown_fields(part.kind)) for part in kind.embedded]
    project_id = known.ids.get(Address(kind="Project", name=project), "")

    def read(raw: Raw) -> Raw:
        return api.read(kind, Ids(project=project_id, id=kind.id_of(raw) or "")) or raw

    return with_reads(raws, ours, partial(lacks, wanted=wanted, inner=inner), read, pool)


def with_reads(
    raws: list[Raw], ours: Iterable[int], lacking: Callable[[Raw], int], read: Callable[[Raw], Raw], pool: Executor
) -> list[Raw]:
    """Return the list, with a single read of each of ours that lacks something, if that of the first one shows more."""
    poor = [index for index in ours if lacking(raws[index])]
    if not poor or lacking(first := read(raws[poor[0]])) >= lacking(raws[poor[0]]):
        return raws
    rest = [raws[index] for index in poor[1:]]
    whole = {poor[0]: first, **dict(zip(poor[1:], pool.map(read, rest), strict=True))}
    return [whole.get(index, raw) for index, raw in enumerate(raws)]


def runs_told_apart(api: Api, pool: Executor, known: Known, kind: Kind, project: str, raws: list[Raw]) -> list[Raw]:
    """Return a list of actions with the unknown ones whole, as far as an open address may be one of them.

    Where too many are left that the list shows too little of, that is noted in `known.cut`.
    """
    if kind.nature is not Nature.ACTION:
        return raws
    sides = (known.desired.manifests, known.state.intents)
    looked_for = [address for address in known.at(Place(project, kind.name)) if _run_is_looked_for(known, address)]
    specs = [side[address].spec for address in looked_for for side in sides if address in side]
    recorded, comparison = known.owners.keys(), known.comparison(project)
    refs = [field for name in kind.identity if (field := kind.fields.at((name,))).ref]
    wanted = {field.wire_name: {plain_id(spec.get(field.name), comparison) for spec in specs} for field in refs}

    def matters(raw: Raw) -> bool:
        shown = ((raw.get(name), ids) for name, ids in wanted.items())
        may_be_it = all(not isinstance(id, str) or id in ids for id, ids in shown)  # the field's name
        return bool(specs) and recorded.isdisjoint(kind.ids_of(raw)) and may_be_it

    found, left = told_apart(api, kind, known.ids_of(project, kind), raws, matters, pool.map)
    if left:
        known.cut[Place(project, kind.name)] = f"the list of {kind.name}s does not show what {left} of them are about"
    return marked(kind, found)


def _run_is_looked_for(known: Known, address: Address) -> bool:
    """True when a run that nobody recorded may be the address's."""
    record, intent = known.state.records.get(address), known.state.intents.get(address)
    manifest = known.desired.manifests.get(address)
    if record is None or (intent is not None and not intent.settled):
        return True
    return manifest is not None and manifest.generation > record.generation


def _ours(known: Known, kind: Kind, project: str) -> Callable[[Raw], bool]:
    """Return what is True for a listed item that is recorded or imported, or that looks like a declared one."""
    addresses = known.at(Place(project, kind.name))
    records = [known.state.records[address] for address in addresses if address in known.state.records]
    manifests = [known.desired.manifests[address] for address in addresses if address in known.desired.manifests]
    ids = {id for each in records for id in each.ids}
    ids |= {usual_case(each.import_id) for each in manifests if each.import_id}

    @cache  # asked for by strangers alone: where all is known by its id, nobody needs the names
    def names() -> set[str]:
        return {as_kept(name) for address in addresses for name in names_at(known, kind, address)}

    def is_ours(raw: Raw) -> bool:
        name = raw.get(kind.display)  # a stranger's may be anything, a list or an object too
        return not ids.isdisjoint(kind.ids_of(raw)) or (isinstance(name, str) and as_kept(name) in names())

    return is_ours


def _declared_fields(known: Known, kind: str, project: str) -> frozenset[str]:
    addresses, sides = known.of_kind(project, kind), (known.desired.manifests, known.state.records)
    named = set[str]().union(*(side[address].spec for side in sides for address in addresses if address in side))
    return shown_fields(BY_NAME[kind], named)


def lacks(raw: Raw, wanted: frozenset[str], inner: Iterable[tuple[Part, frozenset[str]]]) -> int:
    """Return how many declared fields a response does not show, those of the parts in it (`inner`) included."""
    lacking = len(wanted.difference(raw))
    for part, names in inner:
        if part.field not in raw:
            lacking += 1000  # no parts shown at all: more than any field could weigh
        lacking += sum(len(names.difference(item)) for item in part.items(raw))
    return lacking
