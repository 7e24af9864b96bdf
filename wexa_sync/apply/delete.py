"""Delete a resource, and forget one that is gone."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from wexa_sync.apply.checks import read_again, still_listed
from wexa_sync.apply.context import Context
from wexa_sync.apply.find import looked, put_inside
from wexa_sync.apply.steps import Http, Work, Write, call, conflict, ended
from wexa_sync.compare.same import is_as_expected, spec_fingerprint
from wexa_sync.errors import NotFound, WexaSyncError
from wexa_sync.kinds.base import Operation
from wexa_sync.kinds.project import PROJECT
from wexa_sync.model import Change, Outcome, Status
from wexa_sync.state.base import Forget


def delete(context: Context, change: Change) -> Work:
    """Look again, delete, and forget. What goes with its project needs no call of its own."""
    kind, attempts = context.kind(change), 0
    if not change.with_project:
        live = yield from read_again(context, change)
        if live is not None:
            before = change.before or {}
            comparison = context.comparison(change.address)
            if not is_as_expected(spec_fingerprint(kind, live, before, comparison), change.expected, comparison):
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


def forget(context: Context, change: Change) -> Work:  # noqa: ARG001  # all of these are called alike
    """Drop the record of what is gone."""
    yield Write((Forget(change.address, change.settles),), last=True)
    return ended(change, Status.APPLIED, id=change.id)
