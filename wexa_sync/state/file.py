"""Keep the state in a file, with a journal beside it while an apply runs.

Each write is one line in the journal, flushed to the disk before `write` returns, whatever the size of the state. At
the end the whole state replaces the file, then the journal goes. A kill at any moment leaves either the old file and
a journal that continues it, or the new file and a journal that it has overtaken; reading tells them by the serial.
The notes of an apply go to a file of its own (past.py), and no state is read from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from msgspec.structs import replace

from wexa_sync.errors import StateError
from wexa_sync.model import Target, Vouch
from wexa_sync.state.base import Entry, Note, Notes, State, StateSession
from wexa_sync.state.disk import PRIVATE, read_if_there, replace_file, sync_folder, told, write_at
from wexa_sync.state.format import read_state, state_text
from wexa_sync.state.holder import Holder
from wexa_sync.state.journal import journal_line, journal_start, read_journal, replay
from wexa_sync.state.lock import Lock, break_lock, hold
from wexa_sync.state.past import KEEP, Past
from wexa_sync.text.files import shown_path


class FileStore:
    """Represent a StateStore in the file `path`, with `path`.journal and `path`.lock beside it while it is in use.

    The folder `path`.history holds the notes of the newest `keep` applies. `lock_timeout`: seconds to wait for the
    lock; `lease`: seconds after which another host may take the lock over.
    `waits` gets what is waited for, and for how many seconds at most, often while a wait lasts. `environment` is the
    name of the environment that the state belongs to, if any.
    """

    def __init__(
        self,
        path: Path,
        *,
        environment: str = "",
        lock_timeout: float = 0,
        lease: float = 15 * 60,
        keep: int = KEEP,
        waits: Callable[[str, float], object] = lambda _what, _left: None,
    ) -> None:
        # Replacing a link would leave the file it points to behind, and its other readers with it.
        # These two, unlike Path's, never raise: not for a link that leads to itself, nor for a name that is too long.
        self.path = Path(os.path.realpath(path)) if os.path.islink(path) else path  # noqa: PTH114
        self.journal_path = self.path.with_name(self.path.name + ".journal")
        self.lock_path = self.path.with_name(self.path.name + ".lock")
        self.history_path = self.path.with_name(self.path.name + ".history")
        self._keep = keep
        self._environment = environment
        self._lock_timeout = lock_timeout
        self._lease = lease
        self._waits = waits

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the state file, its journal and its lock."""
        return self.path, self.journal_path, self.lock_path

    def describe(self) -> str:
        """Name the file as a person would."""
        return shown_path(self.path)

    def load(self, target: Target | None = None) -> State:
        """Return the stored state, with what a killed apply left in the journal. Needs no lock."""
        # The journal first: if a running apply ends between the two reads, the file is newer than the journal, and
        # holds it. The other way round, an old file without its journal could be seen.
        journal_text = read_if_there(self.journal_path)
        state_bytes = read_if_there(self.path)
        state = State() if state_bytes is None else read_state(state_bytes, self.path)
        journal = None if journal_text is None else read_journal(journal_text, self.journal_path)
        state = replay(state, journal, file=self.path, journal_file=self.journal_path)
        return state.owned_by(self._environment, target, self.describe())

    def past(self) -> Mapping[str, Notes]:
        """Return the notes of the newest applies."""
        return Past(self.history_path, self._keep).read()

    @contextmanager
    def session(self, target: Target) -> Iterator[StateSession]:
        """Hold the lock to change the state of `target`."""
        with told("make the folder", self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with hold(
            self.lock_path, subject=self.path, lease=self._lease, timeout=self._lock_timeout, waits=self._waits
        ) as lock:
            session = _FileSession(self, lock, self._load_for(target), target)
            try:
                yield session
            finally:
                session.close()

    def unlock(self) -> Holder | None:
        """Remove a lock that another machine left, and return its holder. Raise StateLocked for a living process."""
        return break_lock(self.lock_path)

    def _save(self, state: State) -> None:
        # Only under the lock. A state without a lineage was never written: there is nothing to keep of it.
        if state.lineage:
            replace_file(self.path, state_text(state))
        with told("remove", self.journal_path):
            self.journal_path.unlink(missing_ok=True)

    def _load_for(self, target: Target) -> State:
        state = self.load(target)
        if self.journal_path.exists():  # left by a kill; settled before a new one begins
            self._save(state)
        return state


class _FileSession(StateSession):
    def __init__(self, store: FileStore, lock: Lock, state: State, target: Target) -> None:
        self._store = store
        self._lock = lock
        self._state = state
        self._target = replace(target, environment=store._environment)
        self._past = Past(store.history_path, store._keep)
        self._journal = -1  # its descriptor, once there is something to write
        self._size = 0  # of what is acknowledged
        self._failed = False  # a write, and whoever asked for it knows
        self._vouched = False  # a vouch is to be stored
        self._lineage = state.lineage or uuid4().hex

    @property
    def state(self) -> State:
        return self._state

    @property
    def lineage(self) -> str:
        return self._lineage

    def write(self, *entries: Entry | Note) -> None:
        try:
            self._lock.keep()
            self._past.add([each for each in entries if isinstance(each, Note)])
            self._written(tuple(each for each in entries if not isinstance(each, Note)))
        except StateError:
            self._failed = True
            raise

    def _written(self, entries: tuple[Entry, ...]) -> None:
        if not entries:
            return
        start = self._state
        if not start.lineage:
            start = replace(start, target=self._target, lineage=self._lineage)
        after = start.after(*entries)
        line = journal_line(after.serial, entries)
        with told("write", self._store.journal_path):
            self._append(line if self._size else journal_start(start) + line)
        self._state = after

    def put(self, state: State, *, moved: str = "") -> None:
        self._lock.keep()
        replace_file(self._store.path, state_text(state, moved=moved))
        self._state = state

    def keep(self, vouch: Vouch | None) -> None:
        if vouch != self._state.vouch and self._state.lineage:
            self._state, self._vouched = replace(self._state, vouch=vouch), True

    def close(self) -> None:
        self._past.close()
        written = self._journal >= 0
        if written:
            os.close(self._journal)
        elif not self._vouched:
            return
        self._journal = -1
        try:
            self._lock.keep()
            self._store._save(self._state)
        except StateError:
            # A failure that is known is not told again, and what was done is in the journal. A vouch may be lost.
            if written and not self._failed:
                raise

    def _append(self, line: bytes) -> None:
        path = self._store.journal_path
        if self._journal < 0:
            self._journal = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        try:
            write_at(self._journal, line, self._size)
            if not self._size:
                sync_folder(path.parent)
        except BaseException:
            # Half a line would spoil the next one, and a whole one would be read though it was not acknowledged.
            os.ftruncate(self._journal, self._size)
            raise
        self._size += len(line)
