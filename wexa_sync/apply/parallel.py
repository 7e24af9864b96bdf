"""Make the changes of a plan: as many at once as may be, each when what it waits for is done.

One thread keeps the books (graph, ids, state, outcomes); workers do nothing but HTTP. What several changes have to
write is written together, so that one flush serves all of them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from msgspec.structs import replace

from wexa_sync import graph
from wexa_sync.api.cutoff import HEARD
from wexa_sync.apply.context import Context
from wexa_sync.apply.flights import Flights, Landing
from wexa_sync.apply.records import record_of
from wexa_sync.apply.references import unresolved
from wexa_sync.apply.steps import Http, Together, Turn, Turns, Work, Write, conflict, ended, left, skipped_after
from wexa_sync.apply.task import Task
from wexa_sync.apply.works import work_for
from wexa_sync.errors import LostAnswer, NoSuchCall, NotBegun, Overtaken, StateError, WexaSyncError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Action, Address, Change, Outcome, Status
from wexa_sync.state.base import Entry, Note, Remember, Settle, StateSession

Progress = Callable[[Change, str], None]
"""Takes a change and a word: "started", a run's status, or how the change ended. Called from any thread."""

WAKE = 60.0
"""Seconds without a write, after which an apply renews the state's lock."""

_AHEAD = 3  # times the slots are filled where writing is slow, with changes that wait for a write: it serves them all
_NEXT = 2  # slots have one change more, whose intent is written when one of them is free: none is idle meanwhile

_UNWRITABLE = "the state could not be written"
_GO_ON = "Apply again when the state can be written: it continues from what was done."
_UNRECORDED = f"the change was made, and {_UNWRITABLE} after it: the next plan looks for it"


