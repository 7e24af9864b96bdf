"""Hold what an apply of the past did: where it came from, what it replaced, and how each change ended."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from wexa_sync.model.address import Address
from wexa_sync.model.manifest import Lifecycle
from wexa_sync.model.plan import Action
from wexa_sync.model.report import Status
from wexa_sync.model.spec import Path, Spec


class Origin(Struct, frozen=True, kw_only=True):
    """Say where an apply comes from. `commit`: of the manifests; `dirty`: they differ from it.

    Empty where not known.
    """

    who: str = ""
    command: str = "apply"
    commit: str = ""
    dirty: bool = False
    environment: str = ""


class Replaced(Struct, frozen=True, kw_only=True):
    """Describe a field that an update replaced. None stands for absent too.

    `known`: False where nobody knows what was live.
    """

    path: Path
    before: Any
    after: Any
    known: bool = True


class PreImage(Struct, frozen=True, kw_only=True):
    """Hold what was live just before an update or a delete was sent, with its secrets sealed.

    `live`: every field that could be written back, as far as reads show it. `declared`: of a delete, the fields that
    the manifest had. `fields`: of an update, those that it replaced. `position`: as in Manifest.
    """

    address: Address
    id: str
    live: Spec
    declared: Spec
    fields: tuple[Replaced, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    position: int = 0


class PastChange(Struct, frozen=True, kw_only=True):
    """Describe a change of an apply. `status` None: how it ended was not noted, so it may have been sent or not.

    `file`: where the manifest stood. `before` None: nothing was replaced, or nothing was about to be sent.
    """

    address: Address
    action: Action
    status: Status | None = None
    id: str | None = None
    file: str = ""
    before: PreImage | None = None


class PastApply(Struct, frozen=True, kw_only=True):
    """Describe an apply of the past; times are epoch seconds. `ended` None: it was killed, or still goes on.

    `moved`: the records that it gave another address. `damaged`: what else was noted of it can't be read.
    """

    id: str
    started: float
    origin: Origin
    digest: str
    changes: tuple[PastChange, ...]
    moved: tuple[tuple[Address, Address], ...] = ()
    ended: float | None = None
    interrupted: bool = False
    damaged: bool = False

    def count(self, *statuses: Status | None) -> int:
        """Return the number of changes that ended in one of these ways."""
        return sum(change.status in statuses for change in self.changes)
