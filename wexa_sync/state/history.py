"""Say in the message of a commit what a write changed, and by whom; and read that again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from itertools import groupby
from typing import Protocol, runtime_checkable

from msgspec import Struct, field

from wexa_sync.state.base import Entry, Forget, Intend, Remember, State
from wexa_sync.state.holder import Holder
from wexa_sync.text.patterns import pattern

FORM = "%H %ct%n%B"
"""The form of `git log` that `written` reads."""

_FIELD = pattern(r"^(Serial|By|Since|Recorded|Forgotten|Begun): (.*)$", re.MULTILINE)


class Saved(Struct, frozen=True, kw_only=True):
    """Describe one commit of a state: when, what it says, and what it changed in numbers.

    `serial` is -1 where it says none.
    """

    commit: str
    time: datetime
    title: str
    by: str = ""
    since: str = ""
    serial: int = -1
    recorded: int = 0
    forgotten: int = 0
    begun: int = 0


@runtime_checkable
class KeepsAll(Protocol):
    """Describe a store that keeps every earlier state."""

    def saves(self) -> Sequence[Saved]:
        """Return what was written, the newest first."""
        ...

    def load_at(self, commit: str) -> State:
        """Return the state as of the commit whose id begins so. Raise UsageError where there is not exactly one."""
        ...


class Session(Struct, frozen=True, kw_only=True):
    """Hold the commits of one holder of the lock, the newest first."""

    commits: Sequence[Saved] = field(default_factory=tuple)

    @property
    def last(self) -> Saved:
        """Return the newest commit."""
        return self.commits[0]

    def total(self, what: str) -> int:
        """Return the sum of one of the numbers."""
        return sum(getattr(each, what) for each in self.commits)


def saved(state: State, entries: Sequence[Entry], holder: Holder) -> str:
    """Return the message for a write of these entries, after which the state is `state`."""
    counts = {
        name: sum(isinstance(each, kind) for each in entries)
        for name, kind in (("Recorded", Remember), ("Forgotten", Forget), ("Begun", Intend))
    }
    said = [f"{number} {name.lower()}" for name, number in counts.items() if number]
    return _message(", ".join(said) or "settled", holder, {"Serial": state.serial, **counts})


def settled(state: State, holder: Holder, moved: str = "") -> str:
    """Return the message for a whole state, or for the sign that it `moved`."""
    title = f"The state moved to {moved}" if moved else f"The state with {len(state.records)} records"
    return _message(title, holder, {"Serial": state.serial})


def taken_over(holder: Holder, by: Holder) -> str:
    """Return the message for the commit that keeps a former holder of the lock from writing. `by` is who does that."""
    title = f"The lock of {holder.owner}, held since {holder.created}, was taken over or removed"
    return f"{title}\n\nBy: {by.owner}\n"


def _message(title: str, holder: Holder, numbers: dict[str, int]) -> str:
    lines = {**numbers, "By": holder.owner, "Since": holder.created}
    return f"{title}\n\n" + "".join(f"{name}: {value}\n" for name, value in lines.items())


def written(texts: Iterable[str]) -> list[Saved]:
    """Return the commits in the output of `git log` in the form FORM."""
    return [_saved(text) for text in texts]


def sessions(commits: Iterable[Saved]) -> list[Session]:
    """Return the commits by the holder that wrote them."""
    return [Session(commits=tuple(group)) for _, group in groupby(commits, key=lambda each: (each.by, each.since))]


def _saved(text: str) -> Saved:
    head, _, body = text.partition("\n")
    commit, _, seconds = head.partition(" ")
    found = {name.lower(): value for name, value in _FIELD.findall(body)}
    numbers = {name: int(value) for name, value in found.items() if name not in ("by", "since") and value.isdecimal()}
    return Saved(
        commit=commit,
        time=datetime.fromtimestamp(int(seconds), timezone.utc),
        title=body.partition("\n")[0],
        by=found.get("by", ""),
        since=found.get("since", ""),
        **numbers,
    )
