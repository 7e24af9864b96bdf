"""Send parts along with the create of their owner, where the API takes them there. What it leaves out is added later.

Each part has an intent of its own before the owner's create is sent: if the response is lost, the parts that are found
in the owner are surely ours.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from wexa_sync.apply.lists import read_list
from wexa_sync.apply.records import intent_of
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.steps import Http, Together, Write
from wexa_sync.apply.task import Task
from wexa_sync.kinds import part_of
from wexa_sync.kinds.spec.wire import encode
from wexa_sync.model import Action, Intent
from wexa_sync.state.base import Intend, Settle


def parts_to_send(task: Task) -> list[Task]:
    """Return the tasks of the parts that are sent along with the create of their owner, in the manifest's order."""
    changes = task.context.changes
    kinds = {part.kind.name for part in task.kind.parts if part.in_create}
    inside = [changes[each] for each in task.context.parts[task.address] if each.kind in kinds and each in changes]
    made = (change for change in inside if change.action is Action.CREATE)
    return [Task(task.context, change) for change in sorted(made, key=lambda change: change.position)]


def begin(parts: Sequence[Task]) -> Generator[Http | Together | Write, Any, dict[str, Any]]:
    """Write the intents of the parts. Return them as the body of their owner's create holds them, by their field."""
    body: dict[str, Any] = {}
    for each in parts:
        yield from resolve_externals(each)
        part = part_of(each.kind)
        assert part is not None
        item = encode(each.kind, each.sent, each.resolve) | {each.kind.ids[0]: each.chosen_id}
        body.setdefault(part.field, []).append(item)
    if parts:
        intents = ((intent_of(each, "create", each.chosen_id), each.change.settles) for each in parts)
        yield Write(tuple(Intend(intent, settles) for intent, settles in intents))
    return body


def give_up(parts: Sequence[Task]) -> Generator[Write, Any, None]:
    """Settle the intents of the parts: their owner's create surely did not happen."""
    if parts:
        yield Write(tuple(Settle(each.address, each.intent.mark) for each in parts if each.intent is not None))


def sent_with_owner(task: Task) -> Intent | None:
    """Return the intent of a part that was sent along with the create of its owner in this apply; else None."""
    part, owner = part_of(task.kind), task.address.owner_address
    around = task.context.changes.get(owner) if owner is not None else None
    made_now = around is not None and around.action is Action.CREATE
    return task.intent if part is not None and part.in_create and made_now else None


def is_shown(task: Task) -> Generator[Together, Any, bool]:
    """True when the list of the owner's parts shows the part. Where it lags, the part is sent again under its id."""
    listed = yield from read_list(task.context, task.kind, task.place)
    return task.chosen_id in listed.ids
