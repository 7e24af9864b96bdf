"""Declare the calls of a kind: what is sent where, and how a list is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, TypeAlias

from msgspec import Struct, field

from wexa_sync.kinds.paging import NoPaging, Paging

Template: TypeAlias = "str | Sequence[Template] | Mapping[str, Template]"
"""A text with placeholders, or what such texts stand in."""


class Operation(Enum):
    """Hold what an API may let one do with a resource."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"


class Shape(Enum):
    """Say what the body of a call is: a JSON object, a list of that object or of rows, a form of parts, or nothing."""

    OBJECT = "object"
    LIST = "list"
    ROWS = "rows"
    MULTIPART = "multipart"
    NONE = "none"


class Scope(Enum):
    """Hold what one listing covers. OWNER: the parts of one owner.

    EVERY_PROJECT: the list of each project, put together.
    """

    ORGANISATION = "organisation"
    PROJECT = "project"
    OWNER = "owner"
    EVERY_PROJECT = "every project"


class Endpoint(Struct, frozen=True, kw_only=True):
    """Describe one call. `{project} {owner} {id} {org} {user}` in `path`, `query` and `body` are filled in with ids.

    In the create of a part, `{before}` is the id of the part that it is put behind, and `{branch}` a branch of that
    one. A query that comes to nothing is left out.

    In a call that writes, `{spec.NAME}` is filled in with a field of the spec, and `{owner.NAME}` with one of the
    resource that a part lives in.

    `fields`: the spec's fields that the call accepts (None: all). `partial`: send only the fields that differ.
    `body`: what is sent where no field of the spec has that name; of a DELETE, all that is sent. `shape`: what the
    whole body is. `files`: of a form, the fields that are sent as files, and the file name of each.
    `names`: fields of the spec that the body has under another name.
    `undocumented`: the setting that has to allow it. `keeps`: fields that the call does not take and may reset all the
    same: what reads show of them is sent along. Of an undocumented call without `fields`, that holds for all of it.
    `otherwise`: the same call as another source spells it, tried where this one is answered by 404 or 405.
    `known_from`: the only source of a path that no page of the vendor shows; a call that fails says so.
    `only`: the call is for resources whose spec has that field; `unless`: for those whose spec lacks it.
    `returns_owner`: the response is the containing resource. `replaces`: the list, by its name in the body, that the
    call writes whole. It holds the parts of one owner, those of others too, which are kept as they are.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Template] = field(default_factory=dict)
    shape: Shape = Shape.OBJECT
    files: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False
    undocumented: str = ""
    keeps: tuple[str, ...] = ()
    only: str = ""
    unless: str = ""
    returns_owner: bool = False
    replaces: str = ""
    otherwise: Endpoint | None = None
    known_from: str = ""

    def takes(self, name: str) -> bool:
        """True when the call accepts that field of the spec."""
        return self.fields is None or name in self.fields

    def serves(self, spec: Mapping[str, Any]) -> bool:
        """True when the call is for a resource with that spec."""
        return (not self.only or self.only in spec) and (not self.unless or self.unless not in spec)

    def may_be_sent(self, allowed: frozenset[str]) -> bool:
        """True when the call is documented, or the settings allow it."""
        return not self.undocumented or self.undocumented in allowed

    @property
    def may_reset(self) -> bool:
        """True for an update that may reset what it is not sent: nobody knows what an undocumented one does.

        A list that is written whole is sent all of it.
        """
        return bool(self.undocumented or self.keeps) and not self.replaces

    @property
    def shows_owner(self) -> bool:
        """True when the response is about the containing resource; a list that was written whole is read back so."""
        return self.returns_owner or bool(self.replaces)

    @property
    def wants_all(self) -> bool:
        """True for an update that wants every field it takes. One that may reset is sent what is live besides."""
        return not self.partial and not self.may_reset


class Listing(Struct, frozen=True, kw_only=True):
    """Hold the call that lists a kind. `keys`: where the list may stand in the answer; `items` unpacks an odd shape.

    `named`: the query parameter that asks for those of one display name, of a list that has no second page. `nothing`:
    a null, or an object without a field, stands for an empty list. `about`: the field around the list that has the
    owner's id. `may_be_missing`: a 404 means that there is nothing of the kind in that scope yet. `total`: the field
    around the list that is known to count all of it, whatever stands on the page; a total elsewhere may be the page's.
    """

    endpoint: Endpoint
    scope: Scope
    paging: Paging = NoPaging()
    keys: tuple[str, ...] = ()
    items: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list
    named: str = ""
    nothing: bool = False
    about: str = ""
    may_be_missing: bool = False
    total: str = ""


class Loss(Struct, frozen=True, kw_only=True):
    """Say what goes with a part that is deleted, counted in its owner: each thing called `noun` may lose a value.

    The response to `endpoint` has their number in `total`.
    """

    endpoint: Endpoint
    total: str
    noun: str
