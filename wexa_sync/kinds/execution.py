"""Execution: an action. It is created, started if need be, and then has happened; it can't be updated or deleted."""

from __future__ import annotations

from wexa_sync.kinds.base import Endpoint, Kind, Listing, Nature, Operation, Scope

EXECUTION = Kind(
    name="Execution",
    schema="execution.schema.json",
    nature=Nature.ACTION,
    display="goal",
    identity=("agentflow_id", "goal", "input_variables"),
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

START = Endpoint(
    method="POST",
    path="/execute_flow/{id}/execute",
    query={"projectID": "{project}", "execution_id": "{id}"},
    body={"projectID": "{project}", "execution_id": "{id}"},
)
"""Starts a created execution; the id stands in the path, the query and the body, as the page has it."""

READY = "ready"
SUCCEEDED = frozenset({"completed"})
FAILED = frozenset({"failed", "cancelled", "canceled"})
TERMINAL = SUCCEEDED | FAILED
WAITING = frozenset({"input_required", "waiting", "paused"})
"""Status words seen in pages, SDK and clients. A word that is not here is shown and waited on, never an error."""
