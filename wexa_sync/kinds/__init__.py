"""The kinds, one small file each. To add one: CONTRIBUTING.md, "Adding a kind"."""

from __future__ import annotations

from functools import cache

from wexa_sync.kinds.agent import AGENT
from wexa_sync.kinds.agentflow import AGENTFLOW
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.connector import CONNECTOR
from wexa_sync.kinds.dashboard import DASHBOARD_COMPONENT
from wexa_sync.kinds.database import DATABASE
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.kinds.file import FILE
from wexa_sync.kinds.marketplace import MARKETPLACE_COWORKER, MARKETPLACE_HIRE
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.schedule import SCHEDULE
from wexa_sync.kinds.seed import SEED
from wexa_sync.kinds.skill import SKILL
from wexa_sync.kinds.table import COLUMN, TABLE
from wexa_sync.kinds.trigger import TRIGGER

# In the order in which ids become known: what a kind refers to stands before it.
KINDS: tuple[Kind, ...] = (
    PROJECT,
    DATABASE,
    CONNECTOR,
    TABLE,
    COLUMN,
    SEED,
    SKILL,
    AGENTFLOW,
    AGENT,
    TRIGGER,
    SCHEDULE,
    MARKETPLACE_COWORKER,
    MARKETPLACE_HIRE,
    FILE,
    DASHBOARD_COMPONENT,
    EXECUTION,
)

BY_NAME: dict[str, Kind] = {}
"""Every kind there is, in the order of KINDS. All that is known of kinds is looked up here."""


def register(*kinds: Kind) -> None:
    """Add kinds, each behind what it refers to and behind its owner. Raise ValueError for a name that is taken."""
    for kind in kinds:
        if BY_NAME.setdefault(kind.name, kind) is not kind:
            raise ValueError(f"there is a kind {kind.name} already")
    _home_of.cache_clear()


@cache  # a plan asks it of everything that is declared
def _home_of(kind: Kind) -> tuple[Kind, Part] | None:
    homes = ((owner, part) for owner in BY_NAME.values() for part in owner.parts if part.kind is kind)
    return next(homes, None)


register(*KINDS)


def declarable() -> tuple[Kind, ...]:
    """Return the kinds that have manifests of their own."""
    return tuple(kind for kind in BY_NAME.values() if kind.declarable and owner_of(kind) is None)


def runnable() -> tuple[Kind, ...]:
    """Return the kinds that run: what is made of them is started, and ends."""
    return tuple(kind for kind in BY_NAME.values() if kind.run is not None)


def owner_of(kind: Kind) -> Kind | None:
    """Return the kind that a part lives inside; None for a kind that is no part."""
    home = _home_of(kind)
    return home[0] if home else None


def holder_of(kind: Kind) -> Kind | None:
    """Return the kind whose resources have such ones in a list: the owner's, or the one that a field refers to."""
    return BY_NAME[kind.fields.at((kind.inside,)).ref] if kind.inside else owner_of(kind)


def part_of(kind: Kind) -> Part | None:
    """Return how a part lives inside its owner; None for a kind that is no part."""
    home = _home_of(kind)
    return home[1] if home else None


def share_ids(kind: str, other: str) -> bool:
    """True when an action of one kind makes a thing of the other one, so that both may be recorded under one id."""
    return BY_NAME[kind].makes == other or BY_NAME[other].makes == kind


def named_by_id(kind: str) -> str:
    """Return the field with the handle of a part, where that is its id on the server; empty for any other kind."""
    part = part_of(BY_NAME[kind]) if kind in BY_NAME else None
    return part.handle if part is not None and part.handle_is_id else ""


def rank(kind: str) -> int:
    """Return the place of a kind in the order of KINDS."""
    return list(BY_NAME).index(kind)
