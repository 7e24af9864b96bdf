"""Make the moves that manifests declare: in the state alone, and only those that are not made yet. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from wexa_sync.errors import InvalidManifests, Problem, UsageError
from wexa_sync.model import Move
from wexa_sync.repair.records import is_known, moved
from wexa_sync.state.base import Entry, State
from wexa_sync.state.format import checksum


def after_moves(state: State, moves: Sequence[Move]) -> tuple[State, tuple[Move, ...]]:
    """Return the state as it is after these moves, and the moves that were still to be made.

    It counts as the state that it was: nothing is written. Raises InvalidManifests for a move that can't be made.
    """
    now, made = state, []
    problems: list[Problem] = []
    for move in moves:
        if is_known(now, move.old):
            try:
                now = now.after(*moved(now, move.old, move.new))
                made.append(move)
            except UsageError as error:
                assert move.source is not None
                problems.append(Problem(message=error.message, source=move.source, path="moved", hint=error.hint))
    if problems:
        raise InvalidManifests(problems)
    if not made:
        return state, ()
    return replace(now, serial=state.serial, sha256=checksum(state)), tuple(made)


def entries_of(state: State, moves: Sequence[Move]) -> list[Entry]:
    """Return what to write for these moves."""
    entries: list[Entry] = []
    for move in moves:
        new = moved(state, move.old, move.new)
        state = state.after(*new)
        entries += new
    return entries
