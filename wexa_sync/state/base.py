"""What is remembered between two runs, what can be told to it, and what a store of it must do."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from wexa_sync.model import Address, Intent, Record, Target
from wexa_sync.state.versions import Versions

Held = TypeVar("Held", Record, Intent)


@dataclass(frozen=True, slots=True)
class Remember:
    """It is there, and ours: keep this record. Its intent, if any, is thereby settled."""

    record: Record


@dataclass(frozen=True, slots=True)
class Forget:
    """It is gone, or no longer ours: drop its record, and its intent."""

    address: Address


@dataclass(frozen=True, slots=True)
class Intend:
    """It is about to be sent: keep this intent, in place of an earlier one."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Settle:
    """It surely did not happen: drop its intent, and leave its record as it is."""

    address: Address


Entry = Remember | Forget | Intend | Settle


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What was applied (`records`) and what may have been (`intents`), in one workspace.

    `serial` counts the writes that led here, so that no two contents of one lineage share a serial. A state that was
    never written has no target, no lineage and serial 0: what was planned on it still fits the next time it is read.
    """

    target: Target | None = None
    lineage: str = ""
    serial: int = 0
    records: Mapping[Address, Record] = field(default_factory=dict)
    intents: Mapping[Address, Intent] = field(default_factory=dict)

    def after(self, *entries: Entry) -> State:
        """Return the state after one write of these entries; itself where there are none. Costs what the entries do."""
        if not entries:
            return self
        records: dict[Address, Record | None] = {}  # what changes; None: it goes
        intents: dict[Address, Intent | None] = {}
        for entry in entries:
            match entry:
                case Remember(record):
                    records[record.address] = record
                    intents[record.address] = None
                case Forget(address):
                    records[address] = None
                    intents[address] = None
                case Intend(intent):
                    intents[intent.address] = intent
                case Settle(address):
                    intents[address] = None
        return replace(
            self,
            serial=self.serial + 1,
            records=_next(self.records, records),
            intents=_next(self.intents, intents),
        )


def _next(held: Mapping[Address, Held], changes: Mapping[Address, Held | None]) -> Versions[Address, Held]:
    return (held if isinstance(held, Versions) else Versions(held)).after(changes)


class StateSession(Protocol):
    """The right to change a state, held by one process at a time."""

    @property
    def state(self) -> State:
        """The state as of the last write."""
        ...

    @property
    def lineage(self) -> str:
        """The lineage the state has, or will have from its first write on: what its secrets are sealed with."""
        ...

    def write(self, *entries: Entry) -> None:
        """Make these entries durable, all or none; back only when they are. Without entries: only stay alive."""
        ...


class StateStore(Protocol):
    """Where a state lives."""

    def load(self, target: Target | None = None) -> State:
        """What is stored, without waiting for anybody. Raises StateError for the state of another target than that."""
        ...

    def session(self, target: Target, *, owner: str = "") -> AbstractContextManager[StateSession]:
        """Take the lock and change the state of `target`. Raises StateLocked; StateError for another target's state."""
        ...
