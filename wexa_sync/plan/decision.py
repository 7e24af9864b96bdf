"""Name what can be decided on one resource, and the rules of the decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from msgspec import Struct

from wexa_sync.kinds import named_by_id
from wexa_sync.model import Action, Address, Blocked, Change


class Orphan(Struct, frozen=True):
    """Name a resource that is recorded and no longer declared, and that stays since nobody asked to prune."""


FOUND = "found: an earlier apply made it"
ADOPTED = "adopted"
REMOVED = "removed outside"

Decision = Change | Blocked | Orphan | None
Decisions = dict[Address, Decision]


class Rules(Struct, frozen=True, kw_only=True):
    """Hold what a person allows. `allowed` names undocumented calls (`agentflow.update`).

    `imports`: what is live is taken over as it is live, and nothing else is done.
    """

    prune: bool = False
    adopt: bool = False
    imports: bool = False
    allowed: frozenset[str] = frozenset()


def does(found: Decision, *actions: Action) -> TypeGuard[Change]:
    """True when the decision is a change of one of these actions."""
    return isinstance(found, Change) and found.action in actions


def if_another(address: Address) -> str:
    """Return what to do where a live resource that looks like the declared one is another one."""
    if field := named_by_id(address.kind):
        return f"Another one needs another {field}."
    return f"`wexa-sync resolve {address} --did-not-happen` says it is another one."


def which_of(address: Address, ids: Sequence[str], *, imports: bool) -> str:
    """Return how a person says which of several live ones is the declared one. `imports`: by importing it."""
    if imports:
        return f"Choose: {' or '.join(f'`wexa-sync import {address} {id}`' for id in ids)}."
    if len(ids) == 1:
        return f"`wexa-sync resolve {address} --happened {ids[0]}` says that it is, --did-not-happen that it is not."
    return f"`wexa-sync resolve {address} --happened ID` says which it is, --did-not-happen that none is."


def block(change: Change, reason: str, hint: str) -> Blocked:
    """Return a Blocked in the place of a change, about the same fields."""
    return Blocked(
        address=change.address,
        wanted=change.action.value,
        reason=reason,
        hint=hint,
        source=change.source,
        fields=change.fields,
    )
