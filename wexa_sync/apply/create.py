"""Create a resource, and find a create whose response was lost."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from wexa_sync.api.calls import Raw
from wexa_sync.api.checks import children, unwrap
from wexa_sync.apply.before import noted
from wexa_sync.apply.checks import not_ours, spelt_otherwise, unreadable_inside
from wexa_sync.apply.context import Context
from wexa_sync.apply.find import added, find_created, made_since_the_plan, was_listed
from wexa_sync.apply.records import intent_of, record_of, sent_by_create
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.steps import Http, Work, Write, call, conflict, ended, replace_hint
from wexa_sync.compare.propose import as_applied
from wexa_sync.errors import ApiError, Nonsense, WexaSyncError
from wexa_sync.kinds.base import Nature, Operation
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.wire import accepted, encode
from wexa_sync.model import Change, Intent, Status
from wexa_sync.state.base import Intend, Remember, Settle

_NO_ID = "The server did not say what it made. `wexa-sync plan` looks for it and says what it found."


def body_of(context: Context, change: Change) -> dict[str, Any]:
    """The body of a create."""
    kind, spec = context.kind(change), sent_by_create(context, change)
    return encode(kind, spec, context.resolver(change.address), only=accepted(kind.endpoints[Operation.CREATE], kind))


def create(context: Context, change: Change) -> Work:
    """Write the intent, send, and record the id: from the answer, or by looking for it where there was none."""
    yield from resolve_externals(context, change)
    if rival := (yield from made_since_the_plan(context, change)):
        return conflict(change, f"somebody else made it since the plan: {', '.join(rival)}")
    made = yield from send_create(context, change, body_of(context, change))
    if made.id is None:
        said = made.lost or WexaSyncError("the answer holds no id, and no single live one matches")
        return ended(change, Status.UNKNOWN, replace_hint(said, _NO_ID), attempts=made.attempts)
    kind, sent = context.kind(change), sent_by_create(context, change)
    applied = as_applied(kind, change.after or {}, sent, context.comparison(change.address))
    record = record_of(context, change, made.id, spec=applied)
    record = replace(record, made_at=context.clock())  # anew, perhaps under its old id
    yield Write((Remember(record, made.intent.mark),), last=kind is not PROJECT)
    context.learn(change.address, made.id)
    if kind is PROJECT and (unreadable := (yield from unreadable_inside(context, change.address, made.id))):
        error = WexaSyncError(f"it was made, and nothing in it: {unreadable.message}", hint=unreadable.hint)
        return ended(change, Status.FAILED, error, id=made.id, attempts=made.attempts)
    found = (f"{made.why}; it was found on the server",) if made.lost else ()
    return ended(change, Status.APPLIED, id=made.id, attempts=made.attempts, warnings=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a create: its id where it can be told, in every spelling, the answer where one came, the loss."""

    intent: Intent
    ids: tuple[str, ...]
    answer: Raw
    lost: ApiError | None
    attempts: int

    @property
    def id(self) -> str | None:
        """The id for paths."""
        return self.ids[0] if self.ids else None

    @property
    def why(self) -> str:
        """Why it had to be looked for."""
        return "the answer can't be right" if isinstance(self.lost, Nonsense) else "the answer was lost"


def send_create(context: Context, change: Change, body: dict[str, Any]) -> Generator[Any, Any, Made]:
    """Journal, send once, and where no id came back look for what was made. Raises what surely did not happen."""
    kind, before = context.kind(change), context.state().intents.get(change.address)
    chosen = context.chosen_id(change.address)
    body = body | {"_id": chosen} if chosen else body
    intent = intent_of(context, change, "create", chosen)
    intent = replace(intent, before=noted(context, change, intent))
    yield Write((Intend(intent, change.settles),))
    attempts, lost, answer = 0, None, {}
    ids: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    try:
        said, attempts = yield call(context, change, Operation.CREATE, body, repeatable=False)
        answer = unwrap(said)
        ids = kind.ids_of(answer) if chosen is None else _confirmed(context, change, answer)
        other = spelt_otherwise(context, change, answer) if ids else ""
        if ids and (fault := not_ours(context, change, answer, ids) or other):
            # A server may have names of its own making: better its id than the same thing twice.
            spare = ids if fault == other else ()
            endpoint = kind.endpoints[Operation.CREATE]
            raise Nonsense(fault, method=endpoint.method, path=endpoint.path, hint=_NO_ID)
    except ApiError as error:
        if not error.may_be_processed:
            # What a person said of an earlier attempt still holds.
            kept = Intend(before, intent.mark) if before is not None and before.settled else None
            yield Write((kept or Settle(change.address, intent.mark),))
            raise
        lost, ids = error, ()
    if not ids:
        ids = (yield from find_created(context, change, intent.earliest)) or (
            (yield from _only_new(context, change, spare)) if spare else ()
        )
    return Made(intent=intent, ids=ids, answer=answer, lost=lost, attempts=attempts)


def _only_new(context: Context, change: Change, ids: tuple[str, ...]) -> Generator[Any, Any, tuple[str, ...]]:
    """Return the ids that an answer under another name gives, where that proves enough; of a run, only what is live."""
    kind, at = context.kind(change), context.scope(change.address, ids[0])
    if kind.nature is Nature.RESOURCE:
        return ids
    if not was_listed(context, change):
        return ()  # the run may be an earlier one
    raw = yield Http(lambda: context.api.read(kind, at))
    return ids if raw is not None else ()


def _confirmed(context: Context, change: Change, owner: Raw) -> tuple[str, ...]:
    """Return the id under which the answer shows it among its owner's children: a bare success proves nothing."""
    found = added(context, change)(children(owner))
    return (found[0],) if len(found) == 1 else ()
