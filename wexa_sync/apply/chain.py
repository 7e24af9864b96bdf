"""Put a new part behind the one that comes before it, and look whether the server did so."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.apply.steps import Http
from wexa_sync.apply.task import Task
from wexa_sync.kinds import part_of


def placed(task: Task) -> Ids:
    """Return the ids for the create of a part, with what it is put behind.

    That is the part listed before it or, where others put something behind that one since, the last of those.
    """
    part, behind = part_of(task.kind), task.change.behind
    if part is None or part.chain is None:
        return task.ids
    start = task.context.ids.get(behind, "") if behind is not None else ""
    listed = task.context.lists.get((task.kind.name, task.place))
    before, branch = part.chain.end(listed.raws if listed is not None else (), start, task.change.branch)
    return replace(task.ids, before=before, branch=branch if before else "")


def not_linked(task: Task, ids: Ids, answer: Raw, id: str) -> Iterator[str]:  # the field's name
    """Give a warning where the response to the create of a part shows that nothing leads to it.

    A response that shows no links says nothing: the server may not tell.
    """
    part, owner = part_of(task.kind), task.address.owner_address
    if part is None or part.chain is None:
        return
    items = part.items(answer)
    if ids.before:
        around = next((item for item in items if ids.before in task.kind.ids_of(item)), {})
        shown = part.chain.follows(around, ids.branch)
    else:
        shown = answer.get(part.chain.first, id)
    if shown is not None and shown != id:
        before = f"{task.kind.called(around)}" if ids.before else f"{owner}"
        yield f"the server did not link it behind {before}: runs of {owner} may end before it. Link it in Wexa Studio"


def behind(task: Task) -> Generator[Http, Any, list[str]]:
    """Return what comes right behind a part at this moment: it is cut off when the part is deleted."""
    part = part_of(task.kind)
    if part is None or part.chain is None:
        return []
    items: Sequence[Raw] = yield Http(partial(task.context.api.list, task.kind, task.place))
    around = next((item for item in items if task.change.id in task.kind.ids_of(item)), {})
    following = set(part.chain.behind(around).values())
    return [task.kind.called(item) for item in items if task.kind.id_of(item) in following]
