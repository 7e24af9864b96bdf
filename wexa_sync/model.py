"""The nouns: frozen values that the steps hand to each other. They hold no function, no client and no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

# A spec is the API's own JSON, with Ref and Secret standing at some of its leaves.
Spec = Mapping[str, Any]
Path = tuple[str | int, ...]

HANDLE = re.compile(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")


def show_path(path: Path) -> str:
    """A path as people write it: `spec.agents[2].title`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Source:
    """A place in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The name of a resource in the manifests, stable over renames on the server.

    Shown `PROJECT/KIND/NAME`; a project itself `Project/NAME`; what lives inside another resource `OWNER/KIND/NAME`.
    `project` is empty for a project. `owner` is the containing resource's (kind, name), for an agent its flow's.
    """

    kind: str
    name: str
    project: str = ""
    owner: tuple[str, str] | None = None
    # Made once: addresses are keys and are sorted, more often than anything else is done in a plan.
    _text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = [self.project] if self.project else []
        object.__setattr__(self, "_text", "/".join([*parts, *(self.owner or ()), self.kind, self.name]))

    def __str__(self) -> str:
        return self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __lt__(self, other: Address) -> bool:
        return self._text < other._text

    @property
    def project_address(self) -> Address:
        """The address of the project it belongs to (its own, for a project)."""
        return self if self.kind == "Project" else Address(kind="Project", name=self.project)

    @property
    def owner_address(self) -> Address | None:
        """The address of the resource it lives inside, if any."""
        return Address(kind=self.owner[0], name=self.owner[1], project=self.project) if self.owner else None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address back from its text. Raises ValueError with what was expected."""
        parts = text.split("/")
        if len(parts) == 2 and parts[0] == "Project" and all(parts):
            return cls(kind="Project", name=parts[1])
        if len(parts) == 3 and all(parts):
            return cls(project=parts[0], kind=parts[1], name=parts[2])
        if len(parts) == 5 and all(parts):
            return cls(project=parts[0], owner=(parts[1], parts[2]), kind=parts[3], name=parts[4])
        raise ValueError(
            f"{text!r} is not an address; write Project/NAME, PROJECT/KIND/NAME or PROJECT/AgentFlow/FLOW/Agent/NAME"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A leaf in a spec that stands for an id on the server: exactly one of the three is set.

    `address`: a declared resource; `external`: the display name of a live one of `kind` in the same project;
    `id`: the server's id, taken as it is.
    """

    kind: str
    address: Address | None = None
    external: str | None = None
    id: str | None = None

    def __str__(self) -> str:
        if self.address:
            return str(self.address)
        return f"{self.kind}:{self.external}" if self.external is not None else f"{self.kind}#{self.id}"


