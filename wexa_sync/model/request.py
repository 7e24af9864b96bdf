"""What a person asks of a plan and of an apply: what to choose, how far it may go, and how to work."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from msgspec import Struct, field

from wexa_sync.model.address import Address


class Many(Enum):
    """Say when a command works on every environment at once."""

    NEVER = "never"
    ON_DEMAND = "with --env all"
    BY_DEFAULT = "where none is named, too"


class Choice(Struct, frozen=True, kw_only=True):
    """Hold what to plan. `prune`: delete what is no longer declared. `adopt`: take over what is live and unrecorded.

    `targets` keeps these addresses and what they need; `excludes` drops these and what needs them.
    """

    prune: bool = False
    adopt: bool = False
    targets: tuple[Address, ...] = ()
    excludes: tuple[Address, ...] = ()


class Limits(Struct, frozen=True, kw_only=True):
    """Hold what one apply may do without being told that it is meant: shares in percent of what is managed.

    `allowed` lifts a budget, by its name in plan.limits.BUDGETS, to that number of changes; a smaller number lowers no
    budget. `force` lifts every budget. `strict`: nothing is applied where anything is blocked. `hire`: credits may be
    spent on what is bought; no other field allows that.
    """

    budget: float = 30.0
    max_executions: int = 10
    from_resources: int = 10
    allowed: Mapping[str, int] = field(default_factory=dict)
    force: bool = False
    strict: bool = False
    hire: bool = False


class Options(Struct, frozen=True, kw_only=True):
    """Say how to work; `wait_timeout`, `grace`, `poll` and `settle` in seconds.

    `root`: the folder of the manifests, from which the files in a plan are named. `wait`: for executions without a
    `wait` of their own. `settle`: for how long a list may lag behind what was just made. `allowed`: the undocumented
    calls that may be used (`agentflow.update`). `presumed`: the connectors that a new project is taken to have.
    `strangers`: what nobody declares or manages is wanted for itself, so each list is read to its end.
    """

    root: Path = Path()
    parallelism: int = 10
    wait: bool = False
    wait_timeout: float = 3600.0
    start: str = "auto"
    grace: float = 10.0
    poll: float = 1.0
    settle: float = 15.0
    allowed: frozenset[str] = frozenset()
    presumed: frozenset[str] = frozenset({"Content creator", "Mail", "REST API", "WhatsApp"})
    strangers: bool = False
