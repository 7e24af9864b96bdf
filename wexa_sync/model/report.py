"""Hold how an apply ended: one outcome for each change."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from wexa_sync.model.address import Address, ExternalName
from wexa_sync.model.plan import Action, Change, Plan


class Status(Enum):
    """Say how a change ended. ONGOING: a run that was started, and whose end was not seen."""

    APPLIED = "applied"
    ONGOING = "ongoing"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"


class Outcome(Struct, frozen=True, kw_only=True):
    """Hold the end of one change. `error` and `hint` are for people; `attempts` counts HTTP requests that wrote."""

    change: Change
    status: Status
    id: str | None = None
    error: str = ""
    hint: str = ""
    attempts: int = 0
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


class Report(Struct, frozen=True, kw_only=True):
    """Describe a plan and what came of it: outcomes in plan order; times are epoch seconds.

    `doubts` are the addresses of what was sent, now or before, and may or may not have been done. `externals` are the
    ids that names of live things led to.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    started: float
    ended: float
    interrupted: bool = False
    doubts: tuple[Address, ...] = ()
    externals: Mapping[ExternalName, str] = {}
    error: tuple[str, str] = ("", "")  # what kept the apply from going on, and what to do then

    def count(self, status: Status, *actions: Action) -> int:
        """Return the number of outcomes that have that status and, where actions are given, one of those."""
        return sum(o.status is status and (not actions or o.change.action in actions) for o in self.outcomes)
