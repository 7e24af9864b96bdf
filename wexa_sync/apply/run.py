"""How an execution is run: created, started if it does not start by itself, and waited for if that is wanted.

Create and start are two calls and two entries in the state, so that a crash between them goes on with the second.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from wexa_sync.api.client import Call, unwrap
from wexa_sync.apply.lookup import made_since_the_plan, resolve_externals
from wexa_sync.apply.resource import body_of, conflict, intent_of, record_of, replace_hint, send_create
from wexa_sync.apply.work import Context, Http, Work, Write, ended
from wexa_sync.errors import ApiError, Nonsense, Refused, WexaSyncError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.execution import FAILED, READY, START, SUCCEEDED, TERMINAL, UNDER_WAY, status_of
from wexa_sync.model import Action, Change, Outcome, Run, Status
from wexa_sync.runs import GONE, bad_end, secrets_in
from wexa_sync.state.base import Intend, Remember
from wexa_sync.watch import READ_FAILURES, watch

_ASK = "Look in Wexa Studio, then `wexa-sync resolve {} --happened ID` or `--did-not-happen`."


def run(context: Context, change: Change) -> Work:
    """Run the flow once. `change.resume`: it was created before, by `change.id`, and only its start is open."""
    if unsound := (yield from _earlier_runs(context, change)):
        return unsound
    found = (change.id or "", "", 0) if change.resume else (yield from _create(context, change))
    if isinstance(found, Outcome):
        return found
    id, status, attempts = found  # the field's name
    asked = _start_is_open(context, change)
    if not asked:  # else a person may have to settle it: it must not be overwritten
        yield Write((Remember(record_of(context, change, id, started=False)),))
    context.learn(change.address, id)
    status = yield from _settled(context, change, id, status)
    to_start = not _has_begun(context, change, status)
    if status == GONE or (to_start and asked):
        return _can_not_start(change, id, status, attempts)
    if to_start:
        if failed := (yield from _start(context, change, id)):
            return failed
        attempts += 1
    seconds = _patience(context, change)
    yield Write((Remember(record_of(context, change, id, started=True)),), last=seconds is None)
    if seconds is not None:
        return (yield from _waited(context, change, id, seconds, attempts))
    return ended(change, Status.APPLIED, id=id, attempts=attempts)


def _can_not_start(change: Change, id: str, status: str, attempts: int) -> Outcome:
    """Why a created run is not started: nobody knows whether it has to be."""
    if status == GONE:
        error = WexaSyncError(
            f"it was created as {id}, and the server does not show it",
            hint="Apply again: it goes on from here. If it stays so, raise metadata.generation to run it anew.",
        )
        return ended(change, Status.FAILED, error, id=id, attempts=attempts)
    error = WexaSyncError(
        f"its start was sent before and the answer was lost; the run is still {status}",
        hint=_ASK.format(change.address),
    )
    return ended(change, Status.UNKNOWN, error, id=id)


def _start_is_open(context: Context, change: Change) -> bool:
    """Whether its start was sent before, and nobody knows what came of it."""
    intent = context.state().intents.get(change.address)
    return change.resume and intent is not None and intent.operation == "start" and not intent.settled


def _create(context: Context, change: Change) -> Generator[Any, Any, Outcome | tuple[str, str, int]]:
    """Create the execution. Answers (id, status, attempts), or the outcome where it was not, or can't be told."""
    yield from resolve_externals(context, change)
    if rival := (yield from made_since_the_plan(context, change)):
        return conflict(change, f"somebody else ran it since the plan: {', '.join(rival)}")
    body = {"executed_by": context.api.user_id, **body_of(context, change)}
    made = yield from send_create(context, change, body)
    if made.id is not None:
        is_about_it = context.kind(change).id_of(made.answer) == made.id  # else it was looked for
        return made.id, status_of(made.answer) if is_about_it else "", made.attempts
    said = made.lost or WexaSyncError("the answer holds no id, and no single live run matches")
    return ended(change, Status.UNKNOWN, replace_hint(said, _ASK.format(change.address)), attempts=made.attempts)


