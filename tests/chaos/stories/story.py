"""Define a story, and the faults to tell it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from ..desk import Desk

RUN = "desk/Execution/check"
SENT = "POST /execute_flow"

UNSENT = tuple(f"{fault} {SENT}" for fault in ("kill_client before", "drop before", "503 before", "reset before"))
_UNSEEN = f"stale {SENT} lists=99 + "
HIDDEN = tuple(f"{_UNSEEN}{fault} {SENT}" for fault in ("kill_client after", "drop after", "504 after", "empty after"))
FOUND = tuple(f"{fault} {SENT}" for fault in ("kill_client after", "drop after", "kill after", "empty after"))
UNSTARTED = tuple(
    f"{fault} POST /execute_flow/*/execute"
    for fault in ("kill_client before", "drop before", "503 before", "kill_client after", "drop after", "empty after")
)
LOST = (*UNSENT, *HIDDEN, *FOUND)


class Story(Struct, frozen=True, kw_only=True):
    """Hold the steps to take at a desk, and the faults that they can meet."""

    name: str
    tell: Callable[[Desk, str], None]
    faults: tuple[str, ...] = ("",)
    readings: Mapping[str, str] = field(default_factory=dict)


STORIES: dict[str, Story] = {}


def story(*faults: str) -> Callable[[Callable[[Desk, str], None]], Callable[[Desk, str], None]]:
    """Add a story under the name of its function."""

    def named(tell: Callable[[Desk, str], None]) -> Callable[[Desk, str], None]:
        add(tell.__name__.replace("_", " "), tell, *faults)
        return tell

    return named


def add(name: str, tell: Callable[[Desk, str], None], *faults: str, **readings: str) -> None:
    """Add a story under a name, for a server with these readings."""
    STORIES[name] = Story(name=name, tell=tell, faults=faults or ("",), readings=readings)
