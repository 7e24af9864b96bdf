"""Describe the request bodies of tables, columns and rows, field by field in the API's spelling."""

from typing import Any

from pydantic import Field

from wexa_sync.sandbox.bodies import Body
from wexa_sync.sandbox.world.store import Json


class Column(Body):
    """Hold one column, whole. The client chooses `column_id`, which is unique in its table."""

    column_name: str
    column_type: str
    column_id: str = Field(min_length=1)
    array_type: str | None = None
    default_value: Any = None
    object_fields: list[Json] = Field(default=[])
    triggers: list[Json] = Field(default=[])
    enum_options: list[str] = Field(default=[])


class TableCreate(Body):
    """Create a table; `projectID` is also in the query."""

    project_id: str = Field(alias="projectID")
    table_name: str
    columns: list[Column] = Field(default=[])
    triggers: list[Json] = Field(default=[])


class TableRename(Body):
    """Rename a table (PUT). `triggers` replaces all of its triggers."""

    table_id: str
    table_name: str
    triggers: list[Json] = Field(default=[])


class TableRenameOld(Body):
    """Rename a table (POST), with other names for the same fields."""

    table_id: str = Field(alias="tableId")
    new_name: str = Field(alias="newName")


class ColumnRename(Body):
    """Change the name that people see of a column."""

    table_id: str
    column_id: str
    column_name: str


class ColumnsEdit(Body):
    """Edit columns as old SDKs do. `add` is the only key that was seen."""

    add: list[Column] = Field(default=[])


class ColumnDelete(Body):
    """Delete a column: by its table's id and its own, or by `columnId` alone."""

    table_id: str | None = None
    column_id: str | None = None
    old_column_id: str | None = Field(default=None, alias="columnId")


class ColumnMap(Body):
    """Find the columns that the headers of a CSV file mean."""

    column_names: list[dict[str, str]]
    csv_headers: list[str]


class RecordIds(Body):
    """Name rows by their ids."""

    storage_ids: list[str]


class BulkUpdate(Body):
    """Set the same values in several rows."""

    records: Json
    record_ids: RecordIds


class BulkUpsert(Body):
    """Write rows as old SDKs do: a row with an `_id` is changed, any other is added."""

    records: list[Json]
