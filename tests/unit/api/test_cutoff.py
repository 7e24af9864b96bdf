"""Ctrl-C in the middle of an apply: what has begun is finished and told as it is, wherever the interrupt falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wexa_sync.api.cutoff import Cutoff
from wexa_sync.apply import apply_plan
from wexa_sync.model import Options, Status
from wexa_sync.state import Remember

if TYPE_CHECKING:
    from tests.conftest import Desk
    from wexa_sync.state import State
    from wexa_sync.state.base import Entry, StateSession


@dataclass
class Interrupted:
    """A session in which a person presses Ctrl-C while a run that was just created is being written down."""

    inner: StateSession
    cutoff: Cutoff

    @property
    def state(self) -> State:
        return self.inner.state

    @property
    def lineage(self) -> str:
        return self.inner.lineage

    def write(self, *entries: Entry) -> None:
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
