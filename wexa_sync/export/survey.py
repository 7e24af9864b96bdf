"""Hold what is live in projects that a person chose, managed or not, in manifest terms; no secret is in it (Survey)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from wexa_sync.api.calls import Raw
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Spec
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.observe.replay import Notes


class Thing(PartlyShown, frozen=True, kw_only=True):
    """Describe a live resource.

    `project` is the id of its project (a project's own), and `project_name` what people call that. `spec`: as a read
    shows it, references by id. `raw`: the response without what may be secret. `owner`: the id of the resource that it
    lives in, or in whose list it stands. `position`: its place in its list. `created_at` in epoch seconds.
    """

    UNSHOWN = frozenset({"raw"})

    kind: Kind
    id: str
    project: str
    project_name: str
    spec: Spec
    raw: Raw
    aliases: tuple[str, ...] = ()
    owner: str = ""
    position: int = 0
    created_at: float | None = None

    @property
    def name(self) -> str:
        """Return what people call it; empty where it has no name."""
        found = self.raw.get(self.kind.display) if self.kind.display else None
        return found if isinstance(found, str) else ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every spelling of the id."""
        return (self.id, *self.aliases)

    @property
    def place(self) -> tuple[str, str, str]:
        """Return the name of its kind and the ids of what it lies in: its project, if it lies in one, and its owner."""
        return self.kind.name, "" if self.project == self.id else self.project, self.owner


class Unread(Struct, frozen=True, kw_only=True):
    """Hold a list that could not be read whole: the kind, what people call the project, the owner's id, and why.

    `guessed`: perhaps nothing is missing. No page of the vendor shows the call, so that it may not be there at all; or
    the list may be whole. `begun`: a part of the list was read.
    """

    kind: str
    project: str
    project_name: str
    why: str
    owner: str = ""
    guessed: bool = False
    begun: bool = False


class Survey(PartlyShown, frozen=True, kw_only=True):
    """Hold all that is live and can be declared, in the order of KINDS, of each kind as listed.

    `now` is the later clock. `notes`: what the API showed, to answer an observation from, without secrets.
    """

    UNSHOWN = frozenset({"notes"})

    user_id: str
    org_id: str
    now: float
    projects: Mapping[str, str]  # id -> what people call it
    things: tuple[Thing, ...]
    unread: tuple[Unread, ...]
    notes: Notes

    @property
    def is_whole(self) -> bool:
        """True when every list was read that the vendor's pages show, and none is known to be cut."""
        return all(each.guessed for each in self.unread)

    @property
    def by_id(self) -> dict[tuple[str, str], Thing]:
        """Return the things by the name of their kind and each spelling of their id. Parts may share an id."""
        return {(thing.kind.name, id): thing for thing in self.things for id in thing.ids}

    @property
    def referrers(self) -> dict[tuple[str, str], tuple[Thing, ...]]:
        """Return the things that refer to another one, by the kind and the id of that."""
        found: defaultdict[tuple[str, str], dict[int, Thing]] = defaultdict(dict)
        for number, thing in enumerate(self.things):
            for _, ref in references(thing.spec):
                found[ref.kind, ref.id or ""][number] = thing
        return {key: tuple(things.values()) for key, things in found.items()}

    def parts(self) -> dict[tuple[str, str, str], list[Thing]]:
        """Return the things by their place, in the order in which they are listed."""
        found: defaultdict[tuple[str, str, str], list[Thing]] = defaultdict(list)
        for thing in self.things:
            found[thing.place].append(thing)
        return found


def unread_of(survey: Survey, kind: str, project: str, owner: str = "") -> Sequence[Unread]:
    """Return why the things of a kind in a project, or in one owner there, are not all in the survey."""
    return [
        each for each in survey.unread if (each.kind, each.project) == (kind, project) and each.owner in ("", owner)
    ]
