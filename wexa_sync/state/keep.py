"""Keep a session alive while a person thinks: another machine may take over a lock whose lease has ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from wexa_sync.errors import StateError
from wexa_sync.state.base import StateSession

EVERY = 60.0


@contextmanager
def kept(session: StateSession, *, every: float = EVERY) -> Iterator[None]:
    """Renew the session's lock every so many seconds while the caller waits. A write then reports a lost lock."""
    over = Event()

    def renew() -> None:
        while not over.wait(every):
            with suppress(StateError):
                session.write()

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
