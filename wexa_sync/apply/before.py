"""Note what a list shows just before an action is sent: none of it is that action, whatever becomes of the response."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.api.calls import Raw
from wexa_sync.api.paging import Found
from wexa_sync.apply.listed import Listed
from wexa_sync.apply.lists import Match, reading
from wexa_sync.apply.steps import Http
from wexa_sync.apply.task import Task
from wexa_sync.compare.same import natural_key
from wexa_sync.kinds.spec.times import CLOCK_SKEW, created_at
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.model import Intent, Ref

NOTED = 1000
"""How many actions an intent notes at the most, unless more have the very fields that are sent."""


def look_before(task: Task) -> Generator[Http, Any, list[str]]:
    """Read the list of actions, and keep it. Return the ids of those that would be taken for the one to be sent.

    The plan saw none of them, so somebody else sent them since. The list is read for each action, as late as can be: an
    action that it does not show would be taken for the one to be sent if the response were lost.
    """
    if task.kind.listing is None:
        return []
    context, kind, record = task.context, task.kind, task.record
    found: Found = yield Http(reading(context, kind, task.place))
    listed = context.seen_before[task.address] = Listed(kind, found, context.plan.lineage)
    ours = record.ids if record is not None else ()
    ran = next((raw for raw in listed.raws if not {*ours}.isdisjoint(kind.ids_of(raw))), None) if ours else None
    match = Match(task, after=created_at(ran) if ran is not None else None)
    return match.ids(listed.by_key.get(match.key, ()))


def noted(task: Task, intent: Intent) -> tuple[str, ...]:
    """Return the ids, in every spelling, of the actions that the list shows and that are not surely others.

    Left out are those older than the intent by more than the clocks may differ, and those of another flow. So the
    intent stays small where others run much. Those with the very fields that are sent are never left out for number.
    """
    listed = task.context.seen_before.get(task.address)
    if listed is None:
        return ()
    kind, match = task.kind, Match(task)
    equal = listed.by_key.get(match.key, ())
    raws = {id(raw): raw for raw in (*equal, *listed.raws)}.values()
    oldest = intent.earliest - CLOCK_SKEW
    kept = [raw for raw in raws if (created_at(raw) or oldest) >= oldest and not _refers_elsewhere(task, raw)]
    return tuple(id for raw in kept[: max(NOTED, len(equal))] for id in kind.ids_of(raw))


def _refers_elsewhere(task: Task, raw: Raw) -> bool:
    """True when the action shows another reference than is sent, at a field that actions are told apart by."""
    kind, sent, comparison = task.kind, task.declared, task.comparison
    shown = decode(kind, raw)
    return any(
        isinstance(sent.get(name), Ref)
        and shown.get(name) is not None
        and natural_key(kind, shown, (name,), comparison) != natural_key(kind, sent, (name,), comparison)
        for name in kind.identity
    )
