"""What is remembered between two runs, and where."""

from __future__ import annotations

from wexa_sync.state.base import Entry, Forget, Intend, Note, Remember, Settle, State, StateSession, StateStore
from wexa_sync.state.file import FileStore

__all__ = [
    "Entry",
    "FileStore",
    "Forget",
    "Intend",
    "Note",
    "Remember",
    "Settle",
    "State",
    "StateSession",
    "StateStore",
]
