"""The API in terms of kinds: list, read, send. Generic: what is special about a kind stands in its declaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wexa_sync.api.paging import Extent, Found, Query, collect
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.url import segment
from wexa_sync.errors import ApiError, AuthRefused, Nonsense, NotFound, Refused
from wexa_sync.kinds.base import Endpoint, Kind, Operation
from wexa_sync.text.ids import is_id

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoped:
    """The ids that an endpoint's placeholders are filled with. Empty where not known; a call that needs one fails."""

    project: str = ""
    owner: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request ready to be sent by any thread: nothing in it depends on anything else any more."""

    endpoint: Endpoint
    at: Scoped
    body: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the key belongs to, as `GET /customer` tells: the user that lists and runs are made for, and the limits."""

    user_id: str
    quota: Mapping[str, Any]
    usage: Mapping[str, Any]


class Api:
    """The remote API, for one organisation. Any thread may call it; it holds nothing that changes after `sign_in`."""

    def __init__(self, http: Http, *, org_id: str, user_id: str = "") -> None:
        self._http = http
        self.org_id = org_id
        self.user_id = user_id
        self._owner = ""  # the user that the organisation's account names

    @property
    def ahead(self) -> float:
        """The seconds by which the server's clock is ahead of ours, as it last said; 0.0 where it said nothing."""
        return self._http.ahead

    def sign_in(self) -> Account:
        """Check key and organisation in one request, before anything else. Raises ApiError with what to mend."""
        path = "/customer"
        try:
            body = self._http.request("GET", path, query={"organization_id": self.org_id}, repeatable=True).body
        except (NotFound, Refused) as error:
            if error.status is not None and error.status < 400:
                raise  # a redirect says nothing of the organisation
            raise _wrong_org(self.org_id, error) from None
        customer = unwrap(body)
        told = customer.get("organization_id")
        if told is not None and told != self.org_id:
            raise _wrong_org(self.org_id, Refused(f"it belongs to {told}", method="GET", path=path))
        owner = customer.get("user_id")
        self._owner = owner if isinstance(owner, str) and is_id(owner) else ""
        self.user_id = self.user_id or self._owner
        if not self.user_id:
            raise Nonsense(
                "the answer names no user",
                method="GET",
                path=path,
                hint="Set WEXA_USER_ID, or user_id in wexa-sync.yaml, to the id of the user that runs are made for.",
            )
        quota, usage = customer.get("quota"), customer.get("usage")
        return Account(
            user_id=self.user_id,
            quota=quota if isinstance(quota, Mapping) else {},
            usage=usage if isinstance(usage, Mapping) else {},
        )

    def _list(self, kind: Kind, at: Scoped, user: str, name: str = "") -> Found:
        assert kind.listing is not None
        endpoint = kind.listing.endpoint
        path = self._fill(endpoint.path, at)
        query = self._filled(endpoint.query, at, user=user) | ({kind.listing.named: name} if name else {})

        def fetch(page: Query) -> Any:
            body = self._http.request("GET", path, query={**query, **page}, repeatable=True).body
            return _as_list(body) if name else body

        found = collect(fetch, kind.listing.paging, keys=kind.listing.keys, what=f"GET {path}")
        try:
            items = kind.listing.items(found.items)
            fault = _contradiction(kind, items, at.project)
        except ValueError as odd:
            items, fault = [], str(odd)
        if fault:
            raise Nonsense(fault, method="GET", path=path, hint=_UNTRUSTED)
        return replace(found, items=items)

    def listed(self, kind: Kind, at: Scoped) -> Found:
        """Return what a list shows of a kind in that scope, all pages, and whether that is all there is."""
        assert kind.listing is not None
        endpoint = kind.listing.endpoint
        found = self._list(kind, at, self.user_id)
        if "{user}" in endpoint.query.values() and self._owner not in ("", self.user_id):
            # A list for a user who is mistyped, or new, may hide what is there; it would be made a second time.
            ids = {kind.id_of(raw) for raw in found.items}
            others = self._list(kind, at, self._owner).items
            found = replace(found, items=found.items + [raw for raw in others if kind.id_of(raw) not in ids])
        return found

    def named(self, kind: Kind, at: Scoped, name: str, *, most: int) -> list[Raw]:
        """Return what a cut list may leave out of a kind and has that display name, asked for by that name.

        `most` is the number of items that the cut list held. Raise Nonsense where none of that name is shown and the
        response is no proof that there is none: it is as long as the cut list, so it is cut too, or about any name.
        """
        try:
            found = self._list(kind, at, self.user_id, name)
        except NotFound:
            return []
        if len(found.items) >= most and name not in [raw.get(kind.display) for raw in found.items]:
            raise self._doubt(kind, at, f"{kind.name} {name!r} was asked for, and the list does not say if it is there")
        return found.items

    def sought(self, kind: Kind, at: Scoped, name: str | None) -> list[Raw]:
        """Return what a list shows and, where it may be cut, what has that display name. Raise as `named` does."""
        found = self.listed(kind, at)
        if found.extent is Extent.WHOLE or name is None or kind.listing is None or not kind.listing.named:
            return found.items
        items = {kind.id_of(raw): raw for raw in (*found.items, *self.named(kind, at, name, most=len(found.items)))}
        return [*items.values()]

    def list(self, kind: Kind, at: Scoped) -> list[Raw]:
        """Return everything of a kind in that scope. Raise ApiError rather than return a shorter list."""
        found = self.listed(kind, at)
        if found.extent is Extent.CUT:
            counts = f", the server counts {found.total}" if found.total is not None else " and there is no next page"
            raise self._doubt(kind, at, f"incomplete listing: {len(found.items)} items came{counts}")
        return found.items

    def _doubt(self, kind: Kind, at: Scoped, what: str) -> Nonsense:
        assert kind.listing is not None
        return Nonsense(what, method="GET", path=self._fill(kind.listing.endpoint.path, at), hint=_UNTRUSTED)

    def read(self, kind: Kind, at: Scoped) -> Raw | None:
        """One resource by its id; None where it is gone (404, a null and nothing else, or `is_deleted`).

        Raises ApiError, also where the answer is another resource than was asked for, or none at all.
        """
        endpoint = kind.endpoints[Operation.READ]
        path = self._fill(endpoint.path, at)
        try:
            body = self._http.request("GET", path, repeatable=True).body
        except NotFound:
            return None
        if _is_nothing(body):
            return None
        found = unwrap(body)
        if fault := _misfit(kind, found, at, at.owner if endpoint.returns_owner else at.id):
            raise Nonsense(fault, method="GET", path=path, hint=_UNTRUSTED)
        if found.get("is_deleted"):
            return None
        if endpoint.returns_owner:  # children() has none that is deleted
            return next((child for child in children(found) if child.get("_id") == at.id), None)
        return found

    def send(self, call: Call) -> tuple[Any, int]:
        """Send a call that writes. Answers the body and the number of requests it took."""
        endpoint = call.endpoint
        try:
            return self._send(endpoint, call)
        except (NotFound, Refused) as error:
            if endpoint.otherwise is None or error.status not in (404, 405):
                raise
        return self._send(endpoint.otherwise, call)

    def _send(self, endpoint: Endpoint, call: Call) -> tuple[Any, int]:
        body = {**call.body, **self._filled(endpoint.body, call.at)}
        answer = self._http.request(
            endpoint.method,
            self._fill(endpoint.path, call.at),
            query=self._filled(endpoint.query, call.at),
            body=body if endpoint.method != "DELETE" else None,
            repeatable=call.repeatable,
        )
        return answer.body, answer.attempts

    def _fill(self, text: str, at: Scoped) -> str:
        return text.format_map({name: segment(value) for name, value in self._values(at).items() if value})

    def _filled(self, texts: Mapping[str, str], at: Scoped, **more: str) -> dict[str, str]:
        return {name: text.format_map(self._values(at) | more) for name, text in texts.items()}

    def _values(self, at: Scoped) -> dict[str, str]:
        return {"project": at.project, "owner": at.owner, "id": at.id, "org": self.org_id, "user": self.user_id}


