"""Say that the state seems to be lost: one message in place of a blocked change for each resource."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from wexa_sync.model import Blocked, LostState

AnyBlocked = TypeVar("AnyBlocked", bound=Blocked)


def beside(lost: LostState | None, blocked: Iterable[AnyBlocked]) -> tuple[AnyBlocked, ...]:
    """Return the blocked changes to list for people: without those that the message on a lost state stands for."""
    said = frozenset(lost.blocked) if lost else frozenset()
    return tuple(each for each in blocked if each.address not in said)


def said_of(lost: LostState | None) -> tuple[str, str, str]:
    """Return the message: a heading, why, and what to do. Each is empty where no state is lost."""
    if lost is None:
        return "", "", ""
    where = lost.place or "the state"
    return (
        f"{lost.live} of {lost.declared} declared resources are live already, and {where} records none of them.",
        "The state was lost, or it is elsewhere: a state file that was never committed is not in a fresh checkout.",
        "If there is a state, put it back, or name it with --state. If there is none, `wexa-sync import --all` "
        "shows what it finds by name, asks, and records it; `wexa-sync state rebuild` records it at once.",
    )
