"""Hold what wexa-sync remembers: the records of what was applied and the intents of what was begun."""

from __future__ import annotations

from dataclasses import dataclass

from wexa_sync.model.address import Address
from wexa_sync.model.manifest import Lifecycle
from wexa_sync.model.spec import Spec


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

    `started` tells of an action whether its start is settled; None for a resource. `ended` is False while the end of
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
    before it; `id` where it is known before sending (a part's, a start's). A person's `resolve --did-not-happen`
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
