"""Declare Execution, a run of a flow: created, started if need be, and then over. It can't be updated or deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wexa_sync.kinds.base import Kind, Nature, Running
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.inbox import INBOX
from wexa_sync.kinds.running import Move
from wexa_sync.model import Sealed, Secret, Spec
from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from wexa_sync.model import Step, Usage

READY, RUNS, PAUSED = "ready", "running", "paused"
_QUEUED = frozenset({"pending", "queued"})
_SUCCEEDED = frozenset({"completed"})
_CANCELLED = frozenset({"cancelled", "canceled"})
_FAILED = frozenset({"failed"}) | _CANCELLED
_ENDED = _SUCCEEDED | _FAILED
# A run that waits for a person may also be `paused`, or go on being `running`: only the inbox tells.
_ASKING = frozenset({"input_required", "waiting"})
# No response of the API was seen with one of these.
_PERHAPS_ENDED = frozenset(
    {"aborted", "done", "ended", "error", "errored", "expired", "finished", "rejected", "stopped"}
    | {"succeeded", "success", "successful", "terminated", "timed_out", "timeout"}
)


def _call(path: str, *, query: dict[str, str] | None = None, otherwise: Endpoint | None = None) -> Endpoint:
    """Return a call on one run. The pages want the ids in query and body, the SDK sends neither: both are sent."""
    return Endpoint(
        method="POST",
        path=path,
        query={"projectID": "{project}", **(query or {})},
        body={"projectID": "{project}", "execution_id": "{id}"},
        otherwise=otherwise,
    )


PAUSE = Move(
    verb="pause",
    past="paused",
    endpoint=_call("/execute_flow/{id}/pause"),
    done=frozenset({PAUSED}),
    never=_ENDED | _ASKING,
)
RESUME = Move(
    verb="resume",
    past="resumed",
    endpoint=_call("/execute_flow/{id}/resume"),
    done=frozenset({READY, RUNS}) | _QUEUED,
    never=_ENDED | _ASKING,
    heeds_questions=True,  # one that waits for an answer may be shown as paused: resumed, it could go on without
)
CANCEL = Move(
    verb="cancel",
    past="cancelled",
    # The SDK's path. The page has lost the /cancel, or means it.
    endpoint=_call("/execute_flow/{id}/cancel", otherwise=_call("/execute_flow/{id}")),
    done=_CANCELLED,
    never=_ENDED - _CANCELLED,
)


def _account(raw: Mapping[str, Any]) -> tuple[tuple[Step, ...], Usage]:
    from wexa_sync.kinds.results import steps_of, usage_of  # a plan needs none of it

    return steps_of(raw), usage_of(raw)


RUNNING = Running(
    # The page has the id a third time, in the query.
    start=_call("/execute_flow/{id}/execute", query={"execution_id": "{id}"}),
    status=("status", "state"),  # an old client reads `state`
    runs="agentflow_id",
    inputs="input_variables",
    target_names=(("agentflow_name",), ("agentflow", "name")),
    ended_at="end_time",
    account=_account,
    ready=READY,
    queued=_QUEUED,
    going_on=frozenset({RUNS, "in_progress", "processing"}),
    paused=frozenset({PAUSED}),
    asking=_ASKING,
    succeeded=_SUCCEEDED,
    failed=_FAILED,
    perhaps_ended=_PERHAPS_ENDED,
    inbox=INBOX,
    moves={move.verb: move for move in (PAUSE, RESUME, CANCEL)},
)
"""Status words seen in pages, SDK and clients."""


_PLACE = pattern(r"\{\{\s*([^{}]+?)\s*\}\}")


def filled_in(spec: Spec) -> Spec:
    """Return the spec with each `{{name}}` in the goal replaced by that input: a server may show it so.

    For comparing in memory only: secrets are revealed.
    """
    goal, inputs = _plain(spec.get("goal")), spec.get("input_variables")
    if not isinstance(goal, str) or not isinstance(inputs, Mapping):
        return spec

    def value_of(place: re.Match[str]) -> str:
        value = _plain(inputs.get(place[1]))
        if value is None or isinstance(value, Sealed):
            return place[0]
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

    return {**spec, "goal": _PLACE.sub(value_of, goal)}


def _plain(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def _forms(raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return a run as it is answered and, where the server filled its goal in, as it was sent."""
    template = raw.get("goal_template")
    return (raw, {**raw, "goal": template}) if isinstance(template, str) and template else (raw,)


EXECUTION = Kind(
    name="Execution",
    schema="execution.schema.json",
    nature=Nature.ACTION,
    display="goal",
    identity=("agentflow_id", "goal", "input_variables"),
    run=RUNNING,
    forms=_forms,
    as_shown=filled_in,
    # Paths take the UUID; the 24-hex _id stands beside it in the same answer.
    ids=("execution_id", "_id"),
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/{project}/execution_flows", query={"projectID": "{project}"}),
        scope=Scope.PROJECT,
        keys=("execution_flows", "executions"),
    ),
    endpoints={
        Operation.CREATE: Endpoint(
            method="POST",
            path="/execute_flow",
            query={"projectID": "{project}"},
            body={"projectID": "{project}", "executed_by": "{user}"},
        ),
        Operation.READ: Endpoint(method="GET", path="/execute_flow/{id}"),
    },
    hints={
        Operation.UPDATE: "It ran already. Raise metadata.generation by one to run it again with the new spec.",
    },
)
