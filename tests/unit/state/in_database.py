"""A store in an SQLite database: how small a store can be that keeps every promise. It is for these tests alone."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from msgspec.structs import replace

from wexa_sync.errors import StateError
from wexa_sync.model import Target, Vouch
from wexa_sync.state.base import Entry, Note, Notes, State, StateSession
from wexa_sync.state.format import line_of, read_state, state_text
from wexa_sync.state.holder import SOMEBODY, Holder, Wait, alive_here, holder_text, ourselves, process_of, read_holder
from wexa_sync.state.past import notes_of

_TABLES = "CREATE TABLE IF NOT EXISTS kept (name PRIMARY KEY, text); CREATE TABLE IF NOT EXISTS notes (run, line)"


class DatabaseStore:
    """Represent a StateStore in the database `path`: a row for the state, one for the lock, and the notes."""

    def __init__(
        self,
        path: Path,
        *,
        lock_timeout: float = 0,
        lease: float = 15 * 60,
        waits: Callable[[str, float], object] = lambda _what, _left: None,
        environment: str = "",
    ) -> None:
        self.path, self.lease, self.environment = path, lease, environment
        self._lock_timeout, self._waits = lock_timeout, waits

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the database."""
        return (self.path,)

    def describe(self) -> str:
        """Name the database."""
        return str(self.path)

    def load(self, target: Target | None = None) -> State:
        """Return the stored state."""
        text = self.rows().get("state.json") if self.path.exists() else None
        state = State() if text is None else read_state(text, self.path)
        return state.owned_by(self.environment, target, self.describe())

    def past(self) -> Mapping[str, Notes]:
        """Return the notes of each apply."""
        found: dict[str, bytes] = {}
        with self.opened() as database:
            for run, line in database.execute("SELECT run, line FROM notes ORDER BY run, rowid"):
                found[run] = found.get(run, b"") + line
        return {run: notes_of(text) for run, text in found.items()}

    def rows(self) -> dict[str, bytes]:
        """Return the state and the lock, by name."""
        with self.opened() as database:
            return dict(database.execute("SELECT name, text FROM kept"))

    def unlock(self) -> Holder | None:
        """Remove the lock of a machine that is gone."""
        text = self.rows().get("lock") if self.path.exists() else None
        holder = None if text is None else read_holder(text) or SOMEBODY
        if holder is not None and holder.is_alive:
            raise alive_here(self.path, holder)
        with self.opened() as database:
            database.execute("DELETE FROM kept WHERE name = 'lock' AND text = ?", (text,))
        return holder

    @contextmanager
    def session(self, target: Target) -> Iterator[StateSession]:
        """Hold the lock to change the state of `target`."""
        wait = Wait(self.path, timeout=self._lock_timeout, poll=0.1, waits=self._waits)
        while isinstance(lock := self._take(), Holder):
            wait.for_(lock)
        session = None
        try:
            session = _Session(self, lock, self.load(target), target)
            yield session
        finally:
            self._release(session, lock)

    def _take(self) -> bytes | Holder:
        ours = holder_text(ourselves(time.time(), time.time() + self.lease, process=process_of(os.getpid())))
        with self.opened() as database:
            held = database.execute("SELECT text FROM kept WHERE name = 'lock'").fetchone()
            holder = held and (read_holder(held[0]) or SOMEBODY)
            if holder and not (holder.is_dead or (holder.expired and not holder.is_alive)):
                return holder
            database.execute("REPLACE INTO kept VALUES ('lock', ?)", (ours,))
        return ours

    def _release(self, session: _Session | None, lock: bytes) -> None:
        with self.opened() as database:
            gone = not database.execute("DELETE FROM kept WHERE name = 'lock' AND text = ?", (lock,)).rowcount
        if session is not None:
            session.lock = b""
            if gone and not session.failed:
                raise _lost()

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one transaction, which no other process meets half done."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=60, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            for table in _TABLES.split("; "):
                database.execute(table)
            try:
                yield database
            except BaseException:
                with suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


class _Session(StateSession):
    def __init__(self, store: DatabaseStore, lock: bytes, state: State, target: Target) -> None:
        self.lock, self.failed = lock, False
        self._store, self._state = store, state
        self._target = replace(target, environment=store.environment)
        self._lineage = state.lineage or uuid4().hex

    @property
    def state(self) -> State:
        return self._state

    @property
    def lineage(self) -> str:
        return self._lineage

    def write(self, *entries: Entry | Note) -> None:
        changes = [each for each in entries if not isinstance(each, Note)]
        state = self._state if self._state.lineage else replace(self._state, target=self._target, lineage=self._lineage)
        after = state.after(*changes)
        self._save(after if changes else None, [each for each in entries if isinstance(each, Note)])
        self._state = after if changes else self._state

    def put(self, state: State, *, moved: str = "") -> None:
        self._save(state, [], moved)
        self._state = state

    def keep(self, vouch: Vouch | None) -> None:
        if vouch != self._state.vouch and self._state.lineage:
            self.put(replace(self._state, vouch=vouch))

    def _save(self, state: State | None, notes: list[Note], moved: str = "") -> None:
        text = None if state is None else state_text(state, moved=moved)
        with self._store.opened() as database:
            if not database.execute("SELECT 1 FROM kept WHERE name = 'lock' AND text = ?", (self.lock,)).fetchone():
                self.failed = True
                raise _lost()
            database.executemany("INSERT INTO notes VALUES (?, ?)", [(note.run, line_of(note.data)) for note in notes])
            if text is not None:
                database.execute("REPLACE INTO kept VALUES ('state.json', ?)", (text,))


def _lost() -> StateError:
    return StateError("The lock was lost.", hint="See that no other apply runs, then run the same command again.")
