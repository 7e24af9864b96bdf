"""Define what a kind is: a declaration. All other code (observe, plan, apply, client) knows kinds only by it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from wexa_sync.kinds.chain import Chain, PartOrder
from wexa_sync.kinds.contents import Contents
from wexa_sync.kinds.endpoint import Endpoint, Listing, Loss, Operation, Scope
from wexa_sync.kinds.exported import Exported
from wexa_sync.kinds.origin import Catalogue, Derived, Maker
from wexa_sync.kinds.running import Form, Move, status_in
from wexa_sync.kinds.sown import Sown
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, spec_fields
from wexa_sync.model import HANDLE, Path, Secret, Spec
from wexa_sync.text.ids import is_id
from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from wexa_sync.model import Step, Usage

_HANDLE_AS_ID = pattern(r"^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$")
"""The handle of a part whose handle is its id on the server too."""


class Nature(Enum):
    """Tell apart a RESOURCE, which is kept equal to its manifest, and an ACTION, which happens once per generation."""

    RESOURCE = "resource"
    ACTION = "action"


class Inbox(Struct, frozen=True, kw_only=True):
    """Hold what waiting runs ask of people. `pending` lists the unanswered items, and `everything` all of them.

    `run`, `asker` and `asker_id` are fields of an item: the id of its run, and the title and id of the part of the flow
    that asks. `open`: the status words of an unanswered item. `forms` has the types of items that can be answered.
    """

    pending: Kind
    everything: Kind
    run: str
    asker: str
    asker_id: str
    open: frozenset[str]
    forms: Mapping[str, Form]


class Running(Struct, frozen=True, kw_only=True):
    """Say how an action runs, as Listing says how a kind is listed: the start, the status words, the inbox, the moves.

    `Run` is the word for one live run. `status` names the fields that may hold the status, and every status word is in
    small letters. `runs` names the field of the spec that refers to what is run, and `inputs` that of its inputs.
    `target_names` are the paths in a response under one of which the name of what is run stands.
    `ended_at` names the field with the time of its end. `account` reads from a response what each part of the flow did,
    errors included, and what the run took. A created
    run is `ready` until it is started, or `queued`. `going_on`, `paused` and `asking` (it waits for a person) show that
    it was started. `failed` includes a cancelled run. `perhaps_ended` are words that sound like an end; a person is
    asked what they mean. The manifest has `wait` and `start` among its local fields.
    """

    start: Endpoint
    status: tuple[str, ...]
    ready: str
    succeeded: frozenset[str]
    failed: frozenset[str]
    runs: str = ""
    inputs: str = ""
    target_names: tuple[Path, ...] = ()
    ended_at: str = ""
    account: Callable[[Mapping[str, Any]], tuple[tuple[Step, ...], Usage]] | None = None
    queued: frozenset[str] = frozenset()
    going_on: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    perhaps_ended: frozenset[str] = frozenset()
    inbox: Inbox | None = None
    moves: Mapping[str, Move] = field(default_factory=dict)

    @property
    def not_begun(self) -> frozenset[str]:
        """Return the words for a run that does nothing yet. Whether it begins by itself is for the server to say."""
        return self.queued | {self.ready}

    @property
    def ended(self) -> frozenset[str]:
        """Return the words for a run that has ended, well or badly."""
        return self.succeeded | self.failed

    @property
    def begun(self) -> frozenset[str]:
        """Return the words that prove that a run was started."""
        return self.ended | self.going_on | self.paused | self.asking

    @property
    def words(self) -> frozenset[str]:
        """Return every status word that is known."""
        return self.begun | self.not_begun | self.perhaps_ended

    def is_unclear(self, status: str) -> bool:
        """True for a word that does not say whether the run goes on, or has ended, or how."""
        return status not in self.begun | self.not_begun

    def status_of(self, raw: Mapping[str, Any]) -> str:
        """Return the status in a response, in small letters; empty where there is none."""
        return status_in(raw, self.status)

    def waits(self, spec: Spec) -> bool:
        """True when the manifest wants the end of the run to be waited for."""
        return bool(spec.get("wait"))


class Kind(Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """Describe a kind of thing on the platform. There is one of each: what is equal is the same.

    `endpoints`: the call for each operation. An update may take several, in that order, each with fields of its
    own. `identity`: the fields by which a live one without a record is found; `narrow`: more fields, to tell
    several of that identity apart. `display`: the field that people know it by. `parts`: the kinds that live inside
    it. `hints`: what a person can do instead of a missing operation. `new_id`: the id that the client chooses, from
    the owner's id and the handle. `run`: how an action runs; None where it has happened once it is created. `loss`:
    what goes when a part is deleted. `implied_by`: the kind whose manifests imply it. A project has one, with the
    project's id, made once. `forms`: an answer, and others that mean the same. `as_shown`: a spec as the server may
    show it; two that are equal then have the same natural key. `costs`: what an action spends that a person must
    agree to (`credits`). `makes`: the kind of what an action leaves: that thing's id is recorded, and both may be
    managed. `marked_by`: the field that only things of this kind have, of all that its list shows; a list may leave
    the field out, and a read by id never does. `goes_along`: those that nobody manages are no reason to keep their
    project, as the server makes some by itself. `inside`: the field that refers to the resource in whose list it
    stands. `maker`: the kind that may make such ones by itself. `catalogue`: what fills in a create. `notice`: what
    the response to a create tells a person to do. `counts_as`: what the organisation's account calls the limit on
    their number; of a part, on that in one owner. `sown`: how the rows are written that such a resource is.
    `contents`: how an action sends the content of a file. `exported`: how a live one becomes a manifest.
    """

    name: str
    schema: str = ""
    nature: Nature = Nature.RESOURCE
    endpoints: Mapping[Operation, Endpoint | tuple[Endpoint, ...]] = field(default_factory=dict)
    listing: Listing | None = None
    identity: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()
    display: str = "name"
    ids: tuple[str, ...] = ("_id",)
    parts: tuple[Part, ...] = ()
    derived: tuple[Derived, ...] = ()
    new_id: Callable[[str, str], str] | None = None
    hints: Mapping[Operation, str] = field(default_factory=dict)
    exported: Exported = Exported()
    run: Running | None = None
    loss: Loss | None = None
    implied_by: str = ""
    forms: Callable[[Mapping[str, Any]], tuple[Mapping[str, Any], ...]] = lambda raw: (raw,)
    as_shown: Callable[[Spec], Spec] = lambda spec: spec
    costs: str = ""
    makes: str = ""
    marked_by: str = ""
    maker: Maker | None = None
    catalogue: Catalogue | None = None
    notice: Callable[[Mapping[str, Any]], str] = lambda answer: ""  # noqa: ARG005  # only some kinds have one
    goes_along: bool = False
    counts_as: str = ""
    wanted: Mapping[str, str] = field(default_factory=dict)  # fields that the API takes empty -> why they should not be
    contents: Contents | None = None
    declarable: bool = True
    inside: str = ""
    sown: Sown | None = None
    ends_at: Callable[[Spec], float | None] = lambda spec: None  # noqa: ARG005  # only some kinds have an end

    def can(self, operation: Operation) -> bool:
        """True when the API offers the operation by a call that is documented."""
        return not all(call.undocumented for call in self.calls(operation))

    def may(self, operation: Operation, allowed: frozenset[str], spec: Spec | None = None) -> bool:
        """True when the API offers the operation by calls that are documented, or that the settings allow."""
        calls = self.calls(operation, spec)
        return bool(calls) and all(call.may_be_sent(allowed) for call in calls)

    def call(self, operation: Operation, spec: Spec | None = None) -> Endpoint:
        """Return the only call of an operation that the API offers, for a resource with that spec."""
        (call,) = self.calls(operation, spec)
        return call

    def calls(self, operation: Operation, spec: Spec | None = None) -> tuple[Endpoint, ...]:
        """Return the calls of an operation, of those for a spec if named; none where the API does not offer it."""
        found = self.endpoints.get(operation, ())
        calls = found if isinstance(found, tuple) else (found,)
        return calls if spec is None else tuple(call for call in calls if call.serves(spec))

    def updates(self, names: Collection[str], spec: Spec) -> tuple[Endpoint, ...]:
        """Return the calls that change those fields of a spec, in the order in which they are sent."""
        return tuple(call for call in self.calls(Operation.UPDATE, spec) if any(map(call.takes, names)))

    @cached_property  # a plan asks it several times of everything that is declared
    def replacing_update(self) -> Endpoint | None:
        """Return the update that may reset all that it is not sent; nobody knows what an undocumented one does."""
        return next((call for call in self.calls(Operation.UPDATE) if call.may_reset), None)

    @property
    def is_written_whole(self) -> bool:
        """True when such resources stand in a list that is only written whole, with those of others."""
        return any(call.replaces for call in self.calls(Operation.CREATE))

    @cached_property  # as above
    def fields(self) -> Field:
        """Return the fields of its spec; UNKNOWN for a kind that is never declared."""
        return spec_fields(self.schema) if self.schema else UNKNOWN

    @property
    def embedded(self) -> tuple[Part, ...]:
        """Return the parts that responses about the owner show."""
        return tuple(part for part in self.parts if not part.own_list)

    @property
    def in_project(self) -> bool:
        """True when its things lie in the project that a manifest names. Those of others may be anywhere."""
        return self.listing is None or self.listing.scope not in (Scope.ORGANISATION, Scope.EVERY_PROJECT)

    @property
    def has_ids_by_handle(self) -> bool:
        """True when the client makes ids from the handle alone: parts of two owners may then have the same id."""
        return self.new_id is not None and self.new_id("one", "handle") == self.new_id("another", "handle")

    @property
    def running(self) -> Running:
        """Return how it runs. Only a kind that runs is asked."""
        assert self.run is not None
        return self.run

    def called(self, fields: Mapping[str, Any]) -> str:
        """Return a live thing with these fields as people call it: Skill 'Summarise'."""
        name = fields.get(self.display)
        known = f" {name!r}" if isinstance(name, (str, Secret)) else " without a name" * bool(self.display)
        return f"{self.name}{known}"

    def ids_of(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the server's id in an answer in every spelling, the one for paths first.

        Empty where there is none, or where the one for paths can't be an id.
        """
        if (first := self.id_of(raw)) is None:
            return ()
        if len(self.ids) == 1:  # far the most common
            return (first,)
        return tuple(dict.fromkeys((first, *(id for name in self.ids if is_id(id := raw.get(name))))))

    def id_of(self, raw: Mapping[str, Any]) -> str | None:
        """Return the server's id in an answer; None where there is none, or one that can't be an id."""
        for name in self.ids:
            if isinstance(found := raw.get(name), str) and found:
                return found if is_id(found) else None
        return None


