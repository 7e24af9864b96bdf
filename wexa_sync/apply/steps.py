"""Name the steps that a task asks for: write to the state, send requests, wait for its turn; and how a task ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from wexa_sync.errors import WexaSyncError
from wexa_sync.model import Address, Change, Outcome, Status
from wexa_sync.state.base import Entry, Intend, Note


class Write(Struct, frozen=True):
    """Hold entries that must be durable before the task goes on. After the `last` of a task, no request follows."""

    entries: tuple[Entry | Note, ...]
    last: bool = False

    @property
    def begins(self) -> bool:
        """True for an open intent, and for a note of what is replaced: something is about to be sent."""
        return any(
            isinstance(each, Note) or (isinstance(each, Intend) and not each.intent.settled) for each in self.entries
        )


class Http(Struct, frozen=True):
    """Describe a function for a worker to call.

    Tasks that need the same thing give it the same `lookup`: it is called once.
    """

    function: Callable[[], Any]
    lookup: Hashable = None

    @property
    def requests(self) -> tuple[Http, ...]:
        """Return itself, as all that is waited for."""
        return (self,)

    def value(self, values: Sequence[Any]) -> Any:
        """Return what the task gets of the only value."""
        return values[0]


class Send(Http, frozen=True):
    """Describe a call that changes something on the server, where it is sent."""


class Together(Struct, frozen=True):
    """Ask for requests that need nothing of each other. The task gets their values in order, or the first error."""

    requests: tuple[Http, ...]

    def value(self, values: Sequence[Any]) -> Any:
        """Return what the task gets of the values."""
        return values


class Turn(Struct, frozen=True):
    """Describe a wait until no other task has the turn of that key.

    The turn ends with the task, or when None is yielded.
    """

    key: Hashable


class Turns:
    """Give out turns by key: the first change that asks has the turn, and the others wait in line."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, deque[Address]] = {}
        self._keys: dict[Address, Hashable] = {}

    def taken_by(self, address: Address, key: Hashable) -> bool:
        """True when the change has the turn of that key; False when it waits in line for the turn."""
        self._keys[address] = key
        line = self._lines.setdefault(key, deque())
        line.append(address)
        return line[0] == address

    def given_up_by(self, address: Address) -> Iterator[Address]:
        """End the turn of a change, if it has one, and yield the next change in line, if any."""
        if address in self._keys:
            key = self._keys.pop(address)
            self._lines[key].popleft()
            if self._lines[key]:
                yield self._lines[key][0]
            else:
                del self._lines[key]


Work = Generator[Write | Http | Together | Turn, Any, Outcome]


def ended(change: Change, status: Status, error: WexaSyncError | None = None, **more: Any) -> Outcome:
    """Return the outcome of a change, with the message and the hint of the error."""
    said = {"error": error.message, "hint": error.hint} if error is not None else {}
    return Outcome(change=change, status=status, **{**said, **more})


def left(change: Change, error: WexaSyncError) -> Outcome:
    """Return the outcome of a change that was not begun. A run that was started before goes on all the same."""
    if change.awaits:
        goes_on = WexaSyncError(f"its end was not awaited ({error.message}): the run goes on", hint=error.hint)
        return ended(change, Status.ONGOING, goes_on, id=change.id)
    return ended(change, Status.SKIPPED, error, id=change.id if change.resume else None)


def skipped_after(change: Change, other: Address, status: Status) -> Outcome:
    """Return the outcome of a change that waits for another one, which ended with that status."""
    why, hint = f"{other} {status.value}", f"Fix {other}, then apply again."
    if status is Status.ONGOING:
        why, hint = f"{other} has not ended", "Apply again: it waits for that end."
    return ended(change, Status.SKIPPED, WexaSyncError(why, hint=hint))


def replace_hint(error: WexaSyncError, hint: str) -> WexaSyncError:
    """Return the same failure with another hint."""
    return WexaSyncError(error.message, hint=hint)


def conflict(change: Change, what: str) -> Outcome:
    """Return the outcome of a change that another person came before, between plan and apply."""
    hint = "Nothing was overwritten. Plan again to see what it is now."
    return ended(change, Status.CONFLICT, error=WexaSyncError(what, hint=hint))
