"""What a kind is: a declaration. The generic code (observe, plan, apply, client) knows kinds only through this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from wexa_sync.kinds.paging import NoPaging, Paging
from wexa_sync.kinds.spec.schema import Schema, bundled
from wexa_sync.model import Path, Spec
from wexa_sync.text.ids import is_id


class Operation(Enum):
    """What an API may let one do with a resource."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"


class Nature(Enum):
    """A RESOURCE stays and is kept equal to its manifest; an ACTION happens once per generation."""

    RESOURCE = "resource"
    ACTION = "action"


class Scope(Enum):
    """What one listing covers."""

    ORGANISATION = "organisation"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call. `{project} {owner} {id} {org} {user}` in `path`, `query` and `body` are filled in with ids.

    `fields`: the spec's fields that the call accepts (None: all). `partial`: send only the fields that differ.
    `undocumented`: the setting that has to allow it. `keeps`: fields outside the schema that such a call may reset.
    `otherwise`: the same call as another source spells it, tried
    where this one answers 404 or 405. `returns_owner`: the answer is the containing resource.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] | None = None
    partial: bool = False
    undocumented: str = ""
    keeps: tuple[str, ...] = ()
    returns_owner: bool = False
    otherwise: Endpoint | None = None

    @property
    def replaces(self) -> bool:
        """True for an update that wants every field it takes; nobody knows what an undocumented one wants."""
        return not self.partial and not self.undocumented


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The call that lists a kind. `keys`: where the list may stand in the answer; `items` unpacks an odd shape.

    `named`: the query parameter that asks for those of one display name, of a list that has no second page.
    """

    endpoint: Endpoint
    scope: Scope
    paging: Paging = NoPaging()
    keys: tuple[str, ...] = ()
    items: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A field the API wants that follows from another one: set where the manifest does not say it.

    `make` gives the target from the source, and `read` the source from a target that may have another form.
    """

    target: Path
    source: Path
    make: Callable[[Any], Any]
    read: Callable[[str], str | None] = str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """A kind of thing on the platform. There is one of each: what is equal is the same.

    `identity`: the fields by which a live one without a record is found; `narrow`: more fields, to tell several of
    that identity apart. `display`: the field that people know it by. `owner` and `embedded`: the kind it lives inside
    and the field there that holds it. `hints`: for an operation that is missing, what a person can do instead.
    `new_id`: the id that the client chooses, from the owner's id and the handle. `unlisted`: fields that no list and
    no read returns for sure. `failures`: of an action, the statuses that keep what depends on it from being done;
    `unclear`: those of which a person has to say whether they do. `forms`: an answer, and others that mean the same.
    `as_shown`: a spec as the server may show it; two that are equal then have the same natural key.
    """

    name: str
    schema: str = ""
    nature: Nature = Nature.RESOURCE
    endpoints: Mapping[Operation, Endpoint] = field(default_factory=dict)
    listing: Listing | None = None
    identity: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()
    display: str = "name"
    ids: tuple[str, ...] = ("_id",)
    owner: str = ""
    embedded: str = ""
    derived: tuple[Derived, ...] = ()
    new_id: Callable[[str, str], str] | None = None
    hints: Mapping[Operation, str] = field(default_factory=dict)
    failures: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    forms: Callable[[Mapping[str, Any]], tuple[Mapping[str, Any], ...]] = lambda raw: (raw,)
    as_shown: Callable[[Spec], Spec] = lambda spec: spec
    declarable: bool = True
    ends_at: Callable[[Spec], float | None] = lambda spec: None  # noqa: ARG005  # only some kinds have an end

    def can(self, operation: Operation, allowed: frozenset[str] = frozenset()) -> bool:
        """Whether the API offers the operation; an undocumented one only where the settings allow it."""
        endpoint = self.endpoints.get(operation)
        return endpoint is not None and (not endpoint.undocumented or endpoint.undocumented in allowed)

    @property
    def document_schema(self) -> Schema:
        """The schema of a whole manifest of this kind (of one item, for a kind that lives inside another)."""
        return bundled(self.schema)

    @property
    def spec_schema(self) -> Schema:
        """The schema of its spec."""
        schema = self.document_schema
        spec: Schema = schema if self.owner else schema["properties"]["spec"]
        return spec

    def ids_of(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the server's id in an answer in every spelling, the one for paths first.

        Empty where there is none, or where the one for paths can't be an id.
        """
        named = [found for name in self.ids if isinstance(found := raw.get(name), str) and found]
        return tuple(dict.fromkeys(filter(is_id, named))) if named and is_id(named[0]) else ()

    def id_of(self, raw: Mapping[str, Any]) -> str | None:
        """Return the server's id in an answer; None where there is none, or one that can't be an id."""
        return next(iter(self.ids_of(raw)), None)