class Part(Struct, frozen=True, kw_only=True):
    """Describe a kind that lives inside another one.

    The owner's manifest lists its parts in `field`, each with a handle. Responses about the owner show the parts in
    that field too, unless the part's kind has a listing of its own. A part is deleted as any resource is, where its
    kind has a call for it; where not, taking it out of `field` is blocked. `chain`: how one part leads to the next; a
    new one is put behind the one that the manifest lists before it. `handle`: the field of an item that has its handle.
    One of another name is the part's id on the server. `in_create`: the owner's create takes such parts too, in
    `field`. `only`: the handle of one that stands alone.
    """

    field: str
    kind: Kind
    order: PartOrder = PartOrder.FREE
    chain: Chain | None = None
    handle: str = "handle"
    in_create: bool = False
    only: str = ""

    def handle_of(self, item: Any) -> str | None:
        """Return the handle of an item of the manifest; None where it has none, or one that can't be one."""
        found = item.get(self.handle) if isinstance(item, dict) else None
        return found if isinstance(found, str) and self.may_be_called(found) else None

    def may_be_called(self, handle: str) -> bool:
        """True when a text can be the handle of such a part."""
        return (_HANDLE_AS_ID if self.handle_is_id else HANDLE).fullmatch(handle) is not None

    @property
    def handle_is_id(self) -> bool:
        """True when the handle is the part's id on the server: no handle can be changed there."""
        return self.handle != "handle"

    @property
    def own_list(self) -> bool:
        """True when the parts are listed by a call of their own, for each owner."""
        return self.kind.listing is not None

    def items(self, owner: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the parts that a response about the owner shows, in their order, without those that are deleted."""
        found = owner.get(self.field)
        items = found if isinstance(found, list) else []
        return [item for item in items if isinstance(item, dict) and not item.get("is_deleted")]
