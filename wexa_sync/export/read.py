"""Read all that is live in the chosen projects: each list once, and single reads where a list shows too little.

A list that can't be read is named, and the rest is read all the same.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.paging import Extent, Found
from wexa_sync.errors import ApiError, AuthRefused, LostAnswer, Throttled, Unreachable
from wexa_sync.export.survey import Survey, Thing, Unread
from wexa_sync.kinds import BY_NAME, declarable, holder_of, part_of
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Operation, Scope
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.times import created_at
from wexa_sync.kinds.spec.wire import decode, references, shown_fields
from wexa_sync.kinds.views import ROOT, views
from wexa_sync.observe.kept import whole_item
from wexa_sync.observe.lists import lacks, with_reads
from wexa_sync.observe.replay import Recorder
from wexa_sync.observe.views.names import matching
from wexa_sync.state.base import State
from wexa_sync.text.json import plain

Place = tuple[Kind, Ids]
"""A list: what it has of which kind, and where."""


def survey(
    api: Api,
    state: State,
    words: Sequence[str] = (),
    *,
    parallelism: int = 10,
    values: bool = False,
    now: Callable[[], float] = time.time,
) -> Survey:
    """Return what is live in the projects that `words` name, or in all. Send GET only.

    A word is the handle of a recorded project, a display name or an id. `values`: keep those values of a write-only
    field that the response itself says are no secrets. Raise UsageError for one that is none, or that
    may mean several; ApiError where the server can't be reached, or knows no such key.
    """
    recorder = Recorder(api, keep=partial(_without_secrets, values=values))
    user_id = recorder.sign_in()
    raws = _chosen(recorder.listed(PROJECT, Ids()).items, state, words)
    names = {PROJECT.id_of(raw) or "": plain(raw.get(PROJECT.display) or "") for raw in raws}
    with ThreadPoolExecutor(max_workers=parallelism) as pool:
        looked = _Look(recorder=recorder, pool=pool, names=names, found={(PROJECT, Ids()): raws})
        looked.read_all()
    return Survey(
        user_id=user_id,
        org_id=recorder.org_id,
        now=now() + max(recorder.ahead, 0.0),
        projects=names,
        things=tuple(_things(looked)),
        unread=tuple(looked.unread),
        notes=recorder.notes,
    )


def _chosen(live: Sequence[Raw], state: State, words: Sequence[str]) -> list[Raw]:
    """Return the projects that are meant, each once, as listed."""
    if not words:
        return list(live)
    records = {a.name: record.id for a, record in state.records.items() if a.kind == PROJECT.name}
    wanted = [matching(views()[ROOT], records.get(word, word), live, records) for word in words]
    return [raw for raw in live if any(raw is each for each in wanted)]


class _Look(Struct, kw_only=True):
    """Hold what was read so far. `found`: the items of each list; `names`: the chosen projects, by id."""

    recorder: Recorder
    pool: Executor
    names: dict[str, str]
    found: dict[Place, list[Raw]]
    unread: list[Unread] = field(default_factory=list)

    def read_all(self) -> None:
        """Read the lists of the projects, then those of what stands in them."""
        listed = [kind for kind in declarable() if _is_listed(kind)]
        self._read([(kind, Ids(project=project)) for project in self.names for kind in listed])
        self._read([*self._inner()])
        self._read_unlisted()

    def _read(self, places: Sequence[Place]) -> None:
        """Read these lists, all at once, and what they show too little of."""
        futures = [self.pool.submit(self.recorder.listed, kind, ids) for kind, ids in places]
        for (kind, ids), future in zip(places, futures, strict=True):
            try:
                self.found[kind, ids] = self._note_cut(kind, ids, future.result()).items
                self.found[kind, ids] = self._whole(kind, ids, self.found[kind, ids])
            except ApiError as error:
                self._note(kind, ids, error)

    def _inner(self) -> Iterator[Place]:
        """Yield the lists of what lives in what was found, and of what stands in its lists."""
        within = {kind: holder for kind in BY_NAME.values() if (holder := _lists_such(kind)) is not None}
        for (holder, ids), raws in list(self.found.items()):
            for kind in (each for each, owner in within.items() if owner is holder):
                yield from ((kind, replace(ids, owner=id)) for raw in raws if (id := holder.id_of(raw)))

    def _whole(self, kind: Kind, ids: Ids, raws: list[Raw]) -> list[Raw]:
        """Return the list with the fields that only single reads show."""
        if Operation.READ not in kind.endpoints:
            return raws
        inner = [(part, shown_fields(part.kind)) for part in kind.embedded]
        lacking = partial(lacks, wanted=shown_fields(kind), inner=inner)

        def read(raw: Raw) -> Raw:
            return self.recorder.read(kind, replace(ids, id=kind.id_of(raw) or "")) or raw

        return with_reads(raws, [*range(len(raws))], lacking, read, self.pool)

    def _read_unlisted(self) -> None:
        """Read what others refer to and a list without a second page leaves out."""
        cut = [place for place in self.found if self._is_cut(*place)]
        referred = self._referred(self.found if cut else ())
        for kind, ids in cut:
            raws = self.found[kind, ids]
            known = {id for raw in raws for id in kind.ids_of(raw)}
            missing = sorted(referred[ids.project, kind.name] - known)
            found = self.pool.map(partial(self._one, kind, ids), missing)
            raws += [raw for raw in found if raw is not None]

    def _is_cut(self, kind: Kind, ids: Ids) -> bool:
        """True for the list of a project that may show less than others refer to."""
        is_named = kind.listing is not None and bool(kind.listing.named)
        return is_named and bool(ids.project) and self.recorder.noted(kind, ids).extent is not Extent.WHOLE

    def _referred(self, places: Iterable[Place]) -> defaultdict[tuple[str, str], set[str]]:
        """Return the ids that what was found refers to, by the project and the kind that they are of."""
        referred: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        there = [(kind, raw, ids.project) for kind, ids in places for raw in self.found[kind, ids]]
        inside = [
            (part.kind, item, at) for kind, raw, at in there for part in kind.embedded for item in part.items(raw)
        ]
        for kind, raw, project in (*there, *inside):
            for _, ref in references(decode(kind, raw)):
                if ref.id:
                    referred[project, ref.kind].add(ref.id)
        return referred

    def _one(self, kind: Kind, ids: Ids, id: str) -> Raw | None:  # the field's name
        try:
            return self.recorder.read(kind, replace(ids, id=id))
        except ApiError as error:  # it belongs to another project, say
            _require_heard(error)
            return None

    def _note_cut(self, kind: Kind, ids: Ids, found: Found) -> Found:
        if found.extent is Extent.CUT:
            self._note(kind, ids, f"the list shows {len(found.items)}, and leaves out others", begun=True)
        elif found.extent is Extent.UNSURE:
            why = f"the list shows {len(found.items)}, where servers often cut lists, and no total: there may be more"
            self._note(kind, ids, why, begun=True, guessed=True)
        return found

    def _note(self, kind: Kind, ids: Ids, why: ApiError | str, *, begun: bool = False, guessed: bool = False) -> None:
        """Note why a list is not read. Raise the error where it says nothing of that list."""
        if isinstance(why, ApiError):
            _require_heard(why)
            why = why.message
        name = self.names[ids.project]
        guessed = guessed or (kind.listing is not None and bool(kind.listing.endpoint.known_from))
        place = {"project": ids.project, "project_name": name, "owner": ids.owner}
        self.unread.append(Unread(kind=kind.name, why=why, guessed=guessed, begun=begun, **place))


def _require_heard(error: ApiError) -> None:
    """Raise the error of a server that did not answer the call, or that knows no such key."""
    if isinstance(error, (Unreachable, LostAnswer, Throttled)) or (
        isinstance(error, AuthRefused) and error.status == 401
    ):
        raise error


def _is_listed(kind: Kind) -> bool:
    """True for a kind of resource that each project has a list of."""
    is_kept = kind.nature is Nature.RESOURCE and kind.listing is not None
    return is_kept and kind.listing is not None and kind.listing.scope is Scope.PROJECT


def _lists_such(kind: Kind) -> Kind | None:
    """Return the kind whose resources each have a list of such ones; None where those are shown otherwise."""
    return holder_of(kind) if kind.listing and kind.listing.scope is Scope.OWNER and kind.sown is None else None


def _things(looked: _Look) -> Iterator[Thing]:
    """Yield what was found, in the order of KINDS."""
    for kind in BY_NAME.values():
        part = part_of(kind)
        for (each, ids), raws in looked.found.items():
            if each is kind:
                yield from (_thing(looked, kind, ids, raw, place) for place, raw in enumerate(raws))
            elif part is not None and part in each.embedded:
                owners = ((raw, replace(ids, owner=id)) for raw in raws if (id := each.id_of(raw)))
                for raw, inside in owners:
                    items = part.items(raw) if part.chain is None else part.chain.order(raw, part.items(raw))
                    yield from (_thing(looked, kind, inside, item, place) for place, item in enumerate(items))


def _thing(looked: _Look, kind: Kind, ids: Ids, raw: Raw, place: int) -> Thing:
    id, *aliases = kind.ids_of(raw) or ("",)  # the field's name
    project = ids.project or id  # a project lies in none
    return Thing(
        kind=kind,
        id=id,
        aliases=tuple(aliases),
        project=project,
        project_name=looked.names.get(project, ""),
        owner=ids.owner,
        spec=decode(kind, raw),
        raw=raw,
        position=place,
        created_at=created_at(raw),
    )


def _without_secrets(kind: Kind, raw: Raw, *, values: bool) -> Raw:
    """Return what a survey keeps of a response: fields that manifests can have, and those that a person should know of.

    A read of a connector holds its credentials, at places that nobody has written down.
    """
    exported = kind.exported
    inside = (id for part in kind.embedded for item in part.items(raw) for id in part.kind.ids_of(item))
    found = whole_item(kind, raw, frozenset((*kind.ids_of(raw), *inside)))
    found |= {name: raw[name] for name in exported.remarks if raw.get(name)}
    return found | ({exported.asked: exported.values(raw)} if values and exported.asked else {})
