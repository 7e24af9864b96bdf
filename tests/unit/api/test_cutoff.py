"""Ctrl-C in the middle of an apply: what has begun is finished and told as it is, wherever the interrupt falls."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.api import cutoff as module
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.apply import apply_plan
from wexa_sync.model import Options, Status, Vouch
from wexa_sync.state import Remember, StateSession

if TYPE_CHECKING:
    from types import FrameType

    from tests.conftest import Desk
    from wexa_sync.state import State
    from wexa_sync.state.base import Entry, Note


@dataclass
class Interrupted(StateSession):
    """Represent a session in which a person presses Ctrl-C while a run that was just created is being written down."""

    inner: StateSession
    cutoff: Cutoff

    @property
    def state(self) -> State:
        return self.inner.state

    @property
    def lineage(self) -> str:
        return self.inner.lineage

    def put(self, state: State, *, moved: str = "") -> None:
        raise NotImplementedError

    def keep(self, vouch: Vouch | None) -> None:
        raise NotImplementedError

    def write(self, *entries: Entry | Note) -> None:
        if any(isinstance(entry, Remember) and entry.record.started is False for entry in entries):
            self.cutoff.stop()  # what the handler of a signal does
        self.inner.write(*entries)


def test_what_has_begun_is_finished_and_told_as_it_is(desk: Desk) -> None:
    plan, workspace = desk.plan(), desk.workspace
    with workspace.store.session(workspace.target) as session:
        cutoff, options = Cutoff(), Options(grace=2.0, poll=0.02)
        report = apply_plan(plan, workspace.api, Interrupted(session, cutoff), options, cutoff=cutoff)
    (run,) = [outcome for outcome in report.outcomes if outcome.change.address.kind == "Execution"]
    assert run.status is not Status.SKIPPED
    assert run.id
    record = workspace.store.load().records[run.change.address]
    assert (record.id, record.started) == (run.id, True)


def test_a_wait_is_told_at_once_and_again_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN", 0.01)
    heard: list[tuple[str, float]] = []

    def hear(what: str, left: float) -> None:
        heard.append((what, left))
        if len(heard) == 3:
            cutoff.stop()

    cutoff = Cutoff(1000, hear)
    assert cutoff.wait(86400, "the server")
    assert [what for what, _ in heard] == ["the server"] * 3
    assert all(left <= 1000 for _, left in heard), "the end of the given time counts too"


@pytest.mark.parametrize("lines", range(40))
def test_a_signal_may_break_in_anywhere_in_a_wait(monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
    monkeypatch.setattr(module, "AGAIN", 0.01)  # so that the wait comes by all its lines
    cutoff, ended = Cutoff(), list[bool]()
    left = iter(range(lines))

    def line(_frame: FrameType, event: str, _arg: Any) -> Any:
        if event == "line" and not cutoff.stopped and next(left, None) is None:
            cutoff.stop()  # what the handler of a signal does, between two lines of its own thread
        return line

    def run() -> None:
        sys.settrace(line)
        ended.append(cutoff.wait(3600, "the server"))

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(60)
    assert ended, "it waits for itself"


def test_all_that_wait_are_woken() -> None:
    cutoff, waits = Cutoff(hear=lambda *_: begun.release()), list[bool]()
    begun = Semaphore(0)
    threads = [Thread(target=lambda n=n: waits.append(cutoff.wait(3600, f"server {n}"))) for n in range(5)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert begun.acquire(timeout=60)
    cutoff.stop()
    for thread in threads:
        thread.join(60)
    assert waits == [True] * 5


def test_workers_that_wait_for_the_same_are_told_of_once() -> None:
    heard: list[str] = []
    cutoff = Cutoff(hear=lambda what, _: heard.append(what))
    for what in ("the server", "the server", "a lock", "the server"):
        cutoff.waiting(what, 60)
    assert heard == ["the server", "a lock"]


def test_a_short_wait_and_one_without_a_name_are_not_worth_a_word() -> None:
    heard: list[str] = []
    cutoff = Cutoff(hear=lambda what, _: heard.append(what))
    cutoff.wait(0.01, "a moment")
    cutoff.wait(0.01)
    assert heard == []
