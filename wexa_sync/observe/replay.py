"""Note what an observation reads of the API, and answer a later one from these notes, without the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.api.ahead import Query, done
from wexa_sync.api.calls import Ids, Raw, Values
from wexa_sync.api.client import NO_QUERY, Api
from wexa_sync.api.packed import unpacked
from wexa_sync.api.paging import ANYTHING, Extent, Found, Sought
from wexa_sync.api.transport.http import Keep, as_it_is
from wexa_sync.errors import Nonsense, NotFound, WexaSyncError
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.model import Account

Listed = tuple[str, str, str]
"""The kind, the project's id and the owner's id of a list."""


class Notes(Struct, frozen=True, kw_only=True):
    """Hold what the API showed.

    `names` are lists of one name, with that name behind the rest; `reads` go by kind and id.
    """

    lists: Mapping[Listed, Found] = field(default_factory=dict)
    names: Mapping[tuple[str, str, str, str], list[Raw]] = field(default_factory=dict)
    reads: Mapping[tuple[str, str], Raw | None] = field(default_factory=dict)


class Recorder(Api):
    """Represent an API that passes reads on to another one, and notes what that shows. Any thread may call it.

    `keep` says what is noted and returned of a resource.
    """

    def __init__(self, api: Api, keep: Callable[[Kind, Raw], Raw] = lambda _kind, raw: raw) -> None:
        self._api = api
        self._keep = keep
        self.org_id, self.user_id = api.org_id, api.user_id
        self.at_once = api.at_once
        self._lists: dict[Listed, Found] = {}
        self._names: dict[tuple[str, str, str, str], list[Raw]] = {}
        self._reads: dict[tuple[str, str], Raw | None] = {}

    @property
    def notes(self) -> Notes:
        """Return what was read so far."""
        return Notes(lists=self._lists, names=self._names, reads=self._reads)

    @property
    def ahead(self) -> float:
        """Return by how many seconds the server's clock is ahead of ours."""
        return self._api.ahead

    @property
    def account(self) -> Account:
        """Return the organisation's account as it was at the last `sign_in`."""
        return self._api.account

    def sign_in(self) -> str:
        """Check key and organisation, and return the id of the user."""
        self.user_id = self._api.sign_in()
        return self.user_id

    def begin(self, pool: Executor) -> Future[str]:
        """Return the future of a `sign_in`."""
        signing = self._api.begin(pool)
        self.user_id = self._api.user_id
        return signing

    def listed(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
        """Return what a list shows, and note it."""
        found = self._api.listed(kind, ids, sought)
        found = replace(found, items=[self._keep(kind, raw) for raw in found.items])
        self._lists[_place(kind, ids)] = replace(found, refusal=None)  # an empty list says as much
        return found

    def noted(self, kind: Kind, ids: Ids) -> Found:
        """Return what a list showed last; it is read where it was not read yet."""
        return self._lists.get(_place(kind, ids)) or self.listed(kind, ids)

    def named(self, kind: Kind, ids: Ids, name: str, *, most: int) -> list[Raw]:
        """Return what has that name, and note it."""
        found = [self._keep(kind, raw) for raw in self._api.named(kind, ids, name, most=most)]
        self._names[(*_place(kind, ids), name)] = found
        return found

    def get(self, endpoint: Endpoint, values: Values, query: Query = NO_QUERY, keep: Keep = as_it_is) -> Any:
        """Return the body of a call that reads what no later plan needs: it is not noted."""
        return self._api.get(endpoint, values, query, keep)

    def read(self, kind: Kind, ids: Ids) -> Raw | None:
        """Return one resource, and note it."""
        if Operation.READ not in kind.endpoints:
            return super().read(kind, ids)  # it is looked up in a list
        raw = self._api.read(kind, ids)
        found = self._reads[kind.name, ids.id] = None if raw is None else self._keep(kind, raw)
        return found


class Ahead(Api):
    """Read lists and more of an API ahead. Each is answered once from what was read, then by a request."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.org_id, self.user_id = api.org_id, api.user_id
        self.at_once = api.at_once
        self._lists: dict[Listed, Found] = {}
        self._reads: dict[tuple[Kind, Ids], Raw | None] = {}
        self.reads_ahead = True

    @property
    def ahead(self) -> float:
        """Return by how many seconds the server's clock is ahead of ours."""
        return self._api.ahead

    @property
    def account(self) -> Account:
        """Return the organisation's account as it was at the last `sign_in`."""
        return self._api.account

    def sign_in(self) -> str:
        """Return the id of the user, which is asked for once."""
        if self.reads_ahead:
            self.user_id = self._api.sign_in()
        return self.user_id

    def begin(self, pool: Executor) -> Future[str]:
        """Return the future of a `sign_in`: one is made in all."""
        if not self.reads_ahead:
            return done(self.user_id)
        signing = self._api.begin(pool)
        self.user_id = self._api.user_id
        return signing

    def listed(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
        """Return what a list shows, or showed when it was read ahead."""
        place = _place(kind, ids)
        if self.reads_ahead:
            found = self._api.listed(kind, ids, sought)
            if found.extent is not Extent.ENOUGH:
                self._lists[place] = found
            return found
        known = self._lists.pop(place, None)
        return replace(known, items=unpacked(known.items)) if known else self._api.listed(kind, ids, sought)

    def named(self, kind: Kind, ids: Ids, name: str, *, most: int) -> list[Raw]:
        """Return what has that name."""
        return self._api.named(kind, ids, name, most=most)

    def get(self, endpoint: Endpoint, values: Values, query: Query = NO_QUERY, keep: Keep = as_it_is) -> Any:
        """Return the body of a call that reads."""
        return self._api.get(endpoint, values, query, keep)

    def read(self, kind: Kind, ids: Ids) -> Raw | None:
        """Return one resource, or what it was when it was read ahead."""
        if not self.reads_ahead:
            return self._reads.pop((kind, ids)) if (kind, ids) in self._reads else self._api.read(kind, ids)
        found = self._reads[kind, ids] = self._api.read(kind, ids)
        return found


class Replayed(Api):
    """Represent an API that shows what was noted of another one, and sends nothing."""

    def __init__(self, notes: Notes, *, org_id: str, user_id: str) -> None:
        self._notes = notes
        self.org_id, self.user_id, self._account = org_id, user_id, Account()

    @property
    def ahead(self) -> float:
        """Return 0.0: all times are those of the notes."""
        return 0.0

    def sign_in(self) -> str:
        """Return the id of the user that the notes were made as."""
        return self.user_id

    def listed(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:  # noqa: ARG002  # as the API has it
        """Return what a list showed. A list of runs that was not noted has none of ours."""
        found = self._notes.lists.get(_place(kind, ids))
        if found is None and kind.nature is Nature.ACTION:
            return Found(items=[])
        if found is None:
            raise WexaSyncError(
                f"the snapshot does not have the {kind.name}s of the project {ids.project}",
                hint="Take a new one: `wexa-sync snapshot`.",
            )
        return found

    def named(self, kind: Kind, ids: Ids, name: str, *, most: int) -> list[Raw]:  # noqa: ARG002  # as the API has it
        """Return what had that name. Raise Nonsense where that was not asked for and the list was cut."""
        found = self._notes.names.get((*_place(kind, ids), name))
        if found is None and self.listed(kind, ids).extent is Extent.CUT:
            what = f"the list of {kind.name}s was cut when the snapshot was taken"
            raise Nonsense(what, method="GET", path=kind.name, hint="Take a new one: `wexa-sync snapshot`.")
        return found or []

    def get(self, endpoint: Endpoint, values: Values, query: Query = NO_QUERY, keep: Keep = as_it_is) -> Any:  # noqa: ARG002  # as it is there
        """Raise NotFound: what neither a list nor a read by id shows was not noted."""
        what, hint = "the snapshot does not have it", "Plan on the live workspace."
        raise NotFound(what, method="GET", path=values.path(endpoint.path), hint=hint)

    def read(self, kind: Kind, ids: Ids) -> Raw | None:
        """Return one resource as it was read, or else as its list showed it."""
        if Operation.READ not in kind.endpoints:
            return super().read(kind, ids)
        if (kind.name, ids.id) in self._notes.reads:
            return self._notes.reads[kind.name, ids.id]
        lists = (found.items for (name, _, _), found in self._notes.lists.items() if name == kind.name)
        return next((raw for items in lists for raw in items if ids.id in kind.ids_of(raw)), None)


def _place(kind: Kind, ids: Ids) -> Listed:
    return kind.name, ids.project, ids.owner