def unwrap(body: Any) -> Raw:
    """The object in an answer: as it is, under `data`, or as a list's only item; empty where there is none."""
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if isinstance(body, Mapping):
        inner = body.get("data")
        return unwrap(inner) if isinstance(inner, (Mapping, list)) and "_id" not in body else dict(body)
    return {}


def _as_list(body: Any) -> Any:
    """Return the answer to a question for one name as a list: a null is none, and a single thing is one."""
    if _is_nothing(body):
        return []
    return [only] if (only := unwrap(body)).get("_id") else body


def _is_nothing(body: Any) -> bool:
    """Whether an answer is a null, alone or under `data`. Where it says anything else, nobody knows what it means."""
    if not isinstance(body, Mapping) or "data" not in body:
        return body is None
    return all(value in (None, "", True, "success") for value in body.values()) and body["data"] is None


def children(raw: Mapping[str, Any]) -> list[Raw]:
    """The agents in a flow, in their order."""
    agents = raw.get("agents")
    found = agents if isinstance(agents, list) else []
    return [agent for agent in found if isinstance(agent, dict) and not agent.get("is_deleted")]


_UNTRUSTED = "The answer can't be trusted, so nothing is done on it. Run it again; if it stays so, report it."


def _contradiction(kind: Kind, items: list[Raw], project: str) -> str:
    """What in a list can't be true; empty where all may be."""
    if fault := _odd_ids(kind.name, [kind.id_of(item) for item in items]):
        return fault
    if project and kind.declarable and any(item.get("projectID") not in (None, "", project) for item in items):
        return f"a {kind.name} of another project"
    return next((fault for item in items if (fault := _odd_children(item))), "") if kind.embedded else ""


