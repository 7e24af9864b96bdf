"""How an execution is run: created, started if it does not start by itself, and waited for if that is wanted.

Create and start are two calls and two entries in the state, so that a crash between them goes on with the second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

from wexa_sync.api.client import Call, Raw
from wexa_sync.apply.lookup import made_since_the_plan, resolve_externals
from wexa_sync.apply.resource import body_of, conflict, intent_of, record_of, replace_hint, send_create
from wexa_sync.apply.work import Context, Http, Work, Write, ended
from wexa_sync.errors import ApiError, WexaSyncError
from wexa_sync.kinds.execution import FAILED, READY, START, TERMINAL
from wexa_sync.model import Change, Outcome, Status
from wexa_sync.state.base import Intend, Remember

_ASK = "Look in Wexa Studio, then `wexa-sync resolve {} --happened ID` or `--did-not-happen`."


def run(context: Context, change: Change) -> Work:
    """Run the flow once. `change.resume`: it was created before, by `change.id`, and only its start is open."""
    attempts = 0
    if change.resume:
        id, status = change.id or "", ""  # the field's name
    else:
        yield from resolve_externals(context, change)
        if rival := (yield from made_since_the_plan(context, change)):
            return conflict(change, f"somebody else ran it since the plan: {', '.join(rival)}")
        found = yield from _create(context, change)
        if isinstance(found, Outcome):
            return found
        id, status, attempts = found
    intent = context.state().intents.get(change.address)
    asked = change.resume and intent is not None and intent.operation == "start" and not intent.settled
    if not asked:  # an open start is what a person would have to settle: it must not be overwritten
        yield Write((Remember(record_of(context, change, id, started=False)),))
    context.ids[change.address] = id
    status = yield from _settled(context, change, id, status)
    if status == READY:
        if asked:
            error = WexaSyncError(
                "its start was sent before and the answer was lost; the run is still ready",
                hint=_ASK.format(change.address),
            )
            return ended(change, Status.UNKNOWN, error, id=id)
        failed = yield from _start(context, change, id)
        if failed:
            return failed
        attempts += 1
    yield Write((Remember(record_of(context, change, id, started=True)),))
    seconds = _patience(context, change)
    if seconds is not None:
        return (yield from _waited(context, change, id, seconds, attempts))
    return ended(change, Status.APPLIED, id=id, attempts=attempts)


def _create(context: Context, change: Change) -> Generator[Any, Any, Outcome | tuple[str, str, int]]:
    """Create the execution. Answers (id, status, attempts), or the outcome where it can't be told."""
    body = {"executed_by": context.api.user_id, **body_of(context, change)}
    made = yield from send_create(context, change, body)
    if made.id is not None:
        return made.id, str(made.answer.get("status", "")), made.attempts
    said = made.lost or WexaSyncError("the answer holds no id, and no single live run matches")
    return ended(change, Status.UNKNOWN, replace_hint(said, _ASK.format(change.address)), attempts=made.attempts)


def _settled(context: Context, change: Change, id: str, status: str) -> Generator[Http, Any, str]:
    """The status once it is clear whether the run starts by itself: `ready` only where it does not."""
    explicit = (change.after or {}).get("start", context.options.start) == "explicit"
    if status and status != READY:
        return status
    patience = 0.0 if explicit else context.options.grace
    raw = yield Http(_poll(context, change, id, until=lambda status: status != READY, seconds=patience))
    return str((raw or {}).get("status", ""))


def _start(context: Context, change: Change, id: str) -> Generator[Any, Any, Outcome | None]:
    """Start a run that stays ready. Answers an outcome only where it can't be told whether that happened."""
    yield Write((Intend(intent_of(context, change, "start", id)),))
    start = Call(endpoint=START, at=context.scope(change.address, id), repeatable=False)
    try:
        yield Http(lambda: context.api.send(start))
    except ApiError as error:
        if not error.may_be_processed:
            yield Write((Remember(record_of(context, change, id, started=False)),))
            raise
        raw = yield Http(
            _poll(context, change, id, until=lambda status: status != READY, seconds=context.options.grace)
        )
        if str((raw or {}).get("status", READY)) == READY:
            return ended(change, Status.UNKNOWN, replace_hint(error, _ASK.format(change.address)), id=id)
    return None


def _patience(context: Context, change: Change) -> float | None:
    """Seconds to wait for the end; None for not at all."""
    wait = (change.after or {}).get("wait", context.options.wait)
    if isinstance(wait, dict):
        return float(wait["timeout"])
    return context.options.wait_timeout if wait or context.options.wait else None


def _waited(context: Context, change: Change, id: str, seconds: float, attempts: int) -> Work:
    raw = yield Http(_poll(context, change, id, until=TERMINAL.__contains__, seconds=seconds))
    status = str((raw or {}).get("status", "unknown"))
    if status not in TERMINAL:
        why = "was interrupted" if context.cutoff.over else f"took longer than {seconds:g} s"
        error = WexaSyncError(
            f"the run is {status}; waiting for its end {why}",
            hint=f"It goes on by itself. `wexa-sync executions show {change.address}` tells how it stands.",
        )
        return ended(change, Status.FAILED, error, id=id, attempts=attempts)
    if status in FAILED:
        error = WexaSyncError(
            f"the run ended as {status}",
            hint=f"`wexa-sync executions show {change.address}` tells more. Raise metadata.generation to run it again.",
        )
        return ended(change, Status.FAILED, error, id=id, attempts=attempts)
    return ended(change, Status.APPLIED, id=id, attempts=attempts, warnings=())


def _poll(
    context: Context,
    change: Change,
    id: str,
    *,
    until: Callable[[str], bool],
    seconds: float,
) -> Callable[[], Raw | None]:
    """A worker's function: read the run until its status is right, the time is over, or the apply is to stop."""
    kind, at, api = context.kind(change), context.scope(change.address, id), context.api
    cutoff, tell, most = context.cutoff, context.tell, context.options.poll

    def poll() -> Raw | None:
        end, pause, told = time.monotonic() + seconds, min(0.1, most), ""
        while True:
            raw = api.read(kind, at)
            status = str((raw or {}).get("status", ""))
            if status != told:
                tell(change, status)
            told, left = status, end - time.monotonic()
            if until(status) or left <= 0 or cutoff.wait(min(pause, left)):
                return raw
            pause = min(most, pause * 1.5)

    return poll
