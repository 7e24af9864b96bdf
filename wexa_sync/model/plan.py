"""Hold what differs and what is to be done: actions, field changes, changes, and the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct, field

from wexa_sync.model.address import Address, ExternalName, Source
from wexa_sync.model.manifest import Lifecycle, Move
from wexa_sync.model.request import Choice
from wexa_sync.model.spec import Path, Spec
from wexa_sync.model.state import Target


class Action(Enum):
    """Hold what a change does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RUN = "run"
    ADOPT = "adopt"
    FORGET = "forget"
    NOOP = "no-op"


class FieldChange(Struct, frozen=True, kw_only=True):
    """Describe one field that differs.

    `changed_by` is "repository", "live" or "both"; `before`/`after` None also for absent.
    """

    path: Path
    before: Any
    after: Any
    changed_by: str


class Change(Struct, frozen=True, kw_only=True):
    """Describe one thing to do, as data. `before`: what was live of the declared fields; `after`: the declared spec.

    `expected` is the fingerprint of what the plan saw live; apply looks again before it writes. `with_project` marks a
    delete that needs no call of its own, since its project or its owner goes. `id` is the live id where there is one.
    `resume` marks a run that an earlier apply sent, `awaits` one that it also started: nothing is sent, its end is
    waited for. `settles` is the mark of the intent whose outcome the change is, if any. `position` of a part that is
    made or deleted is its place among the others. `behind` of a part that is created is the part that it is put behind,
    and `branch` which branch of that one. `others` is the fingerprint of what others have in the list that the change
    writes whole, if it does. `fires`: how many runs the change may start by triggers.
    """

    action: Action
    address: Address
    before: Spec | None = None
    after: Spec | None = None
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    expected: str = ""
    id: str | None = None
    source: Source | None = None
    depends_on: tuple[Address, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    generation: int = 1
    with_project: bool = False
    resume: bool = False
    awaits: bool = False
    settles: str = ""
    position: int = 0
    behind: Address | None = None
    branch: str = ""
    others: str = ""
    fires: int = 0

    @property
    def names(self) -> frozenset[str]:
        """Return the fields of the spec in which something differs."""
        return frozenset(str(field.path[0]) for field in self.fields)


class Blocked(Struct, frozen=True, kw_only=True):
    """Hold something wanted that can't be done: why, and what a person can do instead.

    `fields`: what an update is about. `doubt`: it is an action that may have happened already.
    """

    address: Address
    wanted: str
    reason: str
    hint: str
    source: Source | None = None
    fields: tuple[FieldChange, ...] = ()
    doubt: bool = False


class Unmanaged(Struct, frozen=True, kw_only=True):
    """Describe a live part of a declared resource (`owner`) that no manifest declares and no apply made.

    `title` names it.
    """

    owner: Address
    kind: str
    id: str
    title: str


class Basis(Struct, frozen=True, kw_only=True):
    """Hold what a plan was made from in place of the live workspace. Such a plan can't be applied, and has no digest.

    `ref` and `commit`: the manifests there. `taken`: a snapshot of that time, in epoch seconds; `age` was its age in
    seconds when the plan was made. `since_apply`: the last apply, so that the changes are those of the live side since:
    the `before` of a field is the value that was applied, and its `after` the live one. `unseen`: what was applied and
    can't be seen, so nobody knows of it.
    """

    ref: str = ""
    commit: str = ""
    taken: float = 0.0
    age: float = 0.0
    since_apply: bool = False
    unseen: tuple[Address, ...] = ()


class Origins(Struct, frozen=True, kw_only=True):
    """Say where the operations of a plan come from, the gravest first: "unexplained", "drift", "pending" or "change".

    `ref` and `commit`: the manifests there are those before the change.
    """

    ref: str
    commit: str
    of: Mapping[Address, tuple[str, ...]]


class LostState(Struct, frozen=True, kw_only=True):
    """Say that nothing is recorded, and much of what is declared is live: the state was lost, or is elsewhere.

    `live` of the `declared` addresses are live. `blocked`: those that are blocked for that reason alone. `place`: where
    the state was looked for, as people call it.
    """

    live: int
    declared: int
    blocked: tuple[Address, ...]
    place: str = ""


class Plan(Struct, frozen=True, kw_only=True):
    """Hold decisions, and all that applying them needs.

    Two plans of one `digest` do the same: plan/digest.py counts it. `orphans` are no longer declared, and stay without
    --prune; `unprunable` are those that stay with it too.

    `lifecycles`: those of recorded things that the manifests changed, to be remembered whatever else comes of them.
    `moved`: what an apply first gives another address, in the state alone; the changes speak of the new ones.
    `content` is the checksum of the state it was made at, and `user_id` the user it was made as: it holds for no other.
    `basis` is None for a plan of the live workspace, `origins` where nobody asked for them, `lost` where the state does
    not seem to be lost.
    """

    target: Target
    lineage: str
    serial: int
    changes: tuple[Change, ...]
    blocked: tuple[Blocked, ...] = ()
    orphans: tuple[Address, ...] = ()
    unprunable: tuple[Blocked, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    warnings: tuple[str, ...] = ()
    ids: Mapping[Address, str] = field(default_factory=dict)
    externals: Mapping[ExternalName, str] = field(default_factory=dict)
    lifecycles: Mapping[Address, Lifecycle] = field(default_factory=dict)
    moved: tuple[Move, ...] = ()
    user_id: str = ""
    content: str = ""
    choice: Choice = Choice()
    basis: Basis | None = None
    origins: Origins | None = None
    lost: LostState | None = None
    digest: str = ""

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    @property
    def work(self) -> tuple[Change, ...]:
        """Return the changes that do something."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)

    @property
    def acts(self) -> bool:
        """True when an apply of the plan does something, be it in the state alone."""
        return bool(self.moved or self.work)

    def count(self, action: Action) -> int:
        """Return the number of changes of that action."""
        return sum(change.action is action for change in self.changes)
