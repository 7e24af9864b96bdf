"""Declare the inbox: what waiting runs ask of people. It is listed and answered, never declared in a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from wexa_sync.kinds.base import Inbox, Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Scope
from wexa_sync.kinds.paging import AfterId
from wexa_sync.kinds.running import Form

if TYPE_CHECKING:
    from wexa_sync.model import Question

PREVIEW, INPUT, ANOMALY = "preview", "runtime_input", "anomaly_detection"

_EVERYTHING = Listing(
    endpoint=Endpoint(method="GET", path="/inbox", query={"projectID": "{project}"}),
    scope=Scope.PROJECT,
    paging=AfterId(),
    keys=("inbox_requests",),
    total="total_count",  # of the vendor's page
)
_PENDING = replace(_EVERYTHING.endpoint, query={**_EVERYTHING.endpoint.query, "status": "pending"})

EVERYTHING = Kind(name="Inbox item", declarable=False, display="summary", listing=_EVERYTHING)
PENDING = replace(EVERYTHING, listing=replace(_EVERYTHING, endpoint=_PENDING))
"""The same list, of what is `pending` alone: short, however much was answered in the life of a project."""


def _call(type_: str) -> Endpoint:
    """Return the call that answers. The id in its path is the run's."""
    return Endpoint(method="POST", path=f"/inbox/update/{type_}/{{id}}", query={"projectID": "{project}"})


def _preview(question: Question, approved: bool | None, given: Any) -> dict[str, Any]:
    return {"agent_id": question.asker_id, "is_approved": approved, "preview_input": given}


def _input(question: Question, _approved: bool | None, given: Any) -> dict[str, Any]:
    return {"is_submitted": True, "values": given, "agent_id": question.asker_id}


def _anomaly(_question: Question, approved: bool | None, _given: Any) -> dict[str, Any]:
    return {"is_approved": approved}


INBOX = Inbox(
    pending=PENDING,
    everything=EVERYTHING,
    run="execution_id",
    asker="agent_title",
    asker_id="agent_id",
    open=frozenset({"pending", "input_required"}),
    forms={
        PREVIEW: Form(
            endpoint=_call(PREVIEW),
            body=_preview,
            given=("preview_input",),
            inputs=("skill", "input"),
            about={"skill": ("skill", "name"), "thought": ("thoughts", "text")},
        ),
        INPUT: Form(endpoint=_call(INPUT), body=_input, inputs=("values",)),
        ANOMALY: Form(endpoint=_call(ANOMALY), body=_anomaly),
    },
)
