"""What stands in the list of runs just before a run is sent. None of it is that run, whatever becomes of the answer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from wexa_sync.api.calls import Raw
from wexa_sync.api.paging import Found
from wexa_sync.apply.listed import Listed
from wexa_sync.apply.lists import Match, whole
from wexa_sync.apply.steps import Http
from wexa_sync.apply.task import Task
from wexa_sync.compare.same import key_of
from wexa_sync.kinds.spec.times import CLOCK_SKEW, created_at
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.model import Intent, Ref

NOTED = 1000
"""How many runs an intent notes at the most, unless more have the very goal and inputs that are sent."""


def look_before(task: Task) -> Generator[Http, Any, list[str]]:
    """Read the list of runs, and keep it. Return the ids of those that would be taken for the run to be sent.

    The plan saw none: somebody else ran the flow since. It is read for each run, as late as can be, since what it does
    not show would be taken for the run if the answer were lost.
    """
    if task.kind.listing is None:
        return []
    context, kind, ids, record = task.context, task.kind, task.place, task.record

    def read() -> Found:
        shown = context.api.listed(kind, ids)
        return replace(shown, items=whole(context, kind, ids, shown.items))

    found: Found = yield Http(read)
    listed = context.seen_before[task.address] = Listed(kind, found, context.plan.lineage)
    ours = record.ids if record is not None else ()
    ran = next((raw for raw in listed.raws if not {*ours}.isdisjoint(kind.ids_of(raw))), None) if ours else None
    match = Match(task, after=created_at(ran) if ran is not None else None)
    return match.ids(listed.by_key.get(match.key, ()))


def noted(task: Task, intent: Intent) -> tuple[str, ...]:
    """Return the ids, in every spelling, of the runs that the list shows and that are not surely others.

    Left out is what is older than the intent by more than the clocks may differ, and what is of another flow. So the
    intent stays small where others run much; those that have the very goal and inputs are never left out for number.
    """
    listed = task.context.seen_before.get(task.address)
    if listed is None:
        return ()
    kind, match = task.kind, Match(task)
    equal = listed.by_key.get(match.key, ())
    raws = {id(raw): raw for raw in (*equal, *listed.raws)}.values()
    oldest = intent.earliest - CLOCK_SKEW
    kept = [raw for raw in raws if (created_at(raw) or oldest) >= oldest and not _is_of_another_flow(task, raw)]
    return tuple(id for raw in kept[: max(NOTED, len(equal))] for id in kind.ids_of(raw))


def _is_of_another_flow(task: Task, raw: Raw) -> bool:
    """True when the run shows another reference than is sent, at a field that runs are told apart by."""
    kind, sent, comparison = task.kind, task.declared, task.comparison
    shown = decode(kind, raw)
    return any(
        isinstance(sent.get(name), Ref)
        and shown.get(name) is not None
        and key_of(kind, shown, (name,), comparison) != key_of(kind, sent, (name,), comparison)
        for name in kind.identity
    )
