"""Declare Project: `/v1/project`, the camelCase corner of the API. Deleting one takes its flows and skills with it."""

from __future__ import annotations

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.exported import Exported
from wexa_sync.kinds.paging import PageNumber

_UPDATABLE = ("projectName", "description", "coworker_role")

PROJECT = Kind(
    name="Project",
    schema="project.schema.json",
    exported=Exported(file="project.yaml", left_out=("status",)),
    display="projectName",
    identity=("projectName",),
    listing=Listing(
        # Both ids are needed to be shown any project (seen in a real client).
        endpoint=Endpoint(method="GET", path="/v1/project", query={"orgId": "{org}", "userId": "{user}"}),
        scope=Scope.ORGANISATION,
        paging=PageNumber(page_param="page", limit_param="limit", limit=100),
        keys=("projectList",),
        total="totalCount",  # of the vendor's own client: a live test and a real client read it
    ),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/v1/project", body={"orgId": "{org}"}),
        Operation.READ: Endpoint(method="GET", path="/v1/project/{id}"),
        # All four fields are declared required: always the whole object. SDK 0.1.1 and 0.1.5 have the id in the path.
        Operation.UPDATE: Endpoint(
            method="PUT",
            path="/v1/project",
            query={"projectId": "{id}"},
            body={"orgId": "{org}"},
            fields=_UPDATABLE,
            otherwise=Endpoint(method="PUT", path="/v1/project/{id}", body={"orgId": "{org}"}, fields=_UPDATABLE),
        ),
        Operation.DELETE: Endpoint(method="DELETE", path="/v1/project/{id}"),
    },
)
