"""Choose what no record knows of what a survey found, and lay it out as a view. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from wexa_sync.api.calls import Raw
from wexa_sync.export.names import Key, address_in, key_of, recorded
from wexa_sync.export.survey import Survey, Thing
from wexa_sync.kinds import BY_NAME, owner_of
from wexa_sync.kinds.strangers import comes_by_itself, glob, matching
from wexa_sync.model import Address, Title, Viewed, ViewRow
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.state.base import State
from wexa_sync.text.suggest import did_you_mean, named
from wexa_sync.text.times import roughly, utc

_NO_EARLIER = 1_577_836_800.0  # 2020: an id that says so was made otherwise

_TITLES = (
    Title(text="KIND"),
    Title(text="NAME"),
    Title(text="AGE", fixed=True),
    Title(text="USED BY"),
    Title(text="ID", fixed=True),
)


class Referrer(Struct, frozen=True, kw_only=True):
    """Describe a live thing that refers to another one. `address`: by which the state knows it, if it does."""

    thing: Thing
    address: Address | None


class Stranger(Struct, frozen=True, kw_only=True):
    """Describe a live thing that no record knows. `owner`: the address of the managed resource that it is a part of."""

    thing: Thing
    referrers: tuple[Referrer, ...]
    owner: Address | None = None


class Unrecorded(PartlyShown, frozen=True, kw_only=True):
    """Hold what is live and no record knows, in the order of the survey. `ignored`: how many the settings leave out.

    `notes`: what a person should know of it, such as a list that could not be read. `written`: the things that
    manifests may refer to by a handle, managed ones too.
    """

    UNSHOWN = frozenset({"state", "written"})

    survey: Survey
    state: State
    written: tuple[Thing, ...]
    strangers: tuple[Stranger, ...]
    ignored: int = 0
    notes: tuple[str, ...] = ()


def unrecorded(survey: Survey, state: State, *, ignore: Sequence[str], presumed: AbstractSet[str]) -> Unrecorded:
    """Return what no record knows, without the parts of such a thing and without what the platform makes by itself.

    `ignore` are patterns of KIND/NAME or KIND/ID. `presumed`: the names of the connectors that a project begins with.
    """
    known, makers, is_ignored = _known(state), _makers(survey), matching(ignore)
    strange = [each for each in survey.things if _is_strange(each, known) and not _is_made(each, makers, presumed)]
    shown = {key_of(each): each for each in strange if not is_ignored(each.kind.name, (each.name, *each.ids))}
    referrers = survey.referrers
    return Unrecorded(
        survey=survey,
        state=state,
        strangers=tuple(_stranger(each, known, referrers) for each in shown.values()),
        written=tuple(
            each
            for each in survey.things
            if address_in(known, each) is not None or not shown.keys().isdisjoint({key_of(each), _home(each)})
        ),
        ignored=len(strange) - len(shown),
        notes=tuple(_notes(survey, ignore)),
    )


def viewed(found: Unrecorded) -> Viewed:
    """Return what was found as rows, project by project: what it is, since when it is there, and who refers to it."""
    order = list(found.survey.projects)
    strangers = sorted(found.strangers, key=lambda each: order.index(each.thing.project))
    rows = tuple(_row(each, found.survey.now) for each in strangers)
    return Viewed(view="unmanaged", titles=_TITLES, rows=rows, notes=found.notes, by_project=True)


def counted(found: Unrecorded) -> str:
    """Return in one line how much was found, by kind in the order of KINDS."""
    counts = Counter(each.thing.kind.name for each in found.strangers)
    what = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    left = f" {found.ignored} left out by unmanaged_ignore." if found.ignored else ""
    none = "Nothing that can be seen is unmanaged." if found.survey.unread else "Nothing is unmanaged."
    return (f"{len(found.strangers)} unmanaged: {what}." if what else none) + left


def _known(state: State) -> dict[Key, Address]:
    """Return the addresses of what records stand for: of an action that makes a resource, that of the resource too."""
    found = recorded(state)
    made = {(BY_NAME[kind].makes, owner, id): address for (kind, owner, id), address in found.items()}
    return made | found


def _home(thing: Thing) -> Key:
    """Return the key of the resource that a part is in; of any other thing its own."""
    owner = owner_of(thing.kind)
    return (owner.name, "", thing.owner) if owner else key_of(thing)


def _is_strange(thing: Thing, known: Mapping[Key, Address]) -> bool:
    """True for what no record knows, unless it is a part of such a thing."""
    return address_in(known, thing) is None and (owner_of(thing.kind) is None or _home(thing) in known)


def _makers(survey: Survey) -> Mapping[tuple[str, str], list[Raw]]:
    """Return the responses about the things that make others by themselves, by kind and project."""
    wanted = {kind.maker.kind for kind in BY_NAME.values() if kind.maker is not None}
    found: defaultdict[tuple[str, str], list[Raw]] = defaultdict(list)
    for thing in survey.things:
        if thing.kind.name in wanted:
            found[thing.kind.name, thing.project].append(thing.raw)
    return found


def _is_made(thing: Thing, makers: Mapping[tuple[str, str], list[Raw]], presumed: AbstractSet[str]) -> bool:
    """True for what the platform makes by itself: no call makes such a thing, or a maker or its project did."""
    kind = thing.kind
    if comes_by_itself(kind, thing.raw, presumed):
        return True
    return kind.maker is not None and kind.maker.made(thing.raw, makers.get((kind.maker.kind, thing.project), ()))


def _stranger(
    thing: Thing, known: Mapping[Key, Address], referrers: Mapping[tuple[str, str], Sequence[Thing]]
) -> Stranger:
    using = {id(each): each for name in thing.ids for each in referrers.get((thing.kind.name, name), ())}
    users = tuple(Referrer(thing=each, address=address_in(known, each)) for each in using.values())
    return Stranger(thing=thing, referrers=users, owner=known.get(_home(thing)))


def _notes(survey: Survey, patterns: Sequence[str]) -> Iterator[str]:
    """Yield what may be missing, and each pattern whose kind there is not."""
    for each in survey.unread:
        yield f"not all can be seen: {each.kind} of project {each.project_name!r}: {each.why}"
    for pattern in patterns:
        kind = pattern.partition("/")[0]
        if not any(re.fullmatch(glob(kind), name) for name in BY_NAME):
            yield f"unmanaged_ignore: {pattern!r}: there is no kind {kind!r}. {did_you_mean(kind, BY_NAME, '')}".strip()


def _inner(address: Address) -> str:
    """Return an address without its project, which stands above the table."""
    return address.removeprefix(f"{address.project}/")


def _made_at(thing: Thing, now: float) -> float | None:
    """Return when a thing was made, by what a read shows or by its id: the server's ids begin with that second."""
    if thing.created_at is not None or thing.kind.new_id is not None or not re.fullmatch("[0-9a-f]{24}", thing.id):
        return thing.created_at
    second = float(int(thing.id[:8], 16))
    return second if _NO_EARLIER < second <= now + 3600 else None


def _row(stranger: Stranger, now: float) -> ViewRow:
    thing, users = stranger.thing, stranger.referrers
    since = _made_at(thing, now)
    age = roughly(max(now - since, 0.0)) if since is not None else ""
    name = f"{thing.name} in {_inner(stranger.owner)}" if stranger.owner else thing.name
    labels = [_inner(each.address) if each.address else each.thing.kind.called(each.thing.raw) for each in users]
    return ViewRow(
        id=thing.id,
        name=thing.name,
        project=thing.project_name,
        owner=stranger.owner or "",
        cells=(thing.kind.name, name, age, named(labels, 2), thing.id),
        value={
            "kind": thing.kind.name,
            "created_at": None if since is None else utc(since),
            "used_by": [
                {"kind": each.thing.kind.name, "id": each.thing.id, "name": each.thing.name, "address": each.address}
                for each in users
            ],
        },
    )
