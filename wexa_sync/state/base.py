"""Define the state, the entries that change it, and what a store of it must do."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.errors import StateError, UsageError
from wexa_sync.model import Address, Intent, Record, Target, Vouch
from wexa_sync.state.holder import Holder
from wexa_sync.state.versions import Versions

if TYPE_CHECKING:
    from concurrent.futures import Future

Held = TypeVar("Held", Record, Intent)

ANY = "*"
"""A mark that stands for any intent. Only entries read from a journal before version 3 have it."""

EARLIER = 200
"""How many ids of earlier generations a record keeps: those of the newest hundred, in two spellings."""


class Remember(Struct, frozen=True):
    """Keep this record. `settles` is the mark of the intent whose outcome it is, if any."""

    record: Record
    settles: str = ""


class Forget(Struct, frozen=True):
    """Drop the record: the resource is gone, or no longer ours. `settles` as in Remember."""

    address: Address
    settles: str = ""


class Intend(Struct, frozen=True):
    """Keep this intent: it is about to be sent. `settles` is the mark of the intent that it replaces, if any."""

    intent: Intent
    settles: str = ""


class Settle(Struct, frozen=True):
    """Drop the intent of that mark, which surely did not happen, and leave the record as it is."""

    address: Address
    settles: str


Entry = Remember | Forget | Intend | Settle


class Note(Struct, frozen=True):
    """Keep this for the history of the apply of that id. A note changes no state, and no serial.

    `data` is plain JSON without a secret. A note that is not `durable` may be lost when the process is killed: a write
    without durable notes and without entries needs no flush, and one that fails for such notes alone is no failure.
    """

    run: str
    data: Mapping[str, Any]
    durable: bool = False


Notes = tuple[Mapping[str, Any], ...]
"""What was noted of one apply, in the order of writing."""


class State(Struct, frozen=True, kw_only=True):
    """Hold what was applied (`records`) and what may have been (`intents`), in one workspace.

    An intent goes only by an entry that names its mark: nothing else is its outcome, or a person's word on it.

    `serial` counts the writes that led here, so that no two contents of one lineage share a serial. A state that was
    never written has no target, no lineage and serial 0: what was planned on it still fits the next time it is read.
    `sha256` is the checksum of what was read, empty once something was written: it spares counting it again. `vouch` is
    no part of what the state says, so it counts in neither serial nor checksum; any write takes it away.
    """

    target: Target | None = None
    lineage: str = ""
    serial: int = 0
    records: Mapping[Address, Record] = field(default_factory=dict)
    intents: Mapping[Address, Intent] = field(default_factory=dict)
    sha256: str = ""
    vouch: Vouch | None = None

    __hash__ = None  # type: ignore[assignment] # it holds mappings

    def __eq__(self, other: object) -> bool:
        return self._content == other._content if isinstance(other, State) else NotImplemented

    @property
    def _content(self) -> tuple[Target | None, str, int, Mapping[Address, Record], Mapping[Address, Intent]]:
        return self.target, self.lineage, self.serial, self.records, self.intents

    def after(self, *entries: Entry) -> State:
        """Return the state after one write of these entries; itself where there are none. Costs what the entries do.

        Raise StateError for an intent in place of one that is not settled.
        """
        if not entries:
            return self
        records, intents = _Edit(self.records), _Edit(self.intents)
        for entry in entries:
            match entry:
                case Remember(record, settles):
                    outcome_of = _take(intents, record.address, settles)
                    records.changes[record.address] = _following(record, records.get(record.address), outcome_of)
                case Forget(address, settles):
                    records.changes[address] = None
                    _take(intents, address, settles)
                case Intend(intent, settles):
                    _take(intents, intent.address, settles)
                    _require_settled(intents.get(intent.address), intent)
                    intents.changes[intent.address] = intent
                case Settle(address, settles):
                    _take(intents, address, settles)
        held = replace(self, records=records.next(), intents=intents.next())
        return replace(held, serial=self.serial + 1, sha256="", vouch=None)

    def owned_by(self, environment: str, target: Target | None, place: str) -> State:
        """Return the state as the one of that environment and target (None: any). `place` names the state in errors.

        A state without an environment takes the name. Raise StateError for the state of another one.
        """
        own = self.target
        if own is None:
            return self
        if own.environment and own.environment != environment:
            wanted = f"not to {environment}" if environment else "and none is named"
            raise StateError(
                f"{place} belongs to the environment {own.environment}, {wanted}: nothing was sent",
                hint=f"Work on it with --env {own.environment}, without --state. Each environment has a state of its "
                "own, and remembers its name.",
            )
        if target is not None and own.place != target.place:
            raise StateError(
                f"{place} belongs to {own}, not to {target}.",
                hint="Each workspace has a state of its own: name this one's with --state.",
            )
        return replace(self, target=replace(own, environment=environment))

    def require(self, address: Address) -> Record:
        """Return the record at `address`. Raise UsageError where there is none."""
        if (record := self.records.get(address)) is None:
            raise UsageError(f"{address} is not in the state", hint="`wexa-sync state list` shows what is.")
        return record

    @property
    def owners(self) -> dict[str, Address]:
        """Return every id that the records know, also of earlier generations, in every spelling, with its address."""
        found = {id: address for address, record in self.records.items() for id in record.earlier}
        return found | {id: address for address, record in self.records.items() for id in record.ids}

    def owners_beside(self, address: Address) -> dict[str, Address]:
        """Return the ids that nothing else at that place can have. Ids of parts may be unique in their owner alone."""
        if address.owner is None:
            return self.owners
        return {id: a for a, record in self.records.items() if a.place == address.place for id in record.ids}


class _Edit(Generic[Held]):
    """Hold what one write makes of a mapping. `changes` holds None for what goes."""

    def __init__(self, held: Mapping[Address, Held]) -> None:
        self._held: Mapping[Address, Held] = held
        self.changes: dict[Address, Held | None] = {}

    def get(self, address: Address) -> Held | None:
        return self.changes[address] if address in self.changes else self._held.get(address)

    def next(self) -> Versions[Address, Held]:
        return (self._held if isinstance(self._held, Versions) else Versions(self._held)).after(self.changes)


def _take(intents: _Edit[Intent], address: Address, mark: str) -> Intent | None:
    """Remove the intent of that mark and return it; None where there is no such intent."""
    found = intents.get(address)
    if found is None or mark not in (ANY, found.mark):
        return None
    intents.changes[address] = None
    return found


def _require_settled(held: Intent | None, new: Intent) -> None:
    """Raise StateError where `new` would drop another intent that is open."""
    if held is not None and not held.settled and held.mark != new.mark:
        raise StateError(
            f"{new.address} is in doubt, and would be sent again: nothing was",
            hint=f"`wexa-sync plan` shows the doubt; `wexa-sync resolve {new.address}` settles it.",
        )


def _following(record: Record, before: Record | None, outcome_of: Intent | None) -> Record:
    """Return the record of an action with the ids that its former record and its intent say are other actions."""
    if record.started is None:
        return record
    aliases, earlier, others = record.aliases, record.earlier, record.others
    if before is not None and not {*before.ids}.isdisjoint(record.ids):
        aliases, earlier, others = (*before.ids, *aliases), (*before.earlier, *earlier), (*before.others, *others)
    elif before is not None:
        earlier = (*before.ids, *before.earlier, *earlier)
    if outcome_of is not None:
        others = (*others, *outcome_of.before, *outcome_of.ignore)
    ids = dict.fromkeys((record.id, *aliases))
    return replace(
        record,
        aliases=tuple(ids)[1:],
        earlier=tuple(id for id in dict.fromkeys(earlier) if id not in ids)[:EARLIER],
        others=tuple(id for id in dict.fromkeys(others) if id not in ids),
    )


class StateSession(Protocol):
    """Hold the right to change a state, held by one process at a time."""

    @property
    def state(self) -> State:
        """Return the state as of the last write."""
        ...

    @property
    def lineage(self) -> str:
        """Return the lineage that the state has, or will have once written. Its secrets are sealed with that."""
        ...

    def write(self, *entries: Entry | Note) -> None:
        """Make the entries durable, all or none, before returning. Without entries, renew the lock's lease.

        Durable notes are so before the entries are.
        """
        ...

    def writing(self, *entries: Entry | Note) -> Future[None]:
        """Begin a write, and return the future of its end. No other write may begin before that."""
        from concurrent.futures import Future  # it loads the log of the library; who only reads a state needs none

        done: Future[None] = Future()
        try:
            self.write(*entries)
            done.set_result(None)
        except StateError as error:
            done.set_exception(error)
        return done

    def put(self, state: State, *, moved: str = "") -> None:
        """Store a whole state as it is, in place of the one that is held.

        `moved`: the place that the state was moved to. Reading it here then raises a StateError that names that place.
        """
        ...

    def keep(self, vouch: Vouch | None) -> None:
        """Have the vouch stored with the state when the session ends. Lost, it is missed by nobody."""
        ...

    @property
    def is_slow(self) -> bool:
        """True when a write takes so long that other work should go on meanwhile."""
        return False


class StateStore(Protocol):
    """Say where a state lives."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files on this machine that nothing else may write."""
        ...

    def describe(self) -> str:
        """Name the place for people."""
        ...

    def unlock(self) -> Holder | None:
        """Remove a lock that another machine left, and return who held it. Raises StateLocked for a living process."""
        ...

    def load(self, target: Target | None = None) -> State:
        """Return the stored state, without waiting for a lock. Raise StateError for the state of another target."""
        ...

    def past(self) -> Mapping[str, Notes]:
        """Return the notes of each apply that is kept, by its id, the oldest apply first. The ids sort by time."""
        ...

    def session(self, target: Target) -> AbstractContextManager[StateSession]:
        """Take the lock to change the state of `target`. Raise StateLocked; StateError for another target's state."""
        ...
