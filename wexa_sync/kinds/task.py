"""Declare what a person can do to a task. Each execution makes one, which has the execution's status."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.kinds.execution import CANCEL, PAUSE, RESUME, RUNNING
from wexa_sync.kinds.running import Move

TASK_RUNNING = RUNNING
"""The status words and the inbox of a task: those of its execution."""


def _call(verb: str) -> Endpoint:
    return Endpoint(method="POST", path=f"/task/{{id}}/{verb}", known_from="the vendor's SDK")


TASK_MOVES: Mapping[str, Move] = {
    "pause": replace(PAUSE, endpoint=_call("pause")),
    "resume": replace(RESUME, endpoint=_call("resume")),
    # The API's word is stop for tasks and cancel for executions.
    "stop": replace(CANCEL, verb="stop", past="stopped", endpoint=_call("stop")),
}
"""The moves of a task, by their verbs."""
