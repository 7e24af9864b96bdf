"""Declare Database, the storage of a project: made once, by a call without a body, and gone with its project."""

from __future__ import annotations

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation, Shape
from wexa_sync.kinds.exported import Exported

DATABASE = Kind(
    name="Database",
    schema="database.schema.json",
    exported=Exported(file="database.yaml"),
    display="",
    implied_by="Table",
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/storage", query={"projectID": "{project}"}, shape=Shape.NONE),
        Operation.READ: Endpoint(method="GET", path="/storage/{project}"),
    },
    hints={
        Operation.UPDATE: "There is nothing in it to change.",
        Operation.DELETE: "It goes with its project. `wexa-sync state rm {address}` forgets it.",
    },
)
