"""Create a resource, and find a create whose response was lost."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Raw
from wexa_sync.api.checks import unwrap
from wexa_sync.apply.before import noted
from wexa_sync.apply.catalogue import filled_in
from wexa_sync.apply.chain import not_linked, placed
from wexa_sync.apply.checks import not_made, not_ours, spelt_otherwise, unreadable_inside
from wexa_sync.apply.find import confirmed, find_created, is_live, made_since_the_plan
from wexa_sync.apply.implied import make_implied
from wexa_sync.apply.inside import begin, give_up, is_shown, parts_to_send, sent_with_owner
from wexa_sync.apply.made import made_by_its_maker, take_over
from wexa_sync.apply.records import intent_of, record_of
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.send import missing_call, prepare, read_back, send, turn_for
from wexa_sync.apply.steps import Work, Write, conflict, ended, replace_hint
from wexa_sync.apply.task import Task
from wexa_sync.apply.update import Done, finish
from wexa_sync.compare.propose import as_applied
from wexa_sync.errors import Nonsense, WexaSyncError
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.wire import accepted, encode
from wexa_sync.model import Intent, Status
from wexa_sync.state.base import Intend, Remember, Settle

_NO_ID = "The response does not show the new object. `wexa-sync plan` looks for it."


def create(task: Task) -> Work:
    """Write the intent, send, and record the id: from the response, or by looking for it where there was none."""
    if task.kind.implied_by:
        return (yield from make_implied(task))
    yield from resolve_externals(task)
    yield from turn_for(task, Operation.CREATE)
    if (already := (yield from made_by_its_maker(task))) is not None:
        return (yield from take_over(task, already))
    if rival := (yield from made_since_the_plan(task)):
        return conflict(task.change, f"others made it since the plan: {', '.join(rival)}")
    made = yield from _send(task)
    if made.id is None:
        said = made.lost or WexaSyncError("the response has no id, and not exactly one live object matches")
        return ended(task.change, Status.UNKNOWN, replace_hint(said, _NO_ID), attempts=made.attempts)
    applied, late = as_applied(task.kind, task.declared, task.sent, task.comparison), not_taken(task)
    partly = {name: value for name, value in applied.items() if name not in late}
    record = replace(record_of(task, made.id, spec=partly), made_at=task.context.clock())  # perhaps made again
    yield Write((Remember(record, made.intent.mark),), last=task.kind is not PROJECT and not late)
    task.context.learn(task.address, made.id)
    try:
        attempts, error = yield from _complete(task, made, made.id, late)
    except WexaSyncError as failure:  # the resource is there all the same, and may need a person
        attempts, error = 0, failure
    found = (f"{made.why}; it was found on the server",) if made.lost else made.warnings
    found = (*found, *read_back(task.creation))
    warnings = tuple(filter(None, (*found, task.kind.notice(made.answer))))
    status = Status.FAILED if error is not None else Status.APPLIED
    return ended(task.change, status, error, id=made.id, attempts=made.attempts + attempts, warnings=warnings)


def _complete(task: Task, made: Made, id: str, late: frozenset[str]) -> Generator[Any, Any, Done]:  # the field's name
    """Do what is left once a resource is recorded: see what the create did to others, and send what is `late`."""
    if made.fault is not None:
        return 0, made.fault
    if task.kind is PROJECT and (unreadable := (yield from unreadable_inside(task, id))):
        said = f"it was created, but none of its parts: {unreadable.message}"
        return 0, WexaSyncError(said, hint=unreadable.hint)
    return (yield from finish(task, id, late)) if late else (0, None)


def not_taken(task: Task) -> frozenset[str]:
    """Return the declared fields that a create does not take, and an update does."""
    lacking = task.declared.keys() - {*accepted(task.creation, task.kind)}
    calls = [call for call in task.kind.updates(lacking, task.declared) if call.fields is not None]
    return frozenset(name for name in lacking if any(call.takes(name) for call in calls))


def _send(task: Task) -> Generator[Any, Any, Made]:
    """Send a create, unless the create of the owner did."""
    if (sent := sent_with_owner(task)) is None:
        return (yield from _send_with_parts(task))
    if (yield from is_shown(task)):
        return Made(intent=sent, ids=(task.chosen_id or "",), answer={}, lost=None, attempts=0, fault=None)
    return (yield from send_create(Task(task.context, replace(task.change, settles=sent.mark)), body_of(task)))


def _send_with_parts(task: Task) -> Generator[Any, Any, Made]:
    """Send a create, and along with it the parts that the API takes there."""
    parts, body = parts_to_send(task), (yield from filled_in(task, body_of(task)))
    body |= yield from begin(parts)
    try:
        return (yield from send_create(task, body))
    except WexaSyncError as error:
        if not error.may_be_processed:
            yield from give_up(parts)
        raise


def body_of(task: Task) -> dict[str, Any]:
    """Return the body of a create."""
    return encode(task.kind, task.sent, task.resolve, only=accepted(task.creation, task.kind))


class Made(Struct, frozen=True, kw_only=True):
    """Hold what became of a create: the id where it can be told, in every spelling, the response if any, and the loss.

    `fault`: what the create did to others. `warnings`: what the response shows of the new thing that a person should
    hear.
    """

    intent: Intent
    ids: tuple[str, ...]
    answer: Raw
    lost: WexaSyncError | None
    attempts: int
    fault: WexaSyncError | None
    warnings: tuple[str, ...] = ()

    @property
    def id(self) -> str | None:
        """Return the id for paths."""
        return self.ids[0] if self.ids else None

    @property
    def why(self) -> str:
        """Return why the resource had to be looked for."""
        return "the response can't be right" if isinstance(self.lost, Nonsense) else "the response was lost"


def send_create(task: Task, body: dict[str, Any]) -> Generator[Any, Any, Made]:
    """Write the intent, send once, and where no id came back look for what was made.

    Raise the error of a create that surely did not happen.
    """
    before, endpoint, chosen = task.intent, task.creation, task.chosen_id
    body = body | ({task.kind.ids[0]: chosen} if chosen else {})
    at = placed(task)
    prepared = yield from prepare(task, endpoint, body, spec=task.sent, repeatable=False, ids=at)
    intent = intent_of(task, "create", chosen)
    intent = replace(intent, before=noted(task, intent))
    yield Write((Intend(intent, task.change.settles),))
    attempts, lost, answer, fault = 0, None, {}, None
    ids: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    try:
        sent = yield from send(task, prepared)
        answer, attempts, fault = unwrap(sent.answer), sent.attempts, sent.fault
        ids = confirmed(task, answer)
        other = spelt_otherwise(task, answer) if ids else ""
        if ids and (odd := not_ours(task, answer, ids) or other):
            # A server may have names of its own making: better its id than the same thing twice.
            spare = ids if odd == other else ()
            raise Nonsense(odd, method=endpoint.method, path=endpoint.path, hint=_NO_ID)
    except WexaSyncError as error:
        if not error.may_be_processed:
            # What a person said of an earlier attempt still holds.
            kept = Intend(before, intent.mark) if before is not None and before.settled else None
            yield Write((kept or Settle(task.address, intent.mark),))
            raise missing_call(endpoint, error) or error from None
        lost, ids = error, ()
    ids = ids or (yield from find_created(task, intent.earliest))
    if not ids and spare and (yield from is_live(task, spare[0])):
        ids = spare
    if ids and fault is None and endpoint.undocumented and not endpoint.replaces:
        fault = yield from not_made(task, ids[0])
    made = Made(intent=intent, ids=ids, answer=answer, lost=lost, attempts=attempts, fault=fault)
    return replace(made, warnings=tuple(not_linked(task, at, answer, ids[0]))) if ids and lost is None else made
