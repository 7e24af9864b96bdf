"""Create the storage of a project, tables and columns. The API has no call that deletes a table."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import created, deleted, reply, storage_listing, updated
from wexa_sync.sandbox.routes.params import Here, ProjectQuery, check_same_project
from wexa_sync.sandbox.table_bodies import (
    Column,
    ColumnDelete,
    ColumnMap,
    ColumnRename,
    ColumnsEdit,
    TableCreate,
    TableRename,
    TableRenameOld,
)
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.tables import (
    add_columns,
    add_database,
    add_table,
    check_table_name,
    column_views,
    delete_column,
    find_column,
    has_database,
    live_columns,
    save_table,
    table_item,
    table_name,
    table_view,
)
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Tables"])


@router.post("/storage", summary="Create database")
@turn
def create_database(world: Here, project_id: ProjectQuery) -> Response:
    """Create the storage of a project, which its tables need under reading `database`."""
    world.find_live("project", project_id)
    known = [row for row in world.store.rows("database", project=project_id) if not row.is_deleted]
    if known and world.readings.says("second_database", "refused"):
        raise ApiError(400, "Storage already exists for this project")
    return created(world, (known[0] if known else add_database(world, project_id)).body)


@router.post("/create/table", summary="Create table")
@turn
def create_table(world: Here, project_id: ProjectQuery, body: TableCreate) -> Response:
    """Create a table with its columns and triggers."""
    check_same_project(project_id, body.project_id)
    world.find_live("project", project_id)
    if not has_database(world, project_id):
        raise ApiError(404, f"Storage not found for project: {project_id}")
    return created(world, table_view(world, add_table(world, project_id, body.json_form())))


@router.get("/storage/{project_id}", summary="Get tables")
@turn
def list_tables(world: Here, project_id: str) -> Response:
    """List the tables of a project. Reading `table_item` says whether with their columns."""
    return storage_listing(world, "tables", [table_item(world, row) for row in _tables(world, project_id)])


@router.get("/storage/{project_id}/names", summary="Get table names")
@turn
def list_table_names(world: Here, project_id: str) -> Response:
    """List the ids and names of a project's tables."""
    return storage_listing(world, "names", [table_name(world, row) for row in _tables(world, project_id)])


@router.get("/table/view/{table_id}", summary="Table view (SDK only)")
@turn
def get_table_view(world: Here, table_id: str) -> Response:
    """Return one table with its columns."""
    return reply(table_view(world, world.find("table", table_id)))


@router.put("/table/rename/{project_id}", summary="Rename table (SDK only)")
@turn
def rename_table(world: Here, project_id: str, body: TableRename) -> Response:
    """Rename a table, and set its triggers. Reading `rename_keeps_triggers` says what happens where none are sent."""
    changes = body.json_form(only_sent=world.readings.says("rename_keeps_triggers", "yes"))
    return _rename(world, project_id, changes.pop("table_id"), changes)


@router.post("/table/rename/{project_id}", summary="Rename table (old SDKs)")
@turn
def rename_table_old(world: Here, project_id: str, body: TableRenameOld) -> Response:
    """Rename a table."""
    return _rename(world, project_id, body.table_id, {"table_name": body.new_name})


@router.get("/column/storage/{project_id}/{table_id}", summary="Get columns (SDK only)")
@turn
def list_columns(world: Here, project_id: str, table_id: str) -> Response:
    """List the columns of a table."""
    return storage_listing(world, "columns", column_views(world, world.find("table", table_id, project=project_id)))


@router.post("/column/storage/{project_id}/{table_id}", summary="Add columns (SDK only)")
@turn
def create_columns(
    *,
    world: Here,
    project_id: str,
    table_id: str,
    ignore_existing_columns: Annotated[bool, Query()] = False,
    body: Annotated[list[Column], Body()],
) -> Response:
    """Add columns to a table; all of them, or none."""
    table = world.find_live("table", table_id, project=project_id)
    ignores = ignore_existing_columns and world.readings.says("columns_add_existing", "ignored")
    add_columns(table.body, [column.json_form() for column in body], ignore_existing=ignores)
    save_table(world, table)
    return updated(world, table_view(world, table))


@router.put("/edit/columns/{project_id}", summary="Rename column (SDK only)")
@turn
def rename_column(world: Here, project_id: str, body: ColumnRename) -> Response:
    """Change the name of a column; the path has its PROJECT's id."""
    table = world.find_live("table", body.table_id, project=project_id)
    find_column(table, body.column_id)["column_name"] = body.column_name
    save_table(world, table)
    return updated(world, table_view(world, table))


@router.patch("/edit/columns/{table_id}", summary="Edit column (SDK only)")
@turn
def edit_column(world: Here, table_id: str, body: Column) -> Response:
    """Change a column, sent as a whole; the path has its TABLE's id."""
    table = world.find_live("table", table_id)
    column = find_column(table, body.column_id)
    column |= body.json_form(only_sent=world.readings.says("column_patch", "merge"))
    save_table(world, table)
    return updated(world, table_view(world, table))


@router.post("/edit/columns/{table_id}", summary="Edit columns (old SDKs)")
@turn
def edit_columns(world: Here, table_id: str, body: ColumnsEdit) -> Response:
    """Add columns; no other use of this call was seen."""
    table = world.find_live("table", table_id)
    add_columns(table.body, [column.json_form() for column in body.add])
    save_table(world, table)
    return updated(world, table_view(world, table))


@router.delete("/delete/column/{project_id}", summary="Delete a column")
@turn
def delete_a_column(world: Here, project_id: str, body: ColumnDelete) -> Response:
    """Delete a column with its values, named by its table and its id, or by its id alone where one table has it."""
    table, column = _named(world, project_id, body)
    delete_column(world, table, column)
    return deleted(world, column)


@router.post("/table/column_mapper", summary="Map CSV columns (SDK only)")
@turn
def map_columns(world: Here, body: ColumnMap) -> Response:
    """Return the column that each header of a CSV file means: that of the same name or id, in any case."""
    del world
    known = {each.get(key, "").lower(): each for key in ("column_name", "column_id") for each in body.column_names}
    return reply({header: known.get(header.strip().lower(), {}).get("column_id") for header in body.csv_headers})


def _tables(world: World, project_id: str) -> list[Row]:
    world.find("project", project_id)
    if not has_database(world, project_id) and world.readings.says("storage_before_database", "404"):
        raise ApiError(404, f"Storage not found for project: {project_id}")
    return world.store.rows("table", project=project_id)


def _rename(world: World, project_id: str, table_id: str, changes: Json) -> Response:
    table = world.find_live("table", table_id, project=project_id)
    if changes["table_name"] != table.body["table_name"]:
        check_table_name(world, project_id, changes["table_name"])
    table.body |= changes
    save_table(world, table)
    return updated(world, table_view(world, table))


def _named(world: World, project_id: str, body: ColumnDelete) -> tuple[Row, Any]:
    if body.table_id is not None and body.column_id is not None:
        table = world.find_live("table", body.table_id, project=project_id)
        return table, find_column(table, body.column_id)
    wanted = body.old_column_id
    tables = [row for row in world.store.rows("table", project=project_id) if not row.is_deleted]
    found = [row for row in tables if wanted in [column["column_id"] for column in live_columns(row.body)]]
    if wanted is None or len(found) != 1:
        raise ApiError(400 if len(found) > 1 or wanted is None else 404, f"No single column is named: {wanted}")
    return found[0], find_column(found[0], wanted)