class Secret:
    """A leaf in a spec whose value is shown nowhere: not by repr, str, format, pickle or comparison errors.

    `template` is the text as the manifest has it (`Bearer ${secret:TOKEN}`); `reveal()` gives the value for the wire.
    """

    __slots__ = ("_value", "template")

    def __init__(self, *, template: str, value: str) -> None:
        self.template = template
        self._value = value

    def reveal(self) -> str:
        """The value itself: for the request body, and for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a Secret can't be stored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What is left of a Secret in a file: its template and a keyed fingerprint of its value (hex)."""

    template: str
    fingerprint: str

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """`metadata.lifecycle`: what a person allows to happen to the resource."""

    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()
    retain: bool = False  # deletion: retain


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document: its data (variables filled in), and where it stands. `index` counts documents in the file.

    `templates` are the file's texts before their variables were filled in, by what they became.
    """

    data: Any
    source: Source
    index: int = 0
    # First lines of list items of spec's direct fields, as ("agents", 0) -> 12: enough to place an agent cheaply.
    item_lines: Mapping[tuple[str, int], int] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A declared resource, valid by its schema: files included, times normalised, references and secrets as leaves.

    `position` is the place among its owner's children (an agent's in its flow). `generation` counts runs of an action.
    `depends_on` holds None where the manifest has something that can't be read. `templates` as in Document.
    """

    address: Address
    spec: Spec
    source: Source
    lifecycle: Lifecycle = Lifecycle()
    generation: int = 1
    depends_on: tuple[Address | None, ...] = ()
    position: int = 0
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """All manifests by address, and what each waits for (edges to what must be there first)."""

    manifests: Mapping[Address, Manifest]
    depends_on: Mapping[Address, frozenset[Address]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The workspace a state and a plan belong to."""

    base_url: str
    org_id: str

    def __str__(self) -> str:
        return f"{self.base_url} (organisation {self.org_id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was applied, by us, under an address: the last-applied spec with secrets sealed, and the server's id.

    `started` tells of a run whether its start is settled; None for what does not run. `ended` is False while the end of
    a run is waited for and was not seen, True once it was seen, and None where nobody waits for it. `made_at` is when
    it was made or taken over, in epoch seconds by our clock. `aliases` are other spellings of `id`. Of a
    run, `earlier` holds the ids of earlier generations in every spelling, the newest first; `others` holds live ids
    that stood in the list before the run was sent, or that a person said are other runs.
    """

    address: Address
    id: str
    spec: Spec
    lifecycle: Lifecycle = Lifecycle()
    generation: int = 1
    started: bool | None = None
    ended: bool | None = None
    made_at: float | None = None
    aliases: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every spelling of the id."""
        return (self.id, *self.aliases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Written before a create, a run or a start is sent; gone once its end is known.

    `operation` is "create" or "start"; `time` epoch seconds by our clock, and `ahead` how far the server's said to be
    before it; `id` where it is known before sending (an agent's, a start's). A person's `resolve --did-not-happen`
    leaves `settled` true and the live ids seen then in `ignore`. `before` holds the live ids, in every spelling, that
    stood in the list just before a run was sent: none of them is that run.
    """

    address: Address
    operation: str
    time: float
    spec: Spec
    fingerprint: str
    generation: int = 1
    id: str | None = None
    settled: bool = False
    ignore: tuple[str, ...] = ()
    ahead: float = 0.0
    before: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The name by which a state entry says that it settles this very intent."""
        return f"{self.operation} {self.generation} {self.time!r}"

    @property
    def earliest(self) -> float:
        """When it was sent by the clock that is behind."""
        return self.time + min(self.ahead, 0.0)

    @property
    def latest(self) -> float:
        """When it was sent by the clock that is ahead."""
        return self.time + max(self.ahead, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A resource on the server, in manifest terms. `status` is an execution's word. `position` as in Manifest.

    `unseen`: where an update may replace the resource and all in it, the fields that reads do not show, by their id.
    `aliases` are other spellings of `id`; `also` are other specs that the same answer may stand for.
    """

    id: str
    spec: Spec
    also: tuple[Spec, ...] = ()
    status: str | None = None
    position: int = 0
    created_at: float | None = None
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every spelling of the id."""
        return (self.id, *self.aliases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One address seen from all sides. `candidates` are live things that might be it, where that can't be told.
    `similar` are live runs that might be it with other values of its variables, where there is no candidate.

    `certain`: live has no record, and is surely ours all the same: by an id that we chose, or as a lost answer found.
    `absent`: what was intended never arrived: a list shows what was made later. `unseen`: why a list may hide it.
    """

    address: Address
    manifest: Manifest | None = None
    live: Live | None = None
    record: Record | None = None
    intent: Intent | None = None
    candidates: tuple[Live, ...] = ()
    similar: tuple[Live, ...] = ()
    certain: bool = False
    absent: bool = False
    unseen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The workspace at one moment: pairs, the ids that references resolve to, and who we are there."""

    target: Target
    pairs: Mapping[Address, Pair]
    depends_on: Mapping[Address, frozenset[Address]]
    ids: Mapping[Address, str]
    externals: Mapping[tuple[str, str, str], str]  # (project handle, kind, display name) -> id
    missing_externals: Mapping[tuple[str, str, str], str]  # the same -> why it can't be resolved
    unmanaged: Mapping[str, tuple[str, ...]]  # project handle -> what is live there and not ours, as people call it
    user_id: str
    lineage: str
    serial: int
    now: float
    content: str = ""  # the checksum of the state that was looked at
    unplaced: frozenset[str] = frozenset()  # handles of projects that the state gave up, and that nothing in it shows
    made_by_connectors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # project handle -> their skills


class Action(Enum):
    """What a change does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RUN = "run"
    ADOPT = "adopt"
    FORGET = "forget"
    NOOP = "no-op"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs. `changed_by` is "repository", "live" or "both"; `before`/`after` None also for absent."""

    path: Path
    before: Any
    after: Any
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do, as data. `before`: what was live of the declared fields; `after`: the declared spec.

    `expected` is the fingerprint of what the plan saw live; apply looks again before it writes. `with_project` marks a
    delete that needs no call of its own, since its project goes. `id` is the live id where there is one. `resume` marks
    a run that an earlier apply sent, `awaits` one that it also started: nothing is sent, its end is waited for.
    `settles` is the mark of the intent whose outcome the change is, if any.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Something wanted that can't be done: why, and what a person can do instead. `fields`: what an update is about.

    `doubt`: it is a run that may have happened already.
    """

    address: Address
    wanted: str
    reason: str
    hint: str
    source: Source | None = None
    fields: tuple[FieldChange, ...] = ()
    doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Decisions, and all that applying them needs. `digest` is a hash over everything else in it.

    `lifecycles`: those of recorded things that the manifests changed, to be remembered whatever else comes of them.
    `content` is the checksum of the state it was made at, and `user_id` the user it was made as: it holds for no other.
    """

    target: Target
    lineage: str
    serial: int
    changes: tuple[Change, ...]
    blocked: tuple[Blocked, ...] = ()
    orphans: tuple[Address, ...] = ()
    warnings: tuple[str, ...] = ()
    ids: Mapping[Address, str] = field(default_factory=dict)
    externals: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    lifecycles: Mapping[Address, Lifecycle] = field(default_factory=dict)
    user_id: str = ""
    content: str = ""
    digest: str = ""

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    @property
    def work(self) -> tuple[Change, ...]:
        """The changes that do something."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)

    def count(self, action: Action) -> int:
        """How many changes of that action there are."""
        return sum(change.action is action for change in self.changes)


class Status(Enum):
    """How a change ended."""

    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one change. `error` and `hint` are for people; `attempts` counts HTTP requests that wrote."""

    change: Change
    status: Status
    id: str | None = None
    error: str = ""
    hint: str = ""
    attempts: int = 0
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A plan and what came of it: outcomes in plan order; times are epoch seconds.

    `doubts` are the addresses of what was sent, now or before, and may or may not have been done.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    started: float
    ended: float
    interrupted: bool = False
    doubts: tuple[Address, ...] = ()
    error: tuple[str, str] = ("", "")  # what kept the apply from going on, and what to do then

    def count(self, status: Status, *actions: Action) -> int:
        """How many outcomes have that status (and, where given, one of those actions)."""
        return sum(o.status is status and (not actions or o.change.action in actions) for o in self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a waiting run asks of a person. `type` is the API's word; `inputs` are the values that the answer may set.

    `about` tells more, by name. `given` is what the API showed and takes back.
    """

    id: str
    type: str
    summary: str = ""
    agent: str = ""
    agent_id: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    given: Spec = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A live execution. `address` where the state holds it; `project` is the handle, `project_id` the server's id.

    `failure` is what its agents say went wrong. `over`: the server names the time of its end. `hidden` are values that
    the manifest calls secret: show none of them.
    """

    id: str
    status: str
    project: str = ""
    project_id: str = ""
    address: Address | None = None
    goal: str = ""
    inputs: Spec = field(default_factory=dict)
    result: str = ""
    failure: str = ""
    over: bool = False
    questions: tuple[Question, ...] = ()
    hidden: tuple[str, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """What to call it on the command line."""
        return str(self.address or self.id)
