"""Execution: an action. It is created, started if need be, and then has happened; it can't be updated or deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wexa_sync.kinds.base import Endpoint, Kind, Listing, Nature, Operation, Scope
from wexa_sync.model import Sealed, Secret, Spec

READY, PAUSED = "ready", "paused"
NOT_BEGUN = frozenset({READY, "pending", "queued"})
"""A run that was created and does nothing yet. Whether it begins by itself is for the server to say."""
SUCCEEDED = frozenset({"completed"})
CANCELLED = frozenset({"cancelled", "canceled"})
FAILED = frozenset({"failed"}) | CANCELLED
TERMINAL = SUCCEEDED | FAILED
ASKING = frozenset({"input_required", "waiting"})
"""Status words seen in pages, SDK and clients.

A run that waits for a person may also be `paused`, or go on being `running`: only the inbox tells.
"""
PERHAPS_ENDED = frozenset(
    {"aborted", "done", "ended", "error", "errored", "expired", "finished", "rejected", "stopped"}
    | {"succeeded", "success", "successful", "terminated", "timed_out", "timeout"}
)
"""Words that sound like an end, and that no answer of the API was seen with: a person is asked what they mean."""
UNDER_WAY = TERMINAL | ASKING | {PAUSED, "running", "in_progress", "processing"}
"""What shows that a run was started."""


_PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


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
    failures=FAILED,
    unclear=PERHAPS_ENDED,
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
            body={"projectID": "{project}"},
        ),
        Operation.READ: Endpoint(method="GET", path="/execute_flow/{id}"),
    },
    hints={
        Operation.UPDATE: "It ran already. Raise metadata.generation by one to run it again with the new spec.",
    },
)


def _call(path: str, *, query: dict[str, str] | None = None, otherwise: Endpoint | None = None) -> Endpoint:
    """A call on one run. The pages want the ids in query and body, the SDK sends neither: both are sent."""
    return Endpoint(
        method="POST",
        path=path,
        query={"projectID": "{project}", **(query or {})},
        body={"projectID": "{project}", "execution_id": "{id}"},
        otherwise=otherwise,
    )


START = _call("/execute_flow/{id}/execute", query={"execution_id": "{id}"})
"""Starts a created execution; its page has the id a third time, in the query."""


def status_of(raw: Mapping[str, Any] | None) -> str:
    """The status in an answer, in small letters; empty where there is none. An old client reads `state`."""
    found = (raw or {}).get("status") or (raw or {}).get("state") or ""
    return str(found).strip().lower()


def is_unclear(status: str) -> bool:
    """Return True for a word that does not say whether the run goes on, or has ended, or how."""
    return status not in UNDER_WAY | NOT_BEGUN


def waits(spec: Spec) -> bool:
    """Return True where the manifest wants the end of the run to be waited for."""
    return bool(spec.get("wait"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a person can do to a run: nothing in the statuses `done`, refused in `never`; else the server decides."""

    verb: str
    past: str
    endpoint: Endpoint
    done: frozenset[str]
    never: frozenset[str]


PAUSE = Move(
    verb="pause",
    past="paused",
    endpoint=_call("/execute_flow/{id}/pause"),
    done=frozenset({PAUSED}),
    never=TERMINAL | ASKING,
)
RESUME = Move(
    verb="resume",
    past="resumed",
    endpoint=_call("/execute_flow/{id}/resume"),
    done=frozenset({*NOT_BEGUN, "running"}),
    never=TERMINAL | ASKING,
)
CANCEL = Move(
    verb="cancel",
    past="cancelled",
    # The SDK's path. The page has lost the /cancel, or means it.
    endpoint=_call("/execute_flow/{id}/cancel", otherwise=_call("/execute_flow/{id}")),
    done=CANCELLED,
    never=TERMINAL - CANCELLED,
)
MOVES = {move.verb: move for move in (PAUSE, RESUME, CANCEL)}
"""What a person can do to a run, by the verb."""
