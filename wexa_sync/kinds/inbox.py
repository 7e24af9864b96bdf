"""The inbox: what waiting runs ask of people. It is listed and answered, never declared."""

from __future__ import annotations

from dataclasses import replace

from wexa_sync.kinds.base import Endpoint, Kind, Listing, Scope
from wexa_sync.kinds.paging import AfterId

PREVIEW, INPUT, ANOMALY = "preview", "runtime_input", "anomaly_detection"

_EVERYTHING = Listing(
    endpoint=Endpoint(method="GET", path="/inbox", query={"projectID": "{project}"}),
    scope=Scope.PROJECT,
    paging=AfterId(),
    keys=("inbox_requests",),
)
_PENDING = replace(_EVERYTHING.endpoint, query={**_EVERYTHING.endpoint.query, "status": "pending"})

INBOX = Kind(name="Inbox item", declarable=False, display="summary", listing=_EVERYTHING)
PENDING = replace(INBOX, listing=replace(_EVERYTHING, endpoint=_PENDING))
"""The same list, of what is `pending` alone: short, however much was answered in the life of a project."""

OPEN = frozenset({"pending", "input_required"})
"""The status words of an item that nobody has answered."""

ANSWERS = {
    type: Endpoint(method="POST", path=f"/inbox/update/{type}/{{id}}", query={"projectID": "{project}"})
    for type in (PREVIEW, INPUT, ANOMALY)
}
"""How an item of a type is answered; the id is the run's."""
