"""Write the rows of a table: insert in batches, change and delete one by one, and record each step.

A batch has an intent of its own. If its response is lost, its rows are looked for by their keys. What is already there
is never inserted, so a row can't come twice.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.calls import Call
from wexa_sync.apply.find import looked
from wexa_sync.apply.records import intent_of, record_of
from wexa_sync.apply.replaced import replacing
from wexa_sync.apply.steps import Http, Send, Work, Write, conflict, ended
from wexa_sync.apply.task import Task
from wexa_sync.compare.others import SERVERS
from wexa_sync.compare.rows import (
    Sowing,
    may_delete,
    recorded_cells,
    recorded_rows,
    secret_cells,
    sent_keys,
    sowing,
)
from wexa_sync.errors import NotFound, WexaSyncError
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.sown import ROWS, SEALED_CELLS
from wexa_sync.model import Record, Status
from wexa_sync.secrecy.seal import conceal
from wexa_sync.state.base import Intend, Remember, Settle

_LOOK = "`wexa-sync plan` shows which rows are there; none is inserted twice."


def sow(task: Task) -> Work:
    """Look at the rows again, insert, change and delete what the plan says, and see that it is done."""
    prune = may_delete(task.change.lifecycle, prune=task.context.plan.choice.prune)
    found = yield from _look(task)
    if found.seal(task.context.plan.lineage, prune=prune) != task.change.expected:
        return conflict(task.change, "the rows were changed since the plan was made")
    was = (*found.update, *(found.gone if prune else ()))
    yield from replacing(task, {ROWS: {key: found.rows[key] for key in was}})
    size = task.kind.sown.batch if task.kind.sown else 1
    kept = {**recorded_rows(task.record), **found.ours}
    batches = [found.insert[start : start + size] for start in range(0, len(found.insert), size)]
    mark, warnings = task.change.settles, []
    for batch in batches:
        ids, lost = yield from _insert(task, batch, mark)
        kept |= ids
        if missing := [key for key in batch if key not in ids]:
            said = lost or WexaSyncError(f"{len(missing)} of {len(batch)} rows are not listed", hint=_LOOK)
            return ended(task.change, Status.UNKNOWN, WexaSyncError(said.message, hint=_LOOK), id=ROWS)
        warnings += ["a response was lost; the rows were found in the table"] if lost else []
        mark = yield from _record(task, kept)
    for key in found.update:
        body = {**_without_servers(found.rows[key]), **task.declared[ROWS][key]}
        yield Send(_sending(task, Operation.UPDATE, found.ids[key], body))
    for key in found.gone if prune else ():
        yield from _delete(task, found.ids[key])
        kept.pop(key, None)
    return (yield from _checked(task, kept, prune, tuple(warnings)))


def _checked(task: Task, kept: Mapping[str, str], prune: bool, warnings: tuple[str, ...]) -> Work:
    """Look whether all is as declared, and record the rows."""
    look = _looking(task)
    yield Http(lambda: looked(task.context, lambda: [] if look().words(prune=prune) else ["done"]))
    left = yield from _look(task)
    mine = {key: id for key, id in kept.items() if left.ids.get(key) == id}
    yield Write((Remember(_record_of(task, mine), task.change.settles),), last=True)
    task.context.learn(task.address, ROWS)
    if words := left.words(prune=prune):
        error = WexaSyncError(f"the server accepted the writes, and they are not all done: {words}", hint=_LOOK)
        return ended(task.change, Status.FAILED, error, id=ROWS)
    return ended(task.change, Status.APPLIED, id=ROWS, warnings=warnings)


def _insert(
    task: Task, batch: Sequence[str], mark: str
) -> Generator[Any, Any, tuple[dict[str, str], WexaSyncError | None]]:
    """Insert rows. Return the ids of those that are there then, by their keys, and the error of a lost response."""
    rows = {key: task.declared[ROWS][key] for key in batch}
    cells = conceal(secret_cells(rows), task.context.key)
    spec = {"key": task.declared["key"], "sent": list(batch), **({SEALED_CELLS: cells} if cells else {})}
    intent = replace(intent_of(task, "create", ROWS), spec=spec)
    yield Write((Intend(intent, mark),))
    lost = None
    try:
        yield Send(_sending(task, Operation.CREATE, "", {ROWS: [*rows.values()]}, repeatable=False))
    except WexaSyncError as error:
        if not error.may_be_processed:
            yield Write((Settle(task.address, intent.mark),))
            raise
        lost = error
    look = _looking(task)
    shown: list[Sowing] = yield Http(
        lambda: looked(task.context, lambda: [now] if not {*batch} & {*(now := look()).insert} else [])
    )
    now = shown[-1] if shown else (yield from _look(task))
    return {key: now.ids[key] for key in batch if key in now.ids}, lost


def _record(task: Task, kept: Mapping[str, str]) -> Generator[Write, Any, str]:
    """Record the rows so far. Return the mark of the intent that the next one settles: none."""
    intent = task.intent
    yield Write((Remember(_record_of(task, kept), intent.mark if intent is not None else ""),))
    return ""


def _record_of(task: Task, ids: Mapping[str, str]) -> Record:
    """Return the record of the rows with these ids by their keys, and of which of their cells hold a secret."""
    declared = task.declared[ROWS]
    left = {key: cells for key, cells in recorded_cells(task.record).items() if key not in declared}
    cells = {key: found for key, found in (left | secret_cells(declared)).items() if key in ids}
    spec = {"key": task.declared["key"], ROWS: dict(ids), **({SEALED_CELLS: cells} if cells else {})}
    return record_of(task, ROWS, spec=spec)


def _delete(task: Task, id: str) -> Generator[Http, Any, None]:  # the field's name
    try:
        yield Send(_sending(task, Operation.DELETE, id, {}))
    except NotFound:
        return  # somebody was faster, or an earlier try of ours was


def _sending(task: Task, operation: Operation, id: str, body: Mapping[str, Any], *, repeatable: bool = True) -> Any:
    """Return a worker's function that sends a call about a row, or about several."""
    call = Call(endpoint=task.kind.call(operation), ids=task.ids_with(id), body=body, repeatable=repeatable)
    return lambda: task.context.api.send(call)


def _looking(task: Task) -> Any:
    """Return a worker's function that lists the rows, and says what is left to do."""
    record, sent, adopt = task.record, sent_keys(task.intent), task.context.plan.choice.adopt

    def look() -> Sowing:
        (shown,) = task.context.api.list(task.kind, task.place)
        return sowing(task.declared, shown[ROWS], record, task.comparison, sent=sent, adopt=adopt)

    return look


def _look(task: Task) -> Generator[Http, Any, Sowing]:
    found: Sowing = yield Http(_looking(task))
    return found


def _without_servers(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in SERVERS}


def take_over_rows(task: Task) -> Work:
    """Record the rows that are there already and are ours."""
    found = yield from _look(task)
    kept = {key: found.ids[key] for key in found.gone} | {**found.ours}
    yield Write((Remember(_record_of(task, kept), task.change.settles),), last=True)
    return ended(task.change, Status.APPLIED, id=ROWS)
