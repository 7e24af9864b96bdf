"""Declare Schedule, one future run of a flow: its list is `/schedules/coworker`, the rest `/schedule/coworker`."""

from __future__ import annotations

from wexa_sync.kinds.agent import display_text, text_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.origin import Derived
from wexa_sync.kinds.paging import PageNumber
from wexa_sync.kinds.spec.times import epoch
from wexa_sync.model import Spec


def _fires_at(spec: Spec) -> float | None:
    """Return when the schedule fires, in epoch seconds. A schedule that is gone after that is done, not missing."""
    return epoch(spec["schedule"]) if "schedule" in spec else None


SCHEDULE = Kind(
    name="Schedule",
    schema="schedule.schema.json",
    display="template",
    identity=("coworker_id", "template"),
    narrow=("schedule",),
    ends_at=_fires_at,
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/schedules/coworker", query={"projectID": "{project}"}),
        scope=Scope.PROJECT,
        paging=PageNumber(page_param="page_no", limit_param="limit", limit=100),
        keys=("schedules",),
    ),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/schedule/coworker", query={"projectID": "{project}"}),
        Operation.READ: Endpoint(method="GET", path="/schedule/coworker/{id}"),
        Operation.UPDATE: Endpoint(
            method="PATCH",
            path="/schedule/coworker/{id}",
            query={"projectID": "{project}"},
            fields=("goal", "template", "display_template", "schedule"),
            partial=True,
        ),
        Operation.DELETE: Endpoint(method="DELETE", path="/schedule/coworker/{id}", query={"projectID": "{project}"}),
    },
    derived=(
        Derived(target=("display_template",), source=("template",), make=display_text, read=text_of),
        Derived(target=("goal", "template"), source=("template",), make=str),
        Derived(target=("goal", "display_template"), source=("display_template",), make=str),
    ),
    hints={
        Operation.UPDATE: "The API can't change the flow of a schedule: give the schedule another metadata.name, so "
        "that a new one is created, and let --prune delete the old one.",
    },
)
