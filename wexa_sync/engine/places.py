"""Look at the earlier states of a place, and move a state to another place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wexa_sync.errors import StateError, UsageError
from wexa_sync.state.base import Note, State, StateSession, StateStore
from wexa_sync.state.format import checksum

if TYPE_CHECKING:
    from wexa_sync.state.history import KeepsAll, Session


def saves(store: StateStore) -> Sequence[Session]:
    """Return what was written to the state, by the process that wrote it, the newest first.

    Raises UsageError where the store keeps no earlier state.
    """
    from wexa_sync.state.history import sessions  # a plan needs none of it

    return sessions(_keeping(store).saves())


def state_at(store: StateStore, commit: str) -> State:
    """Return the state as of that commit. Raises UsageError where there is none."""
    return _keeping(store).load_at(commit)


def _keeping(store: StateStore) -> KeepsAll:
    from wexa_sync.state.history import KeepsAll

    if isinstance(store, KeepsAll):
        return store
    raise UsageError(
        f"{store.describe()} keeps no earlier state: it is a file",
        hint="`wexa-sync history` lists the applies. A state on a git ref keeps every write.",
    )


def migrate(source: StateStore, to: StateStore, name: str) -> State:
    """Move a state with its history to an empty place that is called `name`, and return it. It keeps its lineage.

    The old place then only says where the state is. Both are locked meanwhile. A migration that was killed is finished
    by the same call. Raises StateError where there is another state at the new place, UsageError where there is none
    to move.
    """
    target = source.load().target
    if target is None:
        raise UsageError(
            f"there is no state in {source.describe()}", hint="Nothing has to be moved: name the new place."
        )
    with source.session(target) as old:
        state = old.state
        with to.session(target) as new:
            if not new.state.lineage:
                _copy(state, source, new)
            elif checksum(new.state) != checksum(state):
                raise StateError(
                    f"There is another state in {to.describe()}, and it is never overwritten.",
                    hint="Name an empty place. If that state is of no use, remove it by hand first.",
                )
        if checksum(to.load(target)) != checksum(state):
            raise StateError(
                f"{to.describe()} does not hold what was written to it.", hint="Nothing was changed in the old place."
            )
        old.put(state, moved=name)
    return state


def _copy(state: State, source: StateStore, new: StateSession) -> None:
    new.put(state)
    for run, notes in source.past().items():
        new.write(*(Note(run, data) for data in notes))
