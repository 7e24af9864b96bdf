"""Name what can be decided on one resource, and the rules of the decision."""

from __future__ import annotations

from dataclasses import dataclass

from wexa_sync.model import Address, Blocked, Change


@dataclass(frozen=True, slots=True)
class Orphan:
    """Name a resource that is recorded and no longer declared, and that stays since nobody asked to prune."""


FOUND = "found: an earlier apply made it"
ADOPTED = "adopted"

Decision = Change | Blocked | Orphan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Hold what a person allows. `allowed` names undocumented calls (`agentflow.update`)."""

    prune: bool = False
    adopt: bool = False
    allowed: frozenset[str] = frozenset()


Decisions = dict[Address, Decision]