def _misfit(kind: Kind, found: Raw, at: Scoped, asked: str) -> str:
    """Why an answer is not the resource (or its owner) of the id `asked`; empty where it is."""
    ids = [found[name] for name in kind.ids if found.get(name)]
    if not ids:
        return f"expected {kind.name} {asked}, got an answer without an id"
    if asked not in ids:
        return f"expected {kind.name} {asked}, got {ids[0]}"
    # What is deleted may well be of a project that went with it, and was made anew since.
    if at.project and not found.get("is_deleted") and found.get("projectID") not in (None, "", at.project):
        return f"{kind.name} {asked} is said to be of another project"
    return _odd_children(found)


def _odd_children(owner: Raw) -> str:
    agents = owner.get("agents")
    if agents is None:
        return ""
    if not isinstance(agents, list) or not all(isinstance(agent, dict) for agent in agents):
        return "the agents of a flow are not a list of objects"
    return _odd_ids("Agent", [agent.get("_id") for agent in agents if not agent.get("is_deleted")])


def _odd_ids(name: str, ids: list[Any]) -> str:
    if not all(map(is_id, ids)):
        return f"{name} without an id, or with one that can't be one"
    twice = [id for id, times in Counter(ids).items() if times > 1]
    return f"{name} {min(twice)} stands there twice" if twice else ""


def _wrong_org(org_id: str, error: ApiError) -> ApiError:
    if isinstance(error, AuthRefused):
        return error
    return Refused(
        f"the organisation {org_id!r} is not known to this API, or not open to this key ({error.message})",
        method="GET",
        path="/customer",
        status=error.status,
        hint="Check WEXA_ORG_ID (or org_id in wexa-sync.yaml): 24 hex characters, shown in Wexa's settings. "
        "Check WEXA_BASE_URL too, where it is set: a wrong path is answered alike.",
    )
