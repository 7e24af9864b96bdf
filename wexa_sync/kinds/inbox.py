"""Declare the inbox: what waiting runs ask of people. It is listed and answered, never declared in a manifest."""

from __future__ import annotations

from dataclasses import replace

from wexa_sync.kinds.base import Inbox, Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Scope
from wexa_sync.kinds.paging import AfterId

PREVIEW, INPUT, ANOMALY = "preview", "runtime_input", "anomaly_detection"

_EVERYTHING = Listing(
    endpoint=Endpoint(method="GET", path="/inbox", query={"projectID": "{project}"}),
    scope=Scope.PROJECT,
    paging=AfterId(),
    keys=("inbox_requests",),
)
_PENDING = replace(_EVERYTHING.endpoint, query={**_EVERYTHING.endpoint.query, "status": "pending"})

EVERYTHING = Kind(name="Inbox item", declarable=False, display="summary", listing=_EVERYTHING)
PENDING = replace(EVERYTHING, listing=replace(_EVERYTHING, endpoint=_PENDING))
"""The same list, of what is `pending` alone: short, however much was answered in the life of a project."""

INBOX = Inbox(
    pending=PENDING,
    everything=EVERYTHING,
    run="execution_id",
    open=frozenset({"pending", "input_required"}),
    # The id in the path is the run's.
    answers={
        type_: Endpoint(method="POST", path=f"/inbox/update/{type_}/{{id}}", query={"projectID": "{project}"})
        for type_ in (PREVIEW, INPUT, ANOMALY)
    },
)
