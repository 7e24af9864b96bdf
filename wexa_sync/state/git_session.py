"""Write a state to a ref of a git remote while the lock is held: each write is a commit and a push."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import StateError
from wexa_sync.model import Target, Vouch
from wexa_sync.state.base import Entry, Note, State, StateSession
from wexa_sync.state.format import line_of, state_text
from wexa_sync.state.history import saved, settled
from wexa_sync.state.journal import journal_line, journal_start
from wexa_sync.state.ref import InDoubt, Move, Moved, Remote
from wexa_sync.state.ref_lock import RefLock

STATE, JOURNAL, NOTES = "state.json", "journal", "notes"
"""The names of a state's files in a commit. The last two are folders, and gone in the last commit of a session."""


class At(Struct, frozen=True):
    """Describe a commit of a state, the state in it, and whether a part of that is in a journal. None: no commit."""

    commit: str | None
    state: State
    has_journal: bool = False


class GitSession(StateSession):
    """Represent a session on the ref of `remote`, which was at `start` when the lock was taken.

    One thread pushes, so that other work goes on meanwhile. After the first push that failed nothing more is written
    until the end of the session.
    """

    is_slow = True

    def __init__(self, remote: Remote, lock: RefLock, start: At, target: Target) -> None:
        self._remote, self._lock, self._target = remote, lock, target
        self._head, self._state, self._journal = start.commit, start.state, start.has_journal
        self._pusher = ThreadPoolExecutor(max_workers=1)
        self._notes: list[Note] = []  # that go with the next push
        self._noted = 0
        self._doubt: Sequence[Move] = ()  # a push of which nothing was heard
        self._failure: StateError | None = None  # the first one: whoever asked for that write knows
        self._lost = False  # others moved a ref
        self._vouched = False  # a vouch is to be stored
        self._lineage = start.state.lineage or uuid4().hex

    @property
    def state(self) -> State:
        """Return the state as of the last write."""
        return self._state

    @property
    def lineage(self) -> str:
        """Return the lineage that the state has, or will have."""
        return self._lineage

    def write(self, *entries: Entry | Note) -> None:
        """Push the entries as one commit. Without any, renew the lock's lease."""
        self.writing(*entries).result()

    def writing(self, *entries: Entry | Note) -> Future[None]:
        """Begin to push the entries as one commit."""
        self._notes += (each for each in entries if isinstance(each, Note))
        changes = tuple(each for each in entries if not isinstance(each, Note))
        if not changes and not any(note.durable for note in self._notes):
            return self._pusher.submit(self._renew) if self._lock.is_due else _ended(None)
        if self._failure is not None:
            return _ended(self._failure)
        start = self._state
        if not start.lineage:
            start = replace(start, target=self._target, lineage=self._lineage)
        try:
            after, files = start.after(*changes), self._noted_files()
        except StateError as error:
            return _ended(error)
        if changes:
            # A write whose push was in doubt, and arrived, has the same number: the next one takes its place.
            line = journal_line(after.serial, changes)
            files[f"{JOURNAL}/{after.serial:012}"] = line if self._journal else journal_start(start) + line
        self._notes = []
        return self._pusher.submit(self._write, after, saved(after, changes, self._lock.holder), files)

    def _write(self, after: State, message: str, files: Mapping[str, bytes | None]) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            self._save((message, files))
        except StateError as error:
            self._failure = error
            raise
        self._noted += 1
        if after.serial != self._state.serial:
            self._state, self._journal = after, True

    def _renew(self) -> None:
        if self._lock.is_due and self._failure is None:
            self._push(Move(self._lock.ref, self._lock.tip, self._lock.renewed()))

    def put(self, state: State, *, moved: str = "") -> None:
        """Push a whole state as it is."""
        message = settled(state, self._lock.holder, moved)
        self._save((message, {STATE: state_text(state, moved=moved), JOURNAL: None}))
        self._state, self._journal = state, False

    def keep(self, vouch: Vouch | None) -> None:
        """Have the vouch stored with the last push."""
        if vouch != self._state.vouch and self._state.lineage:
            self._state, self._vouched = replace(self._state, vouch=vouch), True

    def close(self) -> None:
        """Write the whole state, where there is a journal, and give the lock back with the same push."""
        self._pusher.shutdown()
        failure, self._failure = self._failure, self._failure or self._loss({})
        written = bool(self._journal or self._notes or self._noted)
        try:
            self._settle_doubt()
            if not (written or self._vouched) or self._lost:
                return
            holder = self._lock.holder
            noted = [(saved(self._state, (), holder), files)] if (files := self._noted_files()) else []
            text = state_text(self._state) if self._state.lineage else None
            whole = (settled(self._state, holder), {JOURNAL: None, NOTES: None, STATE: text})
            self._save(*noted, whole, release=True, patient=failure is None)
        except StateError:
            if failure is None and written:  # else it is known, and what was done is in the journal
                raise
        finally:
            if failure is not None:  # nor is it told again where the lock can't be given back
                with suppress(StateError):
                    self._lock.release()

    def _noted_files(self) -> dict[str, bytes | None]:
        """Return a file for the notes of each apply that go with the next push."""
        runs = dict.fromkeys(note.run for note in self._notes)
        lines = {run: b"".join(line_of(note.data) for note in self._notes if note.run == run) for run in runs}
        return {f"{NOTES}/{run}/{self._noted:06}": text for run, text in lines.items()}

    def _save(
        self, *commits: tuple[str, Mapping[str, bytes | None]], release: bool = False, patient: bool = True
    ) -> None:
        """Put commits of such messages and files on the ref, if ref and lock are where this session left them."""
        lock, ref = self._lock, self._remote.place.ref
        self._settle_doubt()
        head = self._head
        for message, files in commits:
            head = self._remote.commit(head, message, files)
        held = None if release else lock.renewed() if lock.is_due else lock.tip
        self._push(Move(ref, self._head, head), Move(lock.ref, lock.tip, held), patient=patient)

    def _push(self, *moves: Move, patient: bool = True) -> None:
        if self._lock.tip is None:
            raise self._loss({})
        try:
            self._remote.push(*moves, patient=patient)
        except Moved as moved:
            self._lost = True
            raise self._loss(moved.tips) from None
        except InDoubt:
            self._doubt = moves
            raise
        self._at(moves)

    def _at(self, moves: Sequence[Move]) -> None:
        for move in moves:
            if move.ref == self._lock.ref:
                self._lock.tip = move.new
            else:
                self._head = move.new

    def _settle_doubt(self) -> None:
        """Find out whether a push arrived of which nothing was heard."""
        moves, self._doubt = self._doubt, ()
        if moves:
            try:
                tips = self._remote.tips()
            except StateError:
                self._doubt = moves
                raise
            if all(tips.get(move.ref) == move.new for move in moves):
                self._at(moves)
                self._journal = True  # of a write that nobody relies on: the next one takes its place

    def _loss(self, tips: Mapping[str, str]) -> StateError:
        """Return the error of a session that can't go on, as others moved the ref of the state or of the lock."""
        place, lock = self._remote.place, self._lock
        if lock.tip is None or tips.get(lock.ref) != lock.tip:
            return StateError(
                f"The lock {lock.ref} of {place.remote} was lost: another process removed it, or took it over after it "
                "expired.",
                hint="See that no other apply runs, then run the same command again: it continues from what was done.",
            )
        at = tips.get(place.ref)
        what = f"is at {at[:12]} now" if at else "is gone now"
        return StateError(
            f"{place} was changed by something else than wexa-sync: it was at {(self._head or 'nothing')[:12]}, and "
            f"{what}. Nothing was overwritten.",
            hint=f"See who pushes to it. Put the ref back to {self._head or 'nothing'} where that is the truth, or run "
            "the same command again: it goes on from what the ref holds.",
        )


def _ended(error: StateError | None) -> Future[None]:
    """Return the future of a write that has ended already."""
    done: Future[None] = Future()
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
    return done
