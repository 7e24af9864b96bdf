"""The API in terms of kinds: list, read, send. Generic: what is special about a kind stands in its declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.account import customer
from wexa_sync.api.ahead import Query, done, together
from wexa_sync.api.calls import Call, Ids, Raw, Values, admitted, body_of
from wexa_sync.api.checks import UNTRUSTED, as_list, contradiction, is_nothing, misfit, require_about, unwrap
from wexa_sync.api.paging import ANYTHING, Extent, Found, Sought, collect
from wexa_sync.api.transport.http import Http, Keep, as_it_is
from wexa_sync.errors import Nonsense, NotFound, Refused, WexaSyncError
from wexa_sync.kinds import holder_of, owner_of, part_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation, Scope
from wexa_sync.kinds.inside import standing_in
from wexa_sync.kinds.project import PROJECT
from wexa_sync.model import Account

NO_QUERY: Query = {}


class Api:
    """Call the remote API, for one organisation. Any thread may call it; it holds nothing that changes after `sign_in`.

    `at_once`: how many pages of one list, or lists of one call, are asked for at a time.
    """

    at_once = 1

    def __init__(self, http: Http, *, org_id: str, user_id: str = "", at_once: int = 1) -> None:
        self._http = http
        self.at_once = at_once
        self.org_id = org_id
        self.user_id = user_id
        self._account = Account()
        self._owner = ""  # the user that the organisation's account names
        self._signing = done(user_id)

    @property
    def ahead(self) -> float:
        """Return by how many seconds the server's clock is ahead of ours by its last date; 0.0 where it sent none."""
        return self._http.ahead

    @property
    def account(self) -> Account:
        """Return the organisation's account as it was at the last `sign_in`."""
        return self._account

    def sign_in(self) -> str:
        """Check key and organisation in one request. Return the id of the user that lists and runs are made for."""
        self._signing = done(self._signed_in())
        return self.user_id

    def begin(self, pool: Executor) -> Future[str]:
        """Return the future of a `sign_in`: over, unless the user is known and several requests may be under way.

        Then lists may be asked for at the same time, and those that are a user's wait for its end themselves.
        """
        if self.user_id and self.at_once > 1:
            self._signing = pool.submit(self._signed_in)
            return self._signing
        return done(self.sign_in())

    def _signed_in(self) -> str:
        self._account, self._owner = customer(self._http, self.org_id, self.user_id)
        self.user_id = self.user_id or self._owner
        return self.user_id

    def get(self, endpoint: Endpoint, values: Values, query: Query = NO_QUERY, keep: Keep = as_it_is) -> Any:
        """Return what `keep` makes of the body of a call that reads. `query` goes with the endpoint's own.

        The endpoint's other spelling is tried where the first is answered by 404 or 405.
        """
        whole, path = {**values.query(endpoint.query), **query}, values.path(endpoint.path)
        try:
            with admitted(endpoint):
                return self._http.request("GET", path, query=whole, repeatable=True, keep=keep).body
        except (NotFound, Refused) as error:
            if endpoint.otherwise is None or error.status not in (404, 405):
                raise
            first = error
        try:
            return self.get(endpoint.otherwise, values, query, keep)
        except NotFound:
            raise first from None

    def _list(self, kind: Kind, ids: Ids, user: str, name: str = "", sought: Sought = ANYTHING) -> Found:
        assert kind.listing is not None
        listing, endpoint = kind.listing, kind.listing.endpoint
        values = self.values(ids, user)
        path = values.path(endpoint.path)
        named = {listing.named: name} if name else {}

        def shown(body: Any) -> Any:
            require_about(listing, body, ids, path)
            if listing.nothing and (is_nothing(body) or body == {}):
                return []
            return as_list(body) if name else body

        def fetch(page: Query, keep: Keep) -> Any:
            return self.get(endpoint, values, {**named, **page}, lambda body: keep(shown(body)))

        try:
            found = collect(
                fetch,
                listing.paging,
                keys=listing.keys,
                what=f"GET {path}",
                total=listing.total,
                sought=sought,
                at_once=self.at_once,
            )
        except NotFound as refusal:
            if not listing.may_be_missing:
                raise
            return Found(items=[], refusal=refusal)
        try:
            items = listing.items(found.items)
            fault = contradiction(kind, items, ids.project)
        except ValueError as odd:
            items, fault = [], str(odd)
        if fault:
            raise Nonsense(fault, method="GET", path=path, hint=UNTRUSTED)
        return replace(found, items=items)

    def listed(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
        """Return what a list shows of a kind in that scope, all pages, and whether that is all there is.

        `sought`: what must be in it by the records; where that alone is needed, no page behind it is read.
        """
        if kind.inside:
            found = self._standing_in(kind, ids)
            return replace(found, items=standing_in(kind, ids.owner, found.items))
        if kind.listing is None:
            return Found(items=[*self._in_owner(kind, ids)])
        if kind.listing.scope is Scope.EVERY_PROJECT:
            return self._listed_everywhere(kind)
        found = self._list(kind, ids, self.user_id, sought=sought)
        if found.extent is Extent.ENOUGH:
            return found
        if "{user}" not in kind.listing.endpoint.query.values():
            return found
        self._signing.result()
        if self._owner not in ("", self.user_id):
            # A list for a user who is mistyped, or new, may hide what is there; it would be made a second time.
            shown = {kind.id_of(raw) for raw in found.items}
            others = self._list(kind, ids, self._owner).items
            found = replace(found, items=found.items + [raw for raw in others if kind.id_of(raw) not in shown])
        return found

    def _listed_everywhere(self, kind: Kind) -> Found:
        """Return what the lists of all projects show."""
        projects = (PROJECT.id_of(raw) or "" for raw in self.list(PROJECT, Ids()))
        found = together(lambda project: self._list(kind, Ids(project=project), self.user_id), projects, self.at_once)
        extents = [each.extent for each in found]
        worst = next((each for each in (Extent.CUT, Extent.UNSURE) if each in extents), Extent.WHOLE)
        return Found(items=[raw for each in found for raw in each.items], extent=worst)

    def named(self, kind: Kind, ids: Ids, name: str, *, most: int) -> list[Raw]:
        """Return what a cut list may leave out of a kind and has that display name, asked for by that name.

        `most` is the number of items that the cut list held. Raise Nonsense where none of that name is shown and the
        response is no proof that there is none: it is as long as the cut list, so it is cut too, or about any name.
        """
        try:
            found = self._list(kind, ids, self.user_id, name)
        except NotFound:
            return []
        if len(found.items) >= most and name not in [raw.get(kind.display) for raw in found.items]:
            raise self._doubt(
                kind, ids, f"{kind.name} {name!r} was asked for, and the list does not say if it is there"
            )
        return found.items

    def sought(self, kind: Kind, ids: Ids, name: str | None) -> list[Raw]:
        """Return what a list shows and, where it may be cut, what has that display name. Raise as `named` does."""
        found = self.listed(kind, ids)
        if found.extent is Extent.WHOLE or name is None or kind.listing is None or not kind.listing.named:
            return found.items
        items = {kind.id_of(raw): raw for raw in (*found.items, *self.named(kind, ids, name, most=len(found.items)))}
        return [*items.values()]

    def list(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> list[Raw]:
        """Return everything of a kind in that scope. Raise ApiError rather than return a shorter list."""
        found = self.listed(kind, ids, sought)
        if found.extent is Extent.CUT:
            counts = f", the server counts {found.total}" if found.total is not None else " and there is no next page"
            raise self._doubt(kind, ids, f"incomplete listing: {len(found.items)} items came{counts}")
        return found.items

    def _doubt(self, kind: Kind, ids: Ids, what: str) -> Nonsense:
        assert kind.listing is not None
        return Nonsense(what, method="GET", path=self.values(ids).path(kind.listing.endpoint.path), hint=UNTRUSTED)

    def read(self, kind: Kind, ids: Ids) -> Raw | None:
        """Return one resource by its id; None where it is gone (404, a null and nothing else, or `is_deleted`).

        A kind without a call to read one is looked up in its list, a part without a list in its owner. Raise ApiError,
        also where the response is about another resource than was asked for, or about none at all.
        """
        if Operation.READ not in kind.endpoints:
            return self._read_in_list(kind, ids)
        endpoint = kind.call(Operation.READ)
        values = self.values(ids)
        path = values.path(endpoint.path)
        try:
            body = self._http.request("GET", path, query=values.query(endpoint.query), repeatable=True).body
        except NotFound:
            return None
        if is_nothing(body):
            return None
        found = unwrap(body)
        if fault := misfit(kind, found, ids, ids.id):
            raise Nonsense(fault, method="GET", path=path, hint=UNTRUSTED)
        return None if found.get("is_deleted") else found

    def _read_in_list(self, kind: Kind, ids: Ids) -> Raw | None:
        try:
            items = self.list(kind, ids)
        except NotFound:
            return None  # gone, with the owner or the project that the list belongs to
        return next((raw for raw in items if ids.id in kind.ids_of(raw)), None)

    def _in_owner(self, kind: Kind, ids: Ids) -> Sequence[Raw]:
        """Return the parts that a read of their owner shows: none where the owner is gone."""
        owner, part = owner_of(kind), part_of(kind)
        if owner is None or part is None:
            raise WexaSyncError(f"the API has no call that lists or reads a {kind.name}", hint="Look in Wexa Studio.")
        return part.items(self.read(owner, replace(ids, id=ids.owner)) or {})

    def _standing_in(self, kind: Kind, ids: Ids) -> Found:
        """Return the list of one resource, every item as the server has it.

        A 404 says that it is empty only where a read of that resource says so too.
        """
        try:
            return self._list(kind, ids, self.user_id)
        except NotFound:
            holder, field = holder_of(kind), kind.call(Operation.CREATE).replaces
            found = self.read(holder, replace(ids, id=ids.owner)) if holder is not None else None
            if found is None or found.get(field) != []:
                raise
        return Found(items=[])

    def whole_list(self, kind: Kind, ids: Ids) -> tuple[Raw, Sequence[Any]]:
        """Return the resource that has a list of such ones, and that list: every item as the server has it.

        Raise ApiError where the owner is gone, or where the response does not show all of the list.
        """
        owner, part = holder_of(kind), part_of(kind)
        assert owner is not None, f"{kind.name} stands in no list of another kind"
        itself = replace(ids, id=ids.owner)
        path = next((self.values(itself).path(call.path) for call in owner.calls(Operation.READ)), owner.name)
        found = self.read(owner, itself)
        if found is None:
            hint = "Nothing was sent. `wexa-sync plan` shows what is there."
            raise NotFound(f"the {owner.name} is gone", method="GET", path=path, hint=hint)
        if part is None or part.own_list:
            shown = self._standing_in(kind, ids) if kind.inside else self.listed(kind, ids)
            if shown.extent is not Extent.WHOLE:
                raise self._doubt(kind, ids, "the list may be longer than it shows: written whole, it would be cut")
            return found, shown.items
        if part.field not in found:
            what = f"the {owner.name} is shown without its {part.field}, and writing them would erase what is there"
            raise Nonsense(what, method="GET", path=path, hint=UNTRUSTED)
        return found, found[part.field] or []

    def send(self, call: Call) -> tuple[Any, int]:
        """Send a call that writes. Return the body of the response, and the number of requests."""
        endpoint = call.endpoint
        try:
            return self._send(endpoint, call)
        except (NotFound, Refused) as error:
            if endpoint.otherwise is None or error.status not in (404, 405):
                raise
        return self._send(endpoint.otherwise, call)

    def _send(self, endpoint: Endpoint, call: Call) -> tuple[Any, int]:
        values = self.values(call.ids, objects={"spec": call.spec, "owner": call.owner})
        with admitted(endpoint):
            answer = self._http.request(
                endpoint.method,
                values.path(endpoint.path),
                query=values.query(endpoint.query),
                body=body_of(call, endpoint, values),
                repeatable=call.repeatable,
            )
        return answer.body, answer.attempts

    def values(self, ids: Ids, user: str = "", objects: Mapping[str, Mapping[str, Any]] | None = None) -> Values:
        """Return what stands for the placeholders of a call with those ids."""
        named = {name: getattr(ids, name) for name in ("project", "owner", "id", "before", "branch")}
        return Values(ids={**named, "org": self.org_id, "user": user or self.user_id}, objects=objects or {})
