"""Keep tables and their columns. A table's columns are in its body; rows are objects of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world.store import Row

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_NAMES = ("_id", "table_name", "is_deleted")
_SUMMARY = (*_NAMES, "projectID", "created_at", "updated_at")


def add_database(world: World, project: str) -> Row:
    """Add the storage of a project."""
    at = world.now()
    body: Json = {"_id": world.new_id(at), "projectID": project, "created_at": at}
    return world.store.add(Row(kind="database", id=body["_id"], project=project, body=body))


def has_database(world: World, project: str) -> bool:
    """True when the project has its storage: after the create, or from the start (reading `database`)."""
    found = (row for row in world.store.rows("database", project=project) if not row.is_deleted)
    return world.readings.says("database", "implicit") or any(found)


def add_table(world: World, project: str, sent: Json) -> Row:
    """Add a table with its columns and triggers."""
    check_table_name(world, project, sent["table_name"])
    at = world.now()
    body = {"_id": world.new_id(at), **sent, "projectID": project, "columns": [], "created_at": at, "updated_at": at}
    add_columns(body, sent["columns"] if world.readings.says("table_create_columns", "taken") else [])
    return world.store.add(Row(kind="table", id=body["_id"], project=project, body=body))


def check_table_name(world: World, project: str, name: str) -> None:
    """Raise ApiError if the name is taken and the reading says that names of tables are unique."""
    if world.readings.says("table_names_unique", "yes"):
        world.refuse_taken_name("table", name, project=project)


def save_table(world: World, table: Row) -> None:
    """Write a changed table."""
    table.body["updated_at"] = world.now()
    world.store.save(table)


def add_columns(table: Json, columns: list[Json], *, ignore_existing: bool = False) -> None:
    """Add columns behind those of a table. Refuse an id that is there, or leave that column as it is."""
    for column in columns:
        present = any(known["column_id"] == column["column_id"] for known in live_columns(table))
        if present and not ignore_existing:
            raise ApiError(400, f"Column already exists: {column['column_id']}")
        if not present:
            table["columns"].append(column)


def live_columns(table: Json) -> list[Json]:
    """Return the columns of a table that are not deleted."""
    return [column for column in table["columns"] if not column.get("is_deleted")]


def find_column(table: Row, column_id: str) -> Json:
    """Return a column of a table. Raises ApiError where there is none."""
    for column in live_columns(table.body):
        if column["column_id"] == column_id:
            return column
    raise ApiError(404, f"Column not found: {column_id}")


def delete_column(world: World, table: Row, column: Json) -> None:
    """Delete a column, and its value in every row."""
    if world.readings.says("deleted", "404"):
        table.body["columns"].remove(column)
    else:
        column["is_deleted"] = True
    save_table(world, table)
    for row in world.store.rows("record", owner=table.id):
        if row.body.pop(column["column_id"], None) is not None:
            world.store.save(row)


def table_view(world: World, table: Row) -> Json | Row:
    """Return a whole table as clients see it."""
    shows_triggers = world.readings.says("table_triggers_read", "in_list")
    if shows_triggers and world.readings.says("column_case", "kept"):
        return table
    shown = table.body | {"columns": column_views(world, table)}
    if not shows_triggers:
        del shown["triggers"]
    return shown


def table_item(world: World, table: Row) -> Json | Row:
    """Return a table as the list of tables shows it."""
    if not world.readings.says("table_item", "names_only"):
        return table_view(world, table)
    shows_triggers = world.readings.says("table_triggers_read", "in_list")
    shown = (*_SUMMARY, *(["triggers"] if shows_triggers else []))
    return {key: value for key, value in table.body.items() if key in shown}


def table_name(world: World, table: Row) -> Json:
    """Return a table as the list of names shows it."""
    shows_triggers = world.readings.says("table_triggers_read", "in_names")
    return {key: table.body[key] for key in (*_NAMES, *(["triggers"] if shows_triggers else [])) if key in table.body}


def column_views(world: World, table: Row) -> list[Json]:
    """Return the columns of a table as clients see them."""
    if world.readings.says("column_case", "kept"):
        return [dict(column) for column in table.body["columns"]]
    return [column | {"column_type": str(column["column_type"]).lower()} for column in table.body["columns"]]
