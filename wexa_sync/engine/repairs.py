"""Repair the state: settle a doubt, rebuild what is lost, give a record another address, or give it up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wexa_sync.engine.steps import locked, look
from wexa_sync.model import Address, Desired, Record
from wexa_sync.state.base import StateSession, StateStore
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.repair.rebuild import Match


def resolve(address: Address, desired: Desired, workspace: Workspace, *, happened_as: str | None) -> str:
    """Settle a doubt as a person says: the resource is live under the id `happened_as`, or (None) it was not made.

    Return a phrase that says what was noted. For a run of which only the end is open, `happened_as` is the run's own id
    and means that it ended well. Raises UsageError where there is no doubt, or nothing live has that id.
    Sends GET only.
    """
    from wexa_sync.repair.resolve import resolved

    with workspace.store.session(workspace.target) as session:
        seen = look(desired, workspace)
        entry, noted = resolved(address, seen, session, workspace.api, happened_as)
        session.write(entry)
        return noted


def rebuild(desired: Desired, workspace: Workspace) -> tuple[Match, ...]:
    """Rebuild a lost state from what is live. Return each match and how certain it is. Sends GET only.

    Raises UsageError where there is a state: it holds more than a rebuild could find out.
    """
    from wexa_sync.repair.rebuild import entries, matches, require_empty

    with locked(workspace) as held:
        session = held.session
        assert session is not None
        require_empty(session.state)
        found = matches(look(desired, held), session.lineage)
        if made := entries(found):
            session.write(*made)
        return found


def import_one(address: Address, id: str, desired: Desired, workspace: Workspace) -> tuple[Match, ...]:
    """Record the live object with that id as the declared resource. Return what was recorded: that, and its parts.

    Nothing is recorded, and nothing returned, where the address has that id already. What differs from the manifest is
    left to the next plan. Raises UsageError where the id can't be that of the resource. Sends GET only.
    """
    from wexa_sync.manifests.importing import importing
    from wexa_sync.repair.imports import entries, is_recorded, taken_over

    with workspace.store.session(workspace.target) as session:
        if is_recorded(address, id, desired, session.state):
            return ()
        seen = look(importing(desired, address, id), workspace)
        found = taken_over(address, seen, session.lineage)
        session.write(*entries(found, seen))
        return found


def move(store: StateStore, old: Address, new: Address) -> None:
    """Move the record at `old`, and all records inside it, to the address `new`. Raises UsageError if it can't be."""
    from wexa_sync.repair.records import moved

    with _recorded(store, old) as session:
        session.write(*moved(session.state, old, new))


def forget(store: StateStore, address: Address) -> Record:
    """Remove the record at `address` from the state, and return it. The resource stays live and is unmanaged.

    Raises UsageError while the resource is in doubt.
    """
    from wexa_sync.repair.records import forgotten

    with _recorded(store, address) as session:
        record = session.state.require(address)
        session.write(forgotten(session.state, address))
        return record


@contextmanager
def _recorded(store: StateStore, address: Address) -> Iterator[StateSession]:
    """Lock the state for a change to the record at `address`. Raises UsageError where there is no record."""
    state = store.load()
    state.require(address)
    assert state.target is not None  # a state with a record has one
    with store.session(state.target) as session:
        yield session
