"""How a resource is created, updated, deleted, adopted and forgotten: one generator each (see work.py)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from wexa_sync.api.client import Raw, children, unwrap
from wexa_sync.apply.before import noted
from wexa_sync.apply.lookup import (
    added,
    find_created,
    looked,
    made_since_the_plan,
    not_ours,
    put_inside,
    read_again,
    resolve_externals,
    spelt_otherwise,
    still_listed,
    unreadable_inside,
    was_listed,
)
from wexa_sync.apply.parts import with_the_rest
from wexa_sync.apply.work import Context, Http, Work, Write, call, ended
from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.parts import overlay, shared
from wexa_sync.compare.propose import as_applied, propose, whole
from wexa_sync.compare.same import is_as_expected, same, spec_fingerprint
from wexa_sync.compare.sides import live_fingerprint
from wexa_sync.errors import ApiError, Nonsense, NoSuchCall, NotFound, WexaSyncError
from wexa_sync.kinds.base import Nature, Operation
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.wire import accepted, at_path, decode, encode, with_defaults, with_derived
from wexa_sync.model import Change, Intent, Outcome, Record, Spec, Status
from wexa_sync.state.base import Forget, Intend, Remember, Settle
from wexa_sync.state.data import conceal, fingerprint

_NO_SUCH_CALL = (404, 405, 501)
_UNLIKE_THE_SDK = (
    "This server lacks the call, which only the vendor's SDK knows. Change it in Wexa Studio, or put the manifest back."
    " Without {} in allow_undocumented (wexa-sync.yaml), the plan shows it as blocked."
)
_NO_ID = "The server did not say what it made. `wexa-sync plan` looks for it and says what it found."


def record_of(context: Context, change: Change, id: str, *, spec: Spec | None = None) -> Record:
    """The record of a change that came to a good end. `spec`: what was applied, where that is not what is declared."""
    before = context.state().records.get(change.address)
    return Record(
        address=change.address,
        id=id,
        spec=conceal(dict((change.after or {}) if spec is None else spec), context.key),
        lifecycle=change.lifecycle,
        generation=change.generation,
        made_at=before.made_at if before is not None and before.id == id else context.clock(),
    )


def intent_of(context: Context, change: Change, operation: str, id: str | None = None) -> Intent:
    """What is written before a create or a start is sent."""
    spec = dict(change.after or {})
    before = context.state().intents.get(change.address)
    return Intent(
        address=change.address,
        operation=operation,
        time=context.clock(),
        ahead=context.api.ahead,
        spec=conceal(spec, context.key),
        fingerprint=fingerprint(spec, context.key),
        generation=change.generation,
        id=id,
        ignore=before.ignore if before is not None else (),
    )


def sent_by_create(context: Context, change: Change) -> Spec:
    """What a create sends: what is declared, what follows from it, and the defaults of what the API requires."""
    kind = context.kind(change)
    declared = shared(kind, change.after or {})
    return with_defaults(kind, with_derived(kind, declared, declared=declared))


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
    applied = as_applied(kind, change.after or {}, sent, context.terms(change.address))
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


def replace_hint(error: WexaSyncError, hint: str) -> WexaSyncError:
    """The same failure with another hint."""
    return WexaSyncError(error.message, hint=hint)


def conflict(change: Change, what: str) -> Outcome:
    """Somebody else was there between plan and apply."""
    hint = "Nothing was overwritten. Plan again to see what it is now."
    return ended(change, Status.CONFLICT, error=WexaSyncError(what, hint=hint))


def update(context: Context, change: Change) -> Work:
    """Look again, and where nothing changed since the plan, send live overlaid with what is declared."""
    kind, declared = context.kind(change), change.after or {}
    yield from resolve_externals(context, change)
    live = yield from read_again(context, change)
    if live is None:
        return conflict(change, "it is gone since the plan was made")
    terms, ignore, record = context.terms(change.address), change.lifecycle.ignore_changes, _record(context, change)
    compared = (declared, live, record.spec if record else None, terms, ignore)
    if not is_as_expected(live_fingerprint(kind, *compared), change.expected, terms):
        return conflict(change, "it was changed on the live side since the plan was made")
    endpoint = kind.endpoints[Operation.UPDATE]
    spec = propose(kind, *compared)
    names = set(accepted(endpoint, kind))
    if endpoint.partial:
        names &= {name for name in spec if not same(kind, {name: spec[name]}, {name: live.get(name)}, terms)}
    sent = whole(kind, declared, spec) if endpoint.replaces else spec
    body = encode(kind, sent, context.resolver(change.address), only=names)
    if endpoint.undocumented:
        body = yield from with_the_rest(context, change, body)
    try:
        said, attempts = yield call(context, change, Operation.UPDATE, body, repeatable=True, id=change.id or "")
    except ApiError as refusal:
        if not endpoint.undocumented or refusal.status not in _NO_SUCH_CALL:
            raise
        raise NoSuchCall(refusal.message, hint=_UNLIKE_THE_SDK.format(endpoint.undocumented)) from None
    warnings: tuple[str, ...] = ()
    if endpoint.undocumented or not _proven(context, change, said):
        after = yield from read_again(context, change)
        if after is None or (left := _unchanged(context, change, after, strictly=bool(endpoint.undocumented))):
            error = WexaSyncError(
                f"the server accepted the update, but {', '.join(left) if after else 'everything'} did not change",
                hint="The call is undocumented and does not do it there: change the flow in Wexa Studio."
                if endpoint.undocumented
                else "`wexa-sync plan` shows what it is now. If it stays so, change it in Wexa Studio.",
            )
            return ended(change, Status.FAILED, error, attempts=attempts, id=change.id)
    if endpoint.undocumented:
        warnings = (f"made by {endpoint.method} {endpoint.path}, which is not documented; read back and found right",)
    applied = as_applied(kind, declared, sent, terms, compared[2], ignore)
    record = record_of(context, change, change.id or "", spec=applied)
    yield Write((Remember(record, change.settles),), last=True)
    return ended(change, Status.APPLIED, id=change.id, attempts=attempts, warnings=warnings)


def _record(context: Context, change: Change) -> Record | None:
    """The record of the thing that the change is about."""
    record = context.state().records.get(change.address)
    return record if record is not None and record.id == change.id else None


def _proven(context: Context, change: Change, said: Any) -> bool:
    """Whether the answer to an update shows it done: this thing, with every field that was to change as declared."""
    kind, found = context.kind(change), unwrap(said)
    if kind.owner:
        found = next((child for child in children(found) if child.get("_id") == change.id), {})
    shown = decode(kind, found)
    is_it = change.id in [found.get(name) for name in kind.ids]
    return (
        is_it
        and all(at_path(shown, field.path) is not None for field in change.fields)
        and not _unchanged(context, change, shown)
    )


def _unchanged(context: Context, change: Change, live: Spec, *, strictly: bool = False) -> list[str]:
    """The fields that are not as they should be; `strictly` also those that changed and that the server does not show.

    What was applied before and is declared no longer must be gone.
    """
    record, declared = _record(context, change), change.after or {}
    before = record.spec if record is not None else {}
    applied = before if strictly else overlay(before, declared)
    terms, ignore = context.terms(change.address), change.lifecycle.ignore_changes
    fields = field_changes(context.kind(change), declared, live, applied, terms, ignore)
    return list(dict.fromkeys(str(found.path[0]) for found in fields))


def delete(context: Context, change: Change) -> Work:
    """Look again, delete, and forget. What goes with its project needs no call of its own."""
    kind, attempts = context.kind(change), 0
    if not change.with_project:
        live = yield from read_again(context, change)
        if live is not None:
            before = change.before or {}
            terms = context.terms(change.address)
            if not is_as_expected(spec_fingerprint(kind, live, before, terms), change.expected, terms):
                return conflict(change, "it was changed on the live side since the plan was made")
            if kind is PROJECT and (others := (yield from put_inside(context, change))):
                return conflict(change, f"since the plan was made, it got {', '.join(others)}: that would go with it")
            try:
                _, attempts = yield call(context, change, Operation.DELETE, {}, repeatable=True, id=change.id or "")
            except NotFound:
                attempts, live = 1, None  # somebody was faster, or an earlier try of ours was
            else:
                if not (yield from _gone(context, change)):
                    return _still_there(change, "the server accepted the delete, but it is still there", attempts)
        if live is None and (yield from still_listed(context, change)):
            return _still_there(change, "the server says that it is not there, and lists it all the same", attempts)
    yield Write((Forget(change.address, change.settles),), last=True)
    context.ids.pop(change.address, None)
    return ended(change, Status.APPLIED, id=change.id, attempts=attempts)


def _still_there(change: Change, what: str, attempts: int) -> Outcome:
    hint = "Apply again later. If it stays so, delete it in Wexa Studio; the next plan forgets it."
    return ended(change, Status.FAILED, WexaSyncError(what, hint=hint), id=change.id, attempts=attempts)


def _gone(context: Context, change: Change) -> Generator[Http, Any, bool]:
    """Whether what was deleted can't be read any more, now or in a moment."""
    kind, at = context.kind(change), context.scope(change.address, change.id or "")

    def look() -> list[str]:
        return [at.id] if context.api.read(kind, at) is None else []

    found = yield Http(lambda: looked(context, look))
    return bool(found)


def adopt(context: Context, change: Change) -> Work:
    """Record what is live already."""
    yield Write((Remember(record_of(context, change, change.id or ""), change.settles),), last=True)
    return ended(change, Status.APPLIED, id=change.id)


def forget(context: Context, change: Change) -> Work:  # noqa: ARG001  # all of these are called alike
    """Drop the record of what is gone."""
    yield Write((Forget(change.address, change.settles),), last=True)
    return ended(change, Status.APPLIED, id=change.id)
