"""Four kinds from outside the package, by declarations alone: Sheet with SheetColumns, and Gate with GateRules.

Their names and paths are none of the API's. Columns may stand in any order, have a list of their own for each sheet,
and ids that are unique in their sheet only. A create takes a list of columns, and a delete has a body of ids.
A gate takes two calls to update, and reads do not show its token. Its rules are only written whole.
"""

from __future__ import annotations

from pathlib import Path

from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope, Shape

_PROJECT = {"projectID": "{project}"}
_WHOLE = Endpoint(method="PUT", path="/gates/{owner}/rules", shape=Shape.LIST, replaces="rules")


def _schema(name: str) -> str:
    return str(Path(__file__).with_name(f"{name}.schema.json"))


def _list_of(name: str) -> Listing:
    return Listing(endpoint=Endpoint(method="GET", path=f"/{name}", query=_PROJECT), scope=Scope.PROJECT, keys=(name,))


COLUMN = Kind(
    name="SheetColumn",
    schema=_schema("sheet-column"),
    display="title",
    identity=("title",),
    ids=("column_id",),
    new_id=lambda _sheet, handle: handle.replace("-", "_"),
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/sheets/{owner}/columns"), scope=Scope.OWNER, keys=("columns",)
    ),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/sheets/{owner}/columns", shape=Shape.LIST),
        Operation.UPDATE: Endpoint(method="PATCH", path="/sheets/{owner}/columns/{id}", partial=True),
        Operation.DELETE: Endpoint(
            method="DELETE", path="/columns", query=_PROJECT, body={"sheet_id": "{owner}", "column_ids": ["{id}"]}
        ),
    },
)

SHEET = Kind(
    name="Sheet",
    schema=_schema("sheet"),
    identity=("name",),
    parts=(Part(field="columns", kind=COLUMN),),
    listing=_list_of("sheets"),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/sheets", query=_PROJECT),
        Operation.READ: Endpoint(method="GET", path="/sheets/{id}"),
        Operation.UPDATE: Endpoint(method="PUT", path="/sheets/{id}"),
        Operation.DELETE: Endpoint(method="DELETE", path="/sheets/{id}"),
    },
)

RULE = Kind(
    name="GateRule",
    schema=_schema("gate-rule"),
    identity=("name",),
    new_id=lambda gate, handle: f"{gate}-{handle}",
    endpoints={Operation.CREATE: _WHOLE, Operation.UPDATE: _WHOLE, Operation.DELETE: _WHOLE},
)

GATE = Kind(
    name="Gate",
    schema=_schema("gate"),
    identity=("name",),
    parts=(Part(field="rules", kind=RULE),),
    listing=_list_of("gates"),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/gates", query=_PROJECT),
        Operation.READ: Endpoint(method="GET", path="/gates/{id}"),
        Operation.UPDATE: (
            Endpoint(method="PUT", path="/gates/{id}/name", fields=("name",)),
            Endpoint(
                method="PATCH", path="/gates/{id}/settings", fields=("sheet_id", "settings", "token"), partial=True
            ),
        ),
        Operation.DELETE: Endpoint(method="DELETE", path="/gates/{id}"),
    },
)

TOYS = (SHEET, COLUMN, GATE, RULE)