def _earlier_runs(context: Context, change: Change) -> Generator[Http, Any, Outcome | None]:
    """Look at the runs it depends on that an earlier apply started: None where it may go on, else it is skipped.

    One that is to be waited for and has not ended is waited for now: that apply may have been cut off meanwhile.
    """
    for other in (context.changes[address] for address in change.depends_on if address in context.changes):
        ran_before = other.action in (Action.NOOP, Action.ADOPT)
        if not ran_before or BY_NAME[other.address.kind].nature is not Nature.ACTION or not other.id:
            continue
        seconds = _patience(context, other)
        awaited = seconds is not None
        run = yield Http(
            _poll(context, other, other.id, until=TERMINAL.__contains__, seconds=seconds or 0.0, asking=awaited)
        )
        if run.status in FAILED or (awaited and run.status not in SUCCEEDED):
            hint = f"Raise metadata.generation of {other.address} to run it again, or take it out of depends_on."
            if run.status not in (*FAILED, GONE) and (cause := bad_end(run, "ended")):
                hint = f"{cause.hint} Then apply again."
            return ended(
                change,
                Status.SKIPPED,
                WexaSyncError(f"{other.address}, which it depends on, is {run.status}", hint=hint),
            )
    return None


def _settled(context: Context, change: Change, id: str, status: str) -> Generator[Http, Any, str]:
    """The status once it is clear whether the run starts by itself. `status`: what the create said."""
    if status in UNDER_WAY:
        return status
    patience = 0.0 if _is_explicit(context, change) else context.options.grace
    run: Run = yield Http(_poll(context, change, id, until=partial(_has_begun, context, change), seconds=patience))
    return run.status


def _is_explicit(context: Context, change: Change) -> bool:
    return bool((change.after or {}).get("start", context.options.start) == "explicit")


def _has_begun(context: Context, change: Change, status: str) -> bool:
    """Whether a run of that status needs no start. A word that nobody knows tells of no start where one is needed."""
    return status in UNDER_WAY if _is_explicit(context, change) else status not in (READY, GONE)


def _start(context: Context, change: Change, id: str) -> Generator[Any, Any, Outcome | None]:
    """Start a run that stays ready. Answers an outcome only where it can't be told whether that happened."""
    yield Write((Intend(intent_of(context, change, "start", id)),))
    start = Call(endpoint=START, at=context.scope(change.address, id), repeatable=False)
    try:
        said, _ = yield Http(lambda: context.api.send(start))
        # The page's answer is `ready`, for a moment. Any other word may be about the call, or about a failure.
        if status_of(unwrap(said)) not in UNDER_WAY | {READY}:
            raise Nonsense("the answer does not say that it starts", method=START.method, path=START.path, hint=_ASK)
    except ApiError as error:
        # Refused it may be because the run began by itself in between.
        patience = context.options.grace if error.may_be_processed or isinstance(error, Refused) else 0.0
        try:
            run = yield Http(_poll(context, change, id, until=partial(_has_begun, context, change), seconds=patience))
        except ApiError:
            run = None  # it can't be read: nothing more is known than before
        if run is not None and _has_begun(context, change, run.status):
            return None
        if error.may_be_processed:
            return ended(change, Status.UNKNOWN, replace_hint(error, _ASK.format(change.address)), id=id)
        yield Write((Remember(record_of(context, change, id, started=False)),))
        raise
    return None


def _patience(context: Context, change: Change) -> float | None:
    """Seconds to wait for the end; None for not at all."""
    wait = (change.after or {}).get("wait", context.options.wait)
    if isinstance(wait, dict):
        return float(wait["timeout"])
    return context.options.wait_timeout if wait or context.options.wait else None


def _waited(context: Context, change: Change, id: str, seconds: float, attempts: int) -> Work:
    run = yield Http(_poll(context, change, id, until=TERMINAL.__contains__, seconds=seconds, asking=True))
    waited = "was interrupted" if context.cutoff.over else f"took longer than {seconds:g} s"
    if error := bad_end(run, waited):
        return ended(change, Status.FAILED, error, id=id, attempts=attempts)
    return ended(change, Status.APPLIED, id=id, attempts=attempts, warnings=())


def _poll(
    context: Context, change: Change, id: str, *, until: Callable[[str], bool], seconds: float, asking: bool = False
) -> Callable[[], Run]:
    """A worker's function: watch the run until its status is right, the time is over, or the apply is to stop.

    `asking`: tell what it asks, and bear with reads that fail for a while.
    """
    api, ask, tell = context.api, context.ask, context.tell
    run = Run(
        id=id,
        status="",
        project=change.address.project,
        project_id=context.scope(change.address).project,
        address=change.address,
        hidden=tuple(secrets_in(change.after, {})),
    )
    return lambda: watch(
        api,
        run,
        until=until,
        seconds=seconds,
        cutoff=context.cutoff,
        tell=lambda status: tell(change, status),
        ask=(lambda run, question: ask(change, run, question)) if asking else None,
        most=context.options.poll,
        patience=READ_FAILURES if asking else 0,
    )
