"""Hold what wexa-sync remembers: the records of what was applied and the intents of what was begun."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from wexa_sync.model.address import Address, ExternalName
from wexa_sync.model.manifest import Lifecycle
from wexa_sync.model.spec import Spec


class FilePlace(Struct, frozen=True):
    """Describe a state in a file of this machine. The path is absolute."""

    path: Path


class GitPlace(Struct, frozen=True):
    """Describe a state on a ref of a git remote, reached from the repository that holds `folder`.

    `remote` is a name that the repository knows, or an address.
    """

    folder: Path
    remote: str = "origin"
    ref: str = "refs/wexa-sync/state"

    @property
    def lock(self) -> str:
        """Return the ref of the state's lock."""
        return f"{self.ref}-lock"

    def __str__(self) -> str:
        return f"{self.ref} of {self.remote}"


StatePlace: TypeAlias = FilePlace | GitPlace


class Target(Struct, frozen=True, kw_only=True):
    """Hold the workspace a state and a plan belong to. `environment` is empty where the settings declare none."""

    base_url: str
    org_id: str
    environment: str = ""

    def __str__(self) -> str:
        named = f"{self.environment} at " if self.environment else ""
        return f"{named}{self.base_url} (organisation {self.org_id})"

    @property
    def place(self) -> tuple[str, str]:
        """Return what the target is without the name that the settings give it."""
        return self.base_url, self.org_id


class Record(Struct, frozen=True, kw_only=True):
    """Hold what wexa-sync applied under an address: the last-applied spec with secrets sealed, and the server's id.

    `started`: of an action, whether its start is settled; None for a resource. `ended` is False while the end of a run
    is waited for and was not seen, True once it was seen, and None where nobody waits for it. Of a run that a command
    asked for, it is True once the command has said what became of the run. `made_at`: when the
    resource was made or taken over, in epoch seconds by our clock. `aliases` are other spellings of `id`. Of an action,
    `earlier` holds the ids of earlier generations in every spelling, the newest first; `others` holds live ids that
    stood in the list before the action was sent, or that a person said are other ones.
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
        """Return every spelling of the id."""
        return (self.id, *self.aliases)


class Vouch(Struct, frozen=True, kw_only=True):
    """Hold the word of an apply that nothing has to change for as long as manifests and live stay as they are.

    `inputs` is a keyed digest of all that the manifests were read from, and of the records: what is live as recorded is
    as declared. `order` is one of the parts of each owner in their declared order. `files` are the files that manifests
    named, by their paths from the root; `env` are the environment variables whose values were asked for. `externals`
    are the ids that the names led to by which manifests refer to what is live. `stays` is what a plan lists of the
    resources beside their records (plan/stays.py); empty where that would not be the same.
    """

    inputs: str
    order: str
    files: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    externals: Mapping[ExternalName, str] = {}
    stays: str = ""


class Intent(Struct, frozen=True, kw_only=True):
    """Hold what is about to be sent: written before a create or a start, and removed once its outcome is known.

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
        """Return the name by which an entry of the state says that it settles this very intent."""
        return f"{self.operation} {self.generation} {self.time!r}"

    @property
    def earliest(self) -> float:
        """Return the time of sending by the clock that is behind."""
        return self.time + min(self.ahead, 0.0)

    @property
    def latest(self) -> float:
        """Return the time of sending by the clock that is ahead."""
        return self.time + max(self.ahead, 0.0)