class Drive:
    """Drive the changes of one apply, each a step at a time, and keep the books."""

    def __init__(self, context: Context, session: StateSession) -> None:
        self.context, self.session = context, session
        self.changes = context.changes
        waits = {address: change.depends_on for address, change in self.changes.items()}
        urgency = graph.chains(waits)
        for address, change in self.changes.items():
            urgency[address] += any(unresolved(Task(context, change)))  # a lookup is one request more
        self.walk = graph.Walk(waits, urgency)
        self.outcomes: dict[Address, Outcome] = {}
        self.works: dict[Address, Work] = {}
        self.began: dict[Address, float] = {}
        self.flights = Flights(context.options.parallelism)
        self.parked: deque[Landing] = deque()  # of those who waited together, all but the first
        self.turns = Turns()
        self.held: deque[Change] = deque()  # that are free, and wait for a slot of their own
        self.acting = 0  # changes under way, but for creates
        self.to_write: list[tuple[Address, Write]] = []
        self.owed = 0  # requests that follow as soon as something is written
        self.writing: tuple[Future[None], list[tuple[Address, Write]]] | None = None
        self.unwritable: StateError | None = None  # the first error of a write to the state
        self.unrecorded: set[Address] = set()  # their end is known, and the state does not say it
        self.noted: list[Note] = []  # for the history, with whatever is written next
        self.wrote = time.monotonic()  # when a write began last

    def refresh(self, *notes: Note) -> None:
        """Update the records of resources that need no change, and every lifecycle, whatever happens to the changes.

        `notes` are written first.
        """
        old = self.session.state.records
        lives = self.context.plan.lifecycles
        fresh = {a: replace(old[a], lifecycle=lifecycle) for a, lifecycle in lives.items() if a in old}
        for address, change in self.changes.items():
            if change.action is Action.NOOP and change.after is not None and (record := old.get(address)):
                now = record_of(Task(self.context, change), record.id)
                fresh[address] = replace(record, spec=now.spec, lifecycle=now.lifecycle, generation=now.generation)
        entries = [Remember(record) for address, record in fresh.items() if record != old[address]]
        if notes or entries:
            self.write(*notes, *entries)

    def write(self, *entries: Entry | Note) -> bool:
        """Write the entries to the state. Return False where it takes none (a full disk, a lost lock).

        Nothing more is begun then. What is in flight is still awaited, and written down where that is possible.
        """
        return self._took(self._writing(*entries))

    def _writing(self, *entries: Entry | Note) -> Future[None]:
        noted, self.noted, self.wrote = self.noted, [], time.monotonic()
        return self.session.writing(*noted, *entries)

    def _took(self, written: Future[None]) -> bool:
        error = written.exception()
        if error is None:
            return True
        if not isinstance(error, StateError):
            raise error
        self.unwritable = self.unwritable or error
        self.context.cutoff.stop(_UNWRITABLE)
        return False

    def run(self) -> bool:
        """Run every change to its end, or to the cutoff. Return True when an interrupt left something undone."""
        # Nothing may break in between a request and its record: an interrupt only sets the cutoff, which is read here.
        cutoff = self.context.cutoff
        with self.flights.pool:
            while not self.walk.finished:
                if not cutoff.over:
                    self._begin()
                self._flush()
                if going := {*self.flights.flying, *(self.writing or ())[:1]}:
                    done, _ = wait(going, timeout=HEARD, return_when=FIRST_COMPLETED)
                    if self.writing is None and time.monotonic() >= self.wrote + WAKE:
                        self.write()  # nothing: the lock's lease is renewed
                    for first, *others in self.flights.landed(done):
                        self.parked.extend(others)
                        self._advance(*first)
                elif cutoff.over and not self.to_write:
                    break
        for address, change in self.changes.items():
            if address not in self.outcomes:
                self._keep(left(change, self._not_begun()))
        undone = any(outcome.status is not Status.APPLIED for outcome in self.outcomes.values())
        return cutoff.stopped and undone and self.unwritable is None

    def _not_begun(self) -> WexaSyncError:
        """Return why what is left was not begun."""
        if self.unwritable is not None:
            return WexaSyncError(f"{_UNWRITABLE} before it began", hint=_GO_ON)
        stopped = self.context.cutoff.stopped
        why = "interrupted before it began" if stopped else "the time was over before it began (--timeout)"
        return WexaSyncError(why, hint="Apply again: it continues from what was done.")

    def _begin(self) -> None:
        """Begin changes, or continue them after a lookup, as long as there is room for their requests.

        An intent that stands there unsent is a doubt after a kill, where nothing happened. So few are written while all
        slots are taken, more only where writing is slow, and none of an action: only a person may settle its doubt.
        """
        slots = self.context.options.parallelism
        while self._busy() < self._room(slots):
            if self.parked:
                address, value, error = self.parked.popleft()
                self.began[address] = time.monotonic()
                self._advance(address, value, error)
            elif self.held and self._busy() < slots:
                self._start(self.held.popleft())
            elif ready := self.walk.ready(1):
                self.held.append(change := self.changes[ready[0]])
                may_wait = change.action is Action.CREATE or (self.session.is_slow and not _happens_once(ready[0]))
                if may_wait or self._busy() < slots:
                    self._start(self.held.pop())
            else:
                break

    def _room(self, slots: int) -> int:
        """Return how many requests may be under way or follow. Where more than creates go on, none waits for others."""
        if self.session.is_slow:
            return _AHEAD * slots
        return slots if self.acting else slots + slots // _NEXT

    def _busy(self) -> int:
        """Return how many requests are under way, or follow as soon as something is written."""
        return len(self.flights.flying) + self.owed

    def _start(self, change: Change) -> None:
        self.acting += change.action is not Action.CREATE
        if change.action is Action.NOOP:
            self._end(change, ended(change, Status.APPLIED, id=change.id))
            return
        self.works[change.address] = work_for(change)(Task(self.context, change))
        self.began[change.address] = time.monotonic()
        self.context.report(change, "started")
        self._advance(change.address, None, None)

    def _flush(self) -> None:
        """Write what is to be written, all at once, and let the changes go on whose entries are written."""
        while True:
            if self.writing is None and self.to_write:
                batch, self.to_write = self.to_write, []
                self.writing = self._writing(*(entry for _, write in batch for entry in write.entries)), batch
            if self.writing is None or not self.writing[0].done():
                return
            (future, batch), self.writing = self.writing, None
            self.owed -= sum(not write.last for _, write in batch)
            written = self._took(future)
            for address, write in batch:
                # What has no room at once may have room one by one: what is done must be known.
                kept = written or (not write.begins and self.write(*write.entries))
                self._advance(address, None, None if kept else self._unwritten(address, write))

    def _unwritten(self, address: Address, write: Write) -> StateError | None:
        """Return the error that ends a change whose entries were not written; None where the server has done it."""
        for entry in write.entries:
            if isinstance(entry, Remember):
                self.context.learn(address, entry.record.id)  # made, and to be found in the receipt
        if not write.begins:
            self.unrecorded.add(address)  # no doubt, though its intent stands there still
        over = write.last or any(isinstance(entry, Settle) for entry in write.entries)
        if over and self.changes[address].action not in (Action.ADOPT, Action.FORGET):
            return None
        return StateError(f"{_UNWRITABLE}, so it was left where it was", hint=_GO_ON)

    def _advance(self, address: Address, value: Any, error: BaseException | None) -> None:
        """Advance a change to its next step, or to its end."""
        work, change = self.works[address], self.changes[address]
        try:
            step = work.throw(error) if error is not None else work.send(value)
        except StopIteration as stop:
            self._end(change, stop.value)
        except NoSuchCall as failure:
            # What depends on an update has its id, and only an action needs it as declared.
            known = {"holds": _happens_once} if change.action is Action.UPDATE else {}
            self._end(change, ended(change, Status.FAILED, failure), **known)
        except Overtaken as failure:
            self._end(change, conflict(change, failure.message))
        except WexaSyncError as failure:
            self._fail(change, failure)
        else:
            if isinstance(step, (Http, Together)):
                self.flights.begin(address, step)
            elif isinstance(step, Turn):
                self.parked.extend((each, None, None) for each in self.turns.given_up_by(address))
                if step.key is None or self.turns.taken_by(address, step.key):
                    self._advance(address, None, None)
            elif self.unwritable is not None and step.begins:  # the state would not say that it was sent
                self._advance(address, None, self._unwritten(address, step))
            else:
                self.to_write.append((address, step))
                self.owed += not step.last

    def _fail(self, change: Change, failure: WexaSyncError) -> None:
        """End a change that failed; leave one of which nothing was sent before the cutoff as what never began."""
        address, intent = change.address, self.session.state.intents.get(change.address)
        withdrawn = intent is None or intent.settled or address in self.unrecorded
        unsent = isinstance(failure, (NotBegun, LostAnswer)) and address not in self.flights.acted
        if not (withdrawn and unsent and self.context.cutoff.over):
            self._end(change, ended(change, Status.FAILED, failure, id=self.context.ids.get(address)))

    def _keep(self, outcome: Outcome) -> None:
        self.outcomes[outcome.change.address] = outcome
        if self.context.history is not None and outcome.change.action is not Action.NOOP:
            self.noted.append(self.context.history.ended(outcome))

    def _end(self, change: Change, outcome: Outcome, holds: Callable[[Address], bool] = lambda _address: True) -> None:
        address = change.address
        self.acting -= change.action is not Action.CREATE
        seconds = time.monotonic() - self.began.get(address, time.monotonic())
        if address in self.unrecorded and outcome.status is Status.APPLIED:
            outcome = replace(outcome, warnings=(*outcome.warnings, _UNRECORDED))
        self._keep(replace(outcome, seconds=seconds))
        self.parked.extend((each, None, None) for each in self.turns.given_up_by(address))
        if change.action is not Action.NOOP:
            self.context.report(change, outcome.status.value)
        if outcome.status is Status.APPLIED:
            self.walk.done(address)
            return
        for other in self.walk.skip(address, holds):
            self._keep(skipped_after(self.changes[other], address, outcome.status))
            if self.changes[other].action is not Action.NOOP:
                self.context.report(self.changes[other], Status.SKIPPED.value)


def _happens_once(address: Address) -> bool:
    return BY_NAME[address.kind].nature is Nature.ACTION
