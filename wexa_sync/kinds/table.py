"""Declare Table with its columns: made and extended; a column can be deleted, a table can't.

The client chooses a column's id. Rows stand under it, so it never changes, and a column that goes takes its values.
"""

from __future__ import annotations

from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.endpoint import Endpoint, Listing, Loss, Operation, Scope, Shape
from wexa_sync.kinds.exported import Exported
from wexa_sync.kinds.seed import SEED
from wexa_sync.kinds.sown import ROWS

RENAME_TABLE = "table.rename"

COLUMN = Kind(
    name="Column",
    schema="column.schema.json",
    display="column_name",
    identity=("column_name",),
    ids=("column_id",),
    new_id=lambda _table, handle: handle,
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/column/storage/{project}/{owner}"),
        scope=Scope.OWNER,
        keys=("columns",),
    ),
    endpoints={
        Operation.CREATE: Endpoint(
            method="POST",
            path="/column/storage/{project}/{owner}",
            query={"ignore_existing_columns": "true"},
            shape=Shape.LIST,
        ),
        Operation.UPDATE: (
            Endpoint(  # the path has the project's id here, and the table's below
                method="PUT",
                path="/edit/columns/{project}",
                body={"table_id": "{owner}", "column_id": "{id}"},
                fields=("column_name",),
            ),
            Endpoint(
                method="PATCH",
                path="/edit/columns/{owner}",
                body={"column_id": "{id}"},
                fields=("column_type", "array_type", "default_value", "object_fields", "enum_options"),
                keeps=("column_name", "triggers"),
            ),
        ),
        Operation.DELETE: Endpoint(
            method="DELETE", path="/delete/column/{project}", body={"table_id": "{owner}", "column_id": "{id}"}
        ),
    },
    loss=Loss(
        endpoint=Endpoint(
            method="GET",
            path="/storage/{project}/{owner}",
            query={"page": "1", "page_size": "1", "limit": "1"},
        ),
        total="total_count",
        noun="row",
    ),
    hints={
        Operation.UPDATE: "Add a column of another column_id instead, bring the values over, then take this one out.",
    },
)

TABLE = Kind(
    name="Table",
    counts_as="number_of_tables",
    schema="table.schema.json",
    exported=Exported(file="tables/{handle}.yaml"),
    display="table_name",
    identity=("table_name",),
    parts=(
        Part(field="columns", kind=COLUMN, handle="column_id", in_create=True),
        Part(field="seed", kind=SEED, only=ROWS),
    ),
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/storage/{project}"),
        scope=Scope.PROJECT,
        keys=("tables",),
        may_be_missing=True,
    ),
    endpoints={
        Operation.CREATE: Endpoint(
            method="POST",
            path="/create/table",
            query={"projectID": "{project}"},
            body={"projectID": "{project}"},
        ),
        Operation.UPDATE: Endpoint(
            method="PUT",
            path="/table/rename/{project}",
            body={"table_id": "{id}"},
            fields=("table_name",),
            keeps=("triggers",),  # the call sets them too: left out, they may be gone
            undocumented=RENAME_TABLE,
        ),
    },
    hints={
        Operation.UPDATE: "Rename it in Wexa Studio, or allow the call that only the vendor's SDK knows: "
        "`allow_undocumented: [table.rename]` in wexa-sync.yaml.",
        Operation.DELETE: "Delete it in Wexa Studio, or leave it there: `wexa-sync state rm {address}` forgets it. "
        "Only deleting the whole project removes it by the API.",
    },
)
