"""Pause, resume or cancel a run. The run is read first, the call is sent once, and the run is read again.

Nothing of it is in the state. After a lost response the run itself shows what happened, so a repeated command is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wexa_sync.api.calls import Call, Ids
from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.errors import ApiError, UsageError, WexaSyncError
from wexa_sync.executions.inbox import asking
from wexa_sync.executions.runs import once_more, read_again, running
from wexa_sync.executions.watch import watch
from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.kinds.running import Move
from wexa_sync.model import Run

_SETTLES = 2.0  # seconds that a server whose answer was lost is given to show what it did


def move(api: Api, run: Run, verb: str) -> tuple[Run, bool]:
    """Return the run after the move, and whether a call was sent. Raise WexaSyncError for a move that can't be made.

    A status that is not known here forbids nothing: the server decides.
    """
    what = running(run).moves.get(verb)
    if what is None:
        raise UsageError(f"the API has no call to {verb} a run of the kind {run.kind}", hint="Look in Wexa Studio.")
    if what.heeds_questions:
        run = asking(api, run)
    if run.questions or run.status in what.never:
        raise _forbidden(run, what)
    if run.status in what.done:
        return run, False
    try:
        send(api, run, what.endpoint, {})
    except ApiError as error:
        run = after_failure(api, run, error, what.done.__contains__)
        if run.status in what.done:
            return run, True
        raise not_done(error, run, f"the run is {run.status}") from None
    return read_again(api, run), True


def send(api: Api, run: Run, endpoint: Endpoint, body: Mapping[str, Any]) -> None:
    """Send a call on a run, once."""
    ids = Ids(project=run.project_id, id=run.id)
    api.send(Call(endpoint=endpoint, ids=ids, body=body, repeatable=False))


def after_failure(api: Api, run: Run, error: ApiError, until: Callable[[str], bool]) -> Run:
    """Return the run after a call that failed. A call without a response may have been carried out, or soon will be."""
    seconds = _SETTLES if error.may_be_processed else 0.0
    try:
        return watch(api, run, until=until, seconds=seconds, cutoff=Cutoff(), patience=1)
    except ApiError:
        raise not_done(error, run, "nor can the run be read now") from None


def not_done(error: ApiError, run: Run, now: str) -> WexaSyncError:
    """Return the error of a call that changed nothing. `now` says how the run stands."""
    hint = f"`wexa-sync executions show {run.name}` shows its status."
    if error.may_be_processed:
        hint = "Repeat the command: wexa-sync reads the run before it sends anything."
    return WexaSyncError(f"{error.message}; {now}", hint=hint)


def _forbidden(run: Run, what: Move) -> WexaSyncError:
    if run.status not in running(run).ended:
        return WexaSyncError(
            f"{run.name} waits for an answer ({run.status}), and can't be {what.past}",
            hint=f"`wexa-sync executions show {run.name}` shows what it asks and how to answer.",
        )
    hint = f"A run that has ended can't be changed.{once_more(run)}"
    return WexaSyncError(f"{run.name} is {run.status}, and can't be {what.past} any more", hint=hint)
