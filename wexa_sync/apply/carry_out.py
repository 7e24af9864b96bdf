"""Carry out a plan: from the note that it begins to the report."""

from __future__ import annotations

import time
from collections.abc import Sequence

from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.apply.context import Ask, Context, nobody
from wexa_sync.apply.history import History
from wexa_sync.apply.parallel import Drive, Progress
from wexa_sync.model import Address, Options, Origin, Plan, Report
from wexa_sync.state import notes
from wexa_sync.state.base import Entry, State, StateSession

_NOWHERE = Origin()


def apply_plan(
    plan: Plan,
    api: Api,
    session: StateSession,
    options: Options,
    progress: Progress = lambda _change, _word: None,
    cutoff: Cutoff | None = None,
    ask: Ask | None = None,
    *,
    origin: Origin = _NOWHERE,
    moves: Sequence[Entry] = (),
) -> Report:
    """Make the changes of the plan. Begin none once `cutoff` is over; what is in flight then is still awaited.

    `moves` are written before all else: the changes speak of the addresses that they lead to.
    """
    started = time.time()
    run = notes.id_at(started) if plan.work or moves else ""
    begun = [notes.began(run, started, origin, plan)] if run else []
    if moves:
        session.write(*begun, *moves)
        begun = []
    context = _context(plan, api, session, options, progress, cutoff, ask, run)
    drive = Drive(context, session)
    drive.refresh(*begun)
    interrupted = drive.run()
    if run:
        drive.write(notes.over(run, time.time(), interrupted=interrupted))
    return Report(
        plan=plan,
        outcomes=tuple(drive.outcomes[change.address] for change in plan),
        started=started,
        ended=time.time(),
        interrupted=interrupted,
        externals=context.externals,
        doubts=tuple(address for address in _doubts(plan, session.state) if address not in drive.unrecorded),
        error=(drive.unwritable.message, drive.unwritable.hint) if drive.unwritable is not None else ("", ""),
    )


def _context(
    plan: Plan,
    api: Api,
    session: StateSession,
    options: Options,
    progress: Progress,
    cutoff: Cutoff | None,
    ask: Ask | None,
    run: str,
) -> Context:
    return Context(
        api=api,
        plan=plan,
        key=session.lineage,
        options=options,
        report=progress,
        state=lambda: session.state,
        ask=ask or nobody,
        cutoff=cutoff or Cutoff(),
        ids=dict(plan.ids),
        externals=dict(plan.externals),
        history=History(run, plan, session.state, session.lineage) if run else None,
    )


def _doubts(plan: Plan, state: State) -> tuple[Address, ...]:
    """Return the addresses of what was sent and never answered, and of runs that look as if they ran."""
    open_ = {address for address, intent in state.intents.items() if not intent.settled}
    return tuple(sorted(open_ | {blocked.address for blocked in plan.blocked if blocked.doubt}))
