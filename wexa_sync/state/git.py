"""Keep the state on a ref of a git remote. Each write is a commit, which is on the remote before `write` returns.

During an apply a commit adds a line to the journal, in a file of its own, whatever the size of the state. The last
commit of a session holds the whole state, and no journal. Every commit names the one that it follows, and is pushed
together with a look at the lock: whoever lost the lock, or met a ref that others moved, can't write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from wexa_sync.errors import StateDamaged, StateError, UsageError
from wexa_sync.model import GitPlace, Target
from wexa_sync.state.base import Notes, State, StateSession
from wexa_sync.state.format import read_state
from wexa_sync.state.git_session import JOURNAL, NOTES, STATE, At, GitSession
from wexa_sync.state.history import FORM, Saved, written
from wexa_sync.state.holder import Holder
from wexa_sync.state.journal import read_journal, replay
from wexa_sync.state.past import KEEP, kept, notes_of
from wexa_sync.state.ref import PAUSES, Remote
from wexa_sync.state.ref_lock import break_lock, hold

_RESTORE = (
    "`wexa-sync state history` lists the earlier states; to go back to one, fetch {ref} and push that commit to it "
    "with --force. Without any, delete {ref} on {remote}: `wexa-sync state rebuild` makes a new state of what is live."
)


class GitStore:
    """Represent a StateStore on the ref of `place`, with a second ref as its lock.

    `lock_timeout`: seconds to wait for the lock; `lease`: seconds after which another machine may take the lock over.
    `waits` gets what is waited for, and for how many seconds at most. `pauses`: seconds between the tries of a push.
    `environment` is the name of the environment that the state belongs to, if any.
    """

    def __init__(
        self,
        place: GitPlace,
        *,
        lock_timeout: float = 0,
        lease: float = 15 * 60,
        waits: Callable[[str, float], object] = lambda _what, _left: None,
        pauses: Sequence[float] = PAUSES,
        environment: str = "",
    ) -> None:
        self.place = place
        self.remote = Remote(place, pauses=pauses, waits=waits)
        self._lock_timeout = lock_timeout
        self._lease = lease
        self._waits = waits
        self._environment = environment
        self._session: GitSession | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Return no file: nothing of it is on this machine."""
        return ()

    def describe(self) -> str:
        """Name the ref and its remote."""
        return str(self.place)

    def load(self, target: Target | None = None) -> State:
        """Return the state as the ref has it now. Needs no lock."""
        if self._session is not None:  # the lock is ours: nobody else writes
            return self._own(self._session.state, target)
        return self._own(self.at(self.remote.fetch(self.place.ref)).state, target)

    def _own(self, state: State, target: Target | None) -> State:
        return state.owned_by(self._environment, target, self.describe())

    def at(self, commit: str | None) -> At:
        """Return the state that a fetched commit holds."""
        files = self.remote.files(commit, STATE, JOURNAL) if commit else {}
        file = Path(f"{STATE} on {self.place.ref}")
        lines = b"".join(data for name, data in files.items() if name.startswith(f"{JOURNAL}/"))
        try:
            state = read_state(files[STATE], file) if STATE in files else State()
            journal = read_journal(lines, Path(f"{JOURNAL} on {self.place.ref}")) if lines else None
            state = replay(state, journal, file=file, journal_file=Path(JOURNAL))
        except StateDamaged as error:
            raise StateDamaged(
                error.message, hint=_RESTORE.format(remote=self.place.remote, ref=self.place.ref)
            ) from None
        if commit and not files and (strange := self.remote.names(commit) - {NOTES}):
            raise StateError(
                f"{self.place} holds other files than a state, as {min(strange)}.",
                hint="Name another ref: --state git:REMOTE#REF.",
            )
        return At(commit, state, bool(lines))

    def saves(self) -> Sequence[Saved]:
        """Return the commits of the ref, the newest first."""
        head = self.remote.fetch(self.place.ref, deep=True)
        return written(self.remote.log(head, FORM)) if head else ()

    def load_at(self, commit: str) -> State:
        """Return the state as of that commit of the ref, or of the one whose id begins so."""
        head = self.remote.fetch(self.place.ref, deep=True)
        found = [id for id in (self.remote.log(head, "%H") if head else ()) if id.startswith(commit.lower())]
        if len(found) == 1:
            return self._own(self.at(found[0]).state, None)
        what = f"{len(found)} commits of {self.place} begin with" if found else f"{self.place} has no commit"
        raise UsageError(f"{what} {commit!r}", hint="`wexa-sync state history` lists them.")

    def past(self) -> Mapping[str, Notes]:
        """Return the notes of the newest applies, which stand in the commits before the last one of each session."""
        head = self.remote.fetch(self.place.ref, deep=True)
        found: dict[str, bytes] = {}
        for commit in self._noted(head) if head else ():
            for name, text in self.remote.files(commit, NOTES).items():
                run = name.split("/")[1]
                found[run] = found.get(run, b"") + text
        return {run: notes_of(found[run]) for run in kept([*found], KEEP)}

    def _noted(self, head: str) -> list[str]:
        """Return the commits that hold the notes of whole sessions, the newest first."""
        ends = self.remote.log(head, "%P", f"--max-count={KEEP}", "--diff-filter=D", "--no-renames", "--", NOTES)
        return [head, *ends]

    @contextmanager
    def session(self, target: Target) -> Iterator[StateSession]:
        """Hold the lock to change the state of `target`."""
        with hold(self.remote, lease=self._lease, timeout=self._lock_timeout, waits=self._waits) as lock:
            start = self.at(self.remote.fetch(self.place.ref))
            start = replace(start, state=self._own(start.state, target))
            own = replace(target, environment=self._environment)
            self._session = session = GitSession(self.remote, lock, start, own)
            try:
                yield session
            finally:
                self._session = None
                session.close()

    def unlock(self) -> Holder | None:
        """Remove the lock of a job that is gone, and return its holder. Raise StateLocked for a living process."""
        return break_lock(self.remote)
