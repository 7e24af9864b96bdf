"""Serve the toy kinds in the sandbox, whose store, clock, faults and readings hold for them as for the API's own."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Body
from starlette.responses import Response

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import created, deleted, listing, reply, updated
from wexa_sync.sandbox.routes.params import Here, ProjectQuery
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

Sent: TypeAlias = Annotated[Json, Body()]

sheets = APIRouter(tags=["Sheets"])


@sheets.get("/sheets")
@turn
def list_sheets(world: Here, project_id: ProjectQuery) -> Response:
    """List the sheets of a project, without their columns."""
    return listing(world, "sheets", [row.body for row in world.store.rows("sheet", project=project_id)])


@sheets.post("/sheets")
@turn
def create_sheet(world: Here, project_id: ProjectQuery, body: Sent) -> Response:
    """Create a sheet."""
    return created(world, _made(world, "sheet", project_id, {"name": body["name"]}).body)


@sheets.get("/sheets/{sheet_id}")
@turn
def get_sheet(world: Here, sheet_id: str) -> Response:
    """Return one sheet."""
    return reply(world.find("sheet", sheet_id).body)


@sheets.put("/sheets/{sheet_id}")
@turn
def rename_sheet(world: Here, sheet_id: str, body: Sent) -> Response:
    """Rename a sheet."""
    return updated(world, _changed(world, world.find_live("sheet", sheet_id), {"name": body["name"]}))


@sheets.delete("/sheets/{sheet_id}")
@turn
def delete_sheet(world: Here, sheet_id: str) -> Response:
    """Delete a sheet and its columns."""
    row = world.find("sheet", sheet_id)
    for column in world.store.rows("column", owner=sheet_id):
        world.store.remove(column)
    world.delete(row)
    return deleted(world, row.body)


@sheets.get("/sheets/{sheet_id}/columns")
@turn
def list_columns(world: Here, sheet_id: str) -> Response:
    """List the columns of a sheet, the newest first."""
    world.find("sheet", sheet_id)
    columns = [row.body for row in world.store.rows("column", owner=sheet_id)]
    return listing(world, "columns", columns[::-1])


@sheets.post("/sheets/{sheet_id}/columns")
@turn
def add_columns(world: Here, sheet_id: str, body: Annotated[list[Json], Body()]) -> Response:
    """Add columns. The client chooses their ids, which are unique in their sheet."""
    sheet = world.find_live("sheet", sheet_id)
    for column in body:
        ident = f"{sheet_id}/{column['column_id']}"
        if world.store.get("column", ident):
            raise ApiError(400, f"Column already exists: {column['column_id']}")
        world.store.add(Row(kind="column", id=ident, project=sheet.project, owner=sheet_id, body=column))
    return reply({"message": "Columns added"})


@sheets.patch("/sheets/{sheet_id}/columns/{column_id}")
@turn
def edit_column(world: Here, sheet_id: str, column_id: str, body: Sent) -> Response:
    """Change the fields of a column that are sent."""
    return updated(world, _changed(world, _column(world, sheet_id, column_id), body))


@sheets.delete("/columns")
@turn
def delete_columns(world: Here, body: Sent) -> Response:
    """Delete columns of one sheet, named in the body."""
    columns = [_column(world, body["sheet_id"], each) for each in body["column_ids"]]
    if not columns:
        raise ApiError(400, "No columns are named")
    for column in columns:
        world.store.remove(column)
    return reply({"message": "Columns deleted"})


def _column(world: World, sheet_id: str, column_id: str) -> Row:
    row = world.store.get("column", f"{sheet_id}/{column_id}")
    if row is None:
        raise ApiError(404, f"Column not found: {column_id}")
    return row


TOKENS: dict[str, Callable[[Json], Json]] = {
    "masked": lambda gate: gate | {"token": "****"},
    "echoed": lambda gate: gate,
    "absent": lambda gate: {name: value for name, value in gate.items() if name != "token"},
}
"""What reads may show of a gate's token."""


def gates(token: str) -> APIRouter:
    """Return the routes of gates, whose reads show of the token what `token` says."""
    router = APIRouter(tags=["Gates"])

    def view(row: Row) -> Json:
        return TOKENS[token](row.body)

    @router.get("/gates")
    @turn
    def list_gates(world: Here, project_id: ProjectQuery) -> Response:
        return listing(world, "gates", [view(row) for row in world.store.rows("gate", project=project_id)])

    @router.post("/gates")
    @turn
    def create_gate(world: Here, project_id: ProjectQuery, body: Sent) -> Response:
        fields = {"name": "", "sheet_id": None, "settings": {}, "token": "", **body, "passes": 0, "rules": []}
        return created(world, view(_made(world, "gate", project_id, fields)))

    @router.get("/gates/{gate_id}")
    @turn
    def get_gate(world: Here, gate_id: str) -> Response:
        return reply(view(world.find("gate", gate_id)))

    @router.get("/gates/{gate_id}/token")
    @turn
    def get_token(world: Here, gate_id: str) -> Response:
        return reply({"token": world.find("gate", gate_id).body["token"]})

    @router.put("/gates/{gate_id}/name")
    @turn
    def rename_gate(world: Here, gate_id: str, body: Sent) -> Response:
        row = world.find_live("gate", gate_id)
        _changed(world, row, {"name": body["name"]})
        return updated(world, view(row))

    @router.patch("/gates/{gate_id}/settings")
    @turn
    def change_settings(world: Here, gate_id: str, body: Sent) -> Response:
        row = world.find_live("gate", gate_id)
        taken = {"sheet_id", "settings", "token"}
        _changed(world, row, {name: value for name, value in body.items() if name in taken})
        return updated(world, view(row))

    @router.put("/gates/{gate_id}/rules")
    @turn
    def replace_rules(world: Here, gate_id: str, body: Annotated[list[Json], Body()]) -> Response:
        row = world.find_live("gate", gate_id)
        _changed(world, row, {"rules": body})
        return updated(world, view(row))

    @router.delete("/gates/{gate_id}")
    @turn
    def delete_gate(world: Here, gate_id: str) -> Response:
        row = world.find("gate", gate_id)
        world.delete(row)
        return deleted(world, view(row))

    return router


def _made(world: World, kind: str, project: str, fields: dict[str, Any]) -> Row:
    world.find_live("project", project)
    at = world.now()
    body = {"_id": world.new_id(at), "projectID": project, **fields, "created_at": at}
    return world.store.add(Row(kind=kind, id=body["_id"], project=project, body=body))


def _changed(world: World, row: Row, fields: Json) -> Json:
    row.body |= fields
    world.store.save(row)
    return row.body
