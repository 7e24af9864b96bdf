"""List, read, insert, update and delete the rows of tables."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.responses import PlainTextResponse, Response

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import deleted, reply, updated
from wexa_sync.sandbox.routes.paging import by_page, window
from wexa_sync.sandbox.routes.params import Here, Limit, MaybeProject, check_same_project
from wexa_sync.sandbox.table_bodies import BulkUpdate, BulkUpsert, RecordIds
from wexa_sync.sandbox.world.records import change, find_record, insert, meeting, ordered, selected
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.tables import live_columns
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Rows"])

_PAGE = 50


@router.get("/storage/{project_id}/{table_id}", summary="Get records list")
@turn
def list_records(
    *,
    world: Here,
    project_id: str,
    table_id: str,
    page: Annotated[int | None, Query(ge=1, description="from 1")] = None,
    page_size: Annotated[int | None, Query(ge=1)] = None,
    limit: Limit = None,
    sort: int = 1,
    sort_key: str = "_id",
    query: str = "",
    filters: Annotated[str, Query(description="JSON text of an object")] = "",
    search_filters: Annotated[str, Query(description="JSON text of an array")] = "",
) -> Response:
    """List rows by page [client]. Reading `page_size_name` says which name of the page's size counts."""
    table = world.find("table", table_id, project=project_id)
    sizes = {"page_size": page_size, "limit": limit}
    place = by_page(world, page, sizes.get(world.readings.value("page_size_name")) or _PAGE)
    if sort_key == "_id" and sort >= 0 and not (query or filters or search_filters):
        rows = world.store.rows("record", owner=table.id, skip=place[0], limit=place[1], by_id=True)
        total = world.store.count("record", owner=table.id)
    else:
        found = selected(world.store.rows("record", owner=table.id), query, filters, search_filters)
        rows, total = window(ordered(found, sort_key, sort), place), len(found)
    return reply({"records": rows, "total_count": total})


@router.post("/storage/{project_id}/{table_id}", summary="Insert rows (SDK only)")
@turn
def insert_records(world: Here, project_id: str, table_id: str, body: Annotated[Json | list[Json], Body()]) -> Response:
    """Insert one row or several. Reading `rows_answer` says what comes back."""
    table = world.find_live("table", table_id, project=project_id)
    rows = [insert(world, table, values) for values in (body if isinstance(body, list) else [body])]
    return _inserted(world, rows, single=not isinstance(body, list))


@router.delete("/storage/{project_id}/{table_id}", summary="Delete records")
@turn
def delete_records(
    world: Here, project_id: str, table_id: str, body: RecordIds, in_query: MaybeProject = None
) -> Response:
    """Delete the rows that the body names. It must name one: the path alone reads as if the table were meant."""
    check_same_project(in_query, project_id)
    table = world.find_live("table", table_id, project=project_id)
    if not body.storage_ids:
        raise ApiError(400, "No storage_ids are given")
    rows = [find_record(world, table, ident) for ident in body.storage_ids]
    for row in rows:
        world.delete(row)
    return deleted(world, {"storage_ids": body.storage_ids})


@router.get("/storage/{project_id}/{table_id}/{record_id}", summary="Get record by id (SDK only)")
@turn
def get_record(world: Here, project_id: str, table_id: str, record_id: str) -> Response:
    """Return one row."""
    table = world.find("table", table_id, project=project_id)
    return reply(find_record(world, table, record_id))


@router.put("/storage/{project_id}/{table_id}/{record_id}", summary="Update record (SDK only)")
@turn
def update_record(
    world: Here, project_id: str, table_id: str, record_id: str, body: Annotated[Json, Body()]
) -> Response:
    """Update one row. Reading `row_put` says what becomes of the values that are not sent."""
    row = find_record(world, world.find_live("table", table_id, project=project_id), record_id, live=True)
    change(world, row, body, merge=world.readings.says("row_put", "merge"))
    return updated(world, row.body)


@router.delete("/storage/{project_id}/{table_id}/{record_id}", summary="Delete one record (SDK only)")
@turn
def delete_record(world: Here, project_id: str, table_id: str, record_id: str) -> Response:
    """Delete one row."""
    row = find_record(world, world.find("table", table_id, project=project_id), record_id)
    world.delete(row)
    return deleted(world, row.body)


@router.put("/bulk/storage/{project_id}/{table_id}", summary="Bulk update rows (SDK only)")
@turn
def update_records(world: Here, project_id: str, table_id: str, body: BulkUpdate) -> Response:
    """Set the same values in several rows."""
    table = world.find_live("table", table_id, project=project_id)
    rows = [find_record(world, table, ident, live=True) for ident in body.record_ids.storage_ids]
    for row in rows:
        change(world, row, body.records, merge=True)
    return updated(world, {"records": [row.body for row in rows]})


@router.post("/bulk/storage/{project_id}/{table_id}", summary="Bulk write rows (old SDKs)")
@turn
def upsert_records(world: Here, project_id: str, table_id: str, body: BulkUpsert) -> Response:
    """Write rows: one with an `_id` is changed, any other is added."""
    table = world.find_live("table", table_id, project=project_id)
    rows = []
    for values in body.records:
        row = find_record(world, table, values["_id"], live=True) if "_id" in values else insert(world, table, values)
        change(world, row, values, merge=True)
        rows.append(row)
    return _inserted(world, rows, single=False)


@router.post("/table/fieldcount/{project_id}/{table_id}", summary="Count by filter (SDK only)")
@turn
def count_records(world: Here, project_id: str, table_id: str, body: Annotated[list[Json], Body()]) -> Response:
    """Count the rows that meet every filter."""
    table = world.find("table", table_id, project=project_id)
    return reply({"count": len(meeting(world.store.rows("record", owner=table.id), body))})


@router.get("/table_data/storage/{table_id}/export", summary="Export table (SDK only)")
@turn
def export_table(world: Here, table_id: str) -> Response:
    """Return all rows as CSV text; no real answer was seen."""
    table = world.find("table", table_id)
    text = io.StringIO()
    names = [column["column_id"] for column in live_columns(table.body)]
    writer = csv.DictWriter(text, ["_id", *names], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(row.body for row in world.store.rows("record", owner=table.id))
    return PlainTextResponse(text.getvalue(), media_type="text/csv")


def _inserted(world: World, rows: list[Row], *, single: bool) -> Response:
    status = int(world.readings.value("create_status"))
    if world.readings.says("rows_answer", "count"):
        return reply({"inserted_count": len(rows)}, status)
    if world.readings.says("rows_answer", "ids"):
        return reply({"inserted_ids": [row.id for row in rows]}, status)
    bodies = [row.body for row in rows]
    return reply(bodies[0] if single else bodies, status)
