"""Update a resource, and adopt one that exists."""

from __future__ import annotations

from typing import Any

from wexa_sync.api.checks import children, unwrap
from wexa_sync.apply.checks import read_again
from wexa_sync.apply.context import Context
from wexa_sync.apply.parts import with_the_rest
from wexa_sync.apply.records import record_of
from wexa_sync.apply.references import resolve_externals
from wexa_sync.apply.steps import Work, Write, call, conflict, ended
from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.parts import overlay
from wexa_sync.compare.propose import as_applied, propose, whole
from wexa_sync.compare.same import is_as_expected, same
from wexa_sync.compare.sides import live_fingerprint
from wexa_sync.errors import ApiError, NoSuchCall, WexaSyncError
from wexa_sync.kinds.base import Operation
from wexa_sync.kinds.spec.wire import accepted, at_path, decode, encode
from wexa_sync.model import Change, Record, Spec, Status
from wexa_sync.state.base import Remember

_NO_SUCH_CALL = (404, 405, 501)


_UNLIKE_THE_SDK = (
    "This server lacks the call, which only the vendor's SDK knows. Change it in Wexa Studio, or put the manifest back."
    " Without {} in allow_undocumented (wexa-sync.yaml), the plan shows it as blocked."
)


def update(context: Context, change: Change) -> Work:
    """Look again, and where nothing changed since the plan, send live overlaid with what is declared."""
    kind, declared = context.kind(change), change.after or {}
    yield from resolve_externals(context, change)
    live = yield from read_again(context, change)
    if live is None:
        return conflict(change, "it is gone since the plan was made")
    comparison, ignore, record = (
        context.comparison(change.address),
        change.lifecycle.ignore_changes,
        _record(context, change),
    )
    compared = (declared, live, record.spec if record else None, comparison, ignore)
    if not is_as_expected(live_fingerprint(kind, *compared), change.expected, comparison):
        return conflict(change, "it was changed on the live side since the plan was made")
    endpoint = kind.endpoints[Operation.UPDATE]
    spec = propose(kind, *compared)
    names = set(accepted(endpoint, kind))
    if endpoint.partial:
        names &= {name for name in spec if not same(kind, {name: spec[name]}, {name: live.get(name)}, comparison)}
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
    applied = as_applied(kind, declared, sent, comparison, compared[2], ignore)
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
    comparison, ignore = context.comparison(change.address), change.lifecycle.ignore_changes
    fields = field_changes(context.kind(change), declared, live, applied, comparison, ignore)
    return list(dict.fromkeys(str(found.path[0]) for found in fields))


def adopt(context: Context, change: Change) -> Work:
    """Record what is live already."""
    yield Write((Remember(record_of(context, change, change.id or ""), change.settles),), last=True)
    return ended(change, Status.APPLIED, id=change.id)
