"""Take over what another resource of the same apply made by itself, so that it is not there twice."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.api.calls import Raw
from wexa_sync.apply.find import looked
from wexa_sync.apply.lists import Match, listed_name
from wexa_sync.apply.records import record_of
from wexa_sync.apply.steps import Http, Write, ended
from wexa_sync.apply.task import Task
from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.parts import part_of
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.model import Address, Outcome, Ref, Status
from wexa_sync.state.base import Remember

MADE_WITHIN = 2.0
"""The seconds within which a maker is done, as ids and times in vendor examples show."""


def made_by_its_maker(task: Task) -> Generator[Http, Any, Raw | None]:
    """Return what the maker of the resource made of it by itself; None where it made nothing of that name.

    Only a maker that this apply made is asked about: what an earlier one made, the plan has seen. Lists may lag, and
    perhaps no call deletes a second one: so look again for a while, and for longer where the maker made anything.
    """
    maker, address = task.kind.maker, _new_maker(task)
    if maker is None or address is None:
        return None
    context, kind, ids, id = task.context, task.kind, task.place, task.context.ids[address]  # the field's name
    ref, field = task.declared[maker.field], kind.fields.at((maker.field,)).wire_name
    around = {**dict.fromkeys(BY_NAME[maker.kind].ids, id), BY_NAME[maker.kind].display: ref.title}
    if not maker.made({kind.display: listed_name(task), field: id}, [around]):
        return None
    match = Match(task)

    def by_maker() -> list[Raw]:
        shown = context.api.sought(kind, ids, listed_name(task))
        ours = context.known[""]
        return [raw for raw in shown if maker.made(raw, [around]) and ours.isdisjoint(kind.ids_of(raw))]

    def it() -> list[Raw]:
        return [raw for raw in by_maker() if match.ids([raw])]

    found = yield Http(lambda: looked(context, by_maker, most=MADE_WITHIN) and looked(context, it))
    return found[0] if len(found) == 1 else None


def _new_maker(task: Task) -> Address | None:
    """Return the address of the resource's maker, where this apply made that."""
    ref = task.declared.get(task.kind.maker.field) if task.kind.maker is not None else None
    address = ref.address if isinstance(ref, Ref) else None
    return address if address in task.context.ids and address not in task.context.plan.ids else None


def take_over(task: Task, raw: Raw) -> Generator[Write, Any, Outcome]:
    """Record a resource that its maker made, as it is. What is not as declared is for the next plan to say."""
    kind, live, maker = task.kind, decode(task.kind, raw), _new_maker(task)
    id = kind.id_of(raw) or ""  # the field's name
    spec = part_of(kind, live, task.declared)
    yield Write((Remember(record_of(task, id, spec=spec), task.change.settles),), last=True)
    task.context.learn(task.address, id, *kind.ids_of(raw))
    differ = field_changes(kind, task.declared, live, None, task.comparison, task.ignored)
    names = ", ".join(dict.fromkeys(str(change.path[0]) for change in differ))
    said = f"{maker} made it, and it was taken over" + (f"; not as declared: {names}" if names else "")
    return ended(task.change, Status.APPLIED, id=id, warnings=(said,))
