"""Hold what the live API shows, paired with the manifests and the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from wexa_sync.model.address import Address, ExternalName, Place
from wexa_sync.model.manifest import Manifest, Move
from wexa_sync.model.spec import Spec
from wexa_sync.model.state import Intent, Record, Target


class Later:
    """Decode a response once somebody asks for its spec: of what is live as it was recorded nobody does."""

    __slots__ = ("_raw", "_read", "_spec")

    def __init__(self, read: Callable[[Mapping[str, Any]], Spec], raw: Mapping[str, Any]) -> None:
        self._read, self._raw = read, raw
        self._spec: Spec | None = None

    @property
    def is_read(self) -> bool:
        """True when somebody has asked for the spec."""
        return self._spec is not None

    @property
    def spec(self) -> Spec:
        """Return the spec."""
        if self._spec is None:
            self._spec = self._read(self._raw)
        return self._spec


class Live(Struct, frozen=True, kw_only=True):
    """Describe a resource on the server, in manifest terms. `status` is an execution's word. `position` as in Manifest.

    `fields`: its spec. `shows`: the record of which it surely shows each value just so; None where nobody knows.
    `unseen`: where an update may replace the resource and all in it, the fields that reads do not show, by their id.
    `aliases` are other spellings of `id`; `also` are other specs that the same answer may stand for.
    `loss`: what else goes if the resource is deleted, in words.
    """

    id: str
    fields: Spec | Later
    shows: Record | None = None
    also: tuple[Spec, ...] = ()
    status: str | None = None
    position: int = 0
    created_at: float | None = None
    loss: str = ""
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def spec(self) -> Spec:
        """Return the fields that can be written, as far as reads show them."""
        return self.fields.spec if isinstance(self.fields, Later) else self.fields

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every spelling of the id."""
        return (self.id, *self.aliases)


class Pair(Struct, frozen=True, kw_only=True):
    """Describe one address seen from all sides.

    `candidates` are live things that might be it, where that can't be told. `similar`, where there is no candidate, are
    live runs that might be it with other values of its variables, or live resources that might be it under another name
    where `ignore_changes` says that its name counts for nothing.

    `certain`: live has no record, and is surely ours all the same: by an id that we chose, or as a lost answer found.
    `absent`: what was intended never arrived: a list shows what was made later. `unseen`: why a list may hide it.
    `unread`: why the list that it stands in can't be read. `others`: of a list that is only written whole, a
    fingerprint of what others have in it. `fires`: why writing rows may start runs. `stray`: why the id that the
    manifest imports can't be it.
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
    unread: str = ""
    others: str = ""
    fires: str = ""
    stray: str = ""

    @property
    def open_intent(self) -> Intent | None:
        """Return what was sent, and nothing shows what became of it; None where that is clear, or a person said it."""
        return self.intent if self.intent is not None and not self.intent.settled else None

    @property
    def mark(self) -> str:
        """Return the mark of the intent, for a change that settles it; empty where there is no intent."""
        return self.intent.mark if self.intent is not None else ""

    @property
    def wanted_id(self) -> str:
        """Return the id that the manifest imports, while nothing is recorded and nothing is in doubt; else nothing."""
        is_free = self.manifest is not None and self.record is None and self.open_intent is None
        return self.manifest.import_id if self.manifest is not None and is_free else ""


class Account(Struct, frozen=True, kw_only=True):
    """Hold what the organisation's plan allows (`limits`) and what is used of it, by the API's names.

    `credits`: those that the plan has; None where the account does not say.
    """

    limits: Mapping[str, float] = field(default_factory=dict)
    used: Mapping[str, float] = field(default_factory=dict)
    credits: float | None = None


class Observation(Struct, frozen=True, kw_only=True):
    """Hold the workspace at one moment: pairs, the ids that references resolve to, and who we are there.

    `prices`: the mean price of past runs, by the id of what ran.
    """

    target: Target
    pairs: Mapping[Address, Pair]
    depends_on: Mapping[Address, frozenset[Address]]
    ids: Mapping[Address, str]
    externals: Mapping[ExternalName, str]  # -> id
    missing_externals: Mapping[ExternalName, str]  # the same -> why it can't be resolved
    unmanaged: Mapping[Place, tuple[Live, ...]]  # what is live there and not ours
    user_id: str
    lineage: str
    serial: int
    now: float
    moved: tuple[Move, ...] = ()  # what the state knows by another address; here it has the new one
    content: str = ""  # the checksum of the state that was looked at
    unplaced: frozenset[str] = frozenset()  # handles of projects that the state gave up, and that nothing in it shows
    links: Mapping[Address, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """Of an owner whose parts lead to one another: a part's id -> the id behind it (branch, or empty -> id)."""
    unlinked: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)  # owner -> its parts that none leads to
    made_by_others: Mapping[Place, tuple[Live, ...]] = field(default_factory=dict)  # what nobody declares
    account: Account = Account()
    prices: Mapping[str, float] = field(default_factory=dict)
    cut: Mapping[Place, str] = field(default_factory=dict)  # where a list is not whole, so that more may be live -> why
