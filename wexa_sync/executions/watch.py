"""Watch a run: read it until it has the status that is waited for, and report what it asks meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace

from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.errors import ApiError, AuthRefused
from wexa_sync.executions.inbox import asking
from wexa_sync.executions.runs import GONE, read_again, running
from wexa_sync.model import Question, Run

AGAIN = 30.0
"""Seconds until a status that stays is reported again: many CI systems end a job that is silent."""

READ_FAILURES = 3
"""How many reads in a row may fail, each with its retries, before a wait for the end is given up."""

UNCLEAR = 10.0
"""Seconds for which an unknown status, or GONE, is waited on: it may be a step on the way, or the end."""

_FIRST_PAUSE = 0.1
_RARELY = 10.0  # seconds between two looks into the inbox, at the most

Tell = Callable[[str], None]
Saw = Callable[[Run], None]
Ask = Callable[[Run, Question], None]


def watch(
    api: Api,
    run: Run,
    *,
    until: Callable[[str], bool],
    seconds: float,
    cutoff: Cutoff,
    tell: Tell = lambda _status: None,
    ask: Ask | None = None,
    saw: Saw = lambda _run: None,
    most: float = 1.0,
    patience: int = 0,
) -> Run:
    """Return the run once `until` holds for its status, the time is over, or the `cutoff` is; with what it asks then.

    `saw` gets the run each time that it is read. `tell` gets every new status at once, and again while it stays. `ask`
    gets every question once; without `ask` the inbox is left alone. `most` is the longest pause. A failed read is
    raised, but for as many in a row as `patience` says. A run whose status may be an unknown end is returned at once.
    """
    end, pause = time.monotonic() + seconds, min(_FIRST_PAUSE, most)
    reads, inbox, told, since, again = _Reads(api, patience, saw), _Inbox(api), None, 0.0, 0.0
    while True:
        if (shown := reads.again(run)) is not None:
            run = shown
            now = time.monotonic()
            if run.status != told:
                told, since = run.status, now
            if since == now or now >= again:
                tell(told)
                again = now + AGAIN
            if until(run.status):
                return replace(run, questions=())
            if ask is not None and run.status not in (*running(run).not_begun, GONE):
                run = inbox.look(run, ask)
            if _may_have_ended(run, time.monotonic() - since):
                return run
        left = end - time.monotonic()
        if left <= 0 or cutoff.wait(min(pause, left)):
            return run
        pause = min(most, pause * 1.5)


def to_the_end(
    api: Api, run: Run, *, seconds: float, cutoff: Cutoff, tell: Tell, ask: Ask, saw: Saw = lambda _run: None
) -> Run:
    """Return the run when it has ended or is gone, or as it is after so many seconds."""
    return watch(
        api,
        run,
        until=(running(run).ended | {GONE}).__contains__,
        seconds=seconds,
        cutoff=cutoff,
        tell=tell,
        ask=ask,
        saw=saw,
        most=2.0,
        patience=READ_FAILURES,
    )


def _may_have_ended(run: Run, seconds: float) -> bool:
    """True when the status says nothing that is known, and the run has perhaps ended. `seconds`: shown for so long."""
    words = running(run)
    if run.questions or not (words.is_unclear(run.status) or run.status == GONE):
        return False
    return run.over or run.status in words.perhaps_ended or seconds >= UNCLEAR


class _Reads:
    """Read a run, and bear with as many failures in a row as `patience` says."""

    def __init__(self, api: Api, patience: int, saw: Saw) -> None:
        self._api, self._patience, self._saw, self._failures = api, patience, saw, 0

    def again(self, run: Run) -> Run | None:
        """Return the run as it is now, with the questions that are known; None where the read failed."""
        try:
            shown = read_again(self._api, run)
        except ApiError as error:
            self._failures += 1
            if self._failures > self._patience or isinstance(error, AuthRefused):
                raise
            return None
        self._failures = 0
        self._saw(shown)
        return replace(shown, questions=run.questions)


class _Inbox:
    """Read the inbox when the status changes, and then ever more rarely."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._asked: set[str] = set()
        self._status = ""
        self._pause = self._next = 0.0

    def look(self, run: Run, ask: Ask) -> Run:
        now = time.monotonic()
        if run.status != self._status:
            self._status, self._pause, self._next = run.status, 0.25, now
        if now < self._next:
            return run
        self._next, self._pause = now + self._pause, min(_RARELY, self._pause * 2)
        try:
            run = asking(self._api, run)
        except ApiError:
            return run  # the run is what one waits for
        for question in run.questions:
            if question.id not in self._asked:
                self._asked.add(question.id)
                ask(run, question)
        return run
