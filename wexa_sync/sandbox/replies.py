"""Build the responses: JSON as the API writes it, and the envelopes that its documentation leaves open.

`json` renders the bodies directly: FastAPI's own encoder would walk every value of a large list a second time. A row in
a value is written as its stored text: to read and to write a list of a thousand bodies takes most of the time else.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse, Response

from wexa_sync.sandbox.errors import sentence
from wexa_sync.sandbox.world.store import Row, as_text

if TYPE_CHECKING:
    from wexa_sync.sandbox.errors import ApiError
    from wexa_sync.sandbox.world.chosen import Readings
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_ROW = secrets.token_hex(16)
"""Stands for a row until its text is put there. No client can know it, so that nothing else has it."""


def reply(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `value`, which may hold rows, as a JSON response."""
    texts: list[str] = []

    def take(row: Row) -> str:
        texts.append(row.text)
        return _ROW

    parts = as_text(value, default=take).split(f'"{_ROW}"')
    text = "".join(chain.from_iterable(zip(parts, (*texts, ""), strict=True)))
    return Response(text, status_code=status, headers=headers, media_type="application/json")


def listing(
    world: World, name: str, items: Sequence[Json | Row], *, total: tuple[str, int] | None = None, bare: bool = False
) -> Response:
    """Return a list in the form of reading `list_envelope`.

    `total` is a count's key and value. With `bare` the documented form is `[]`.
    """
    form = world.readings.value("list_envelope")
    if form == "documented":
        form = "bare" if bare else name
    return reply(enveloped(form, name, items, dict([total] if total else [])))


def execution_listing(world: World, items: list[Json]) -> Response:
    """Return a list of executions, in the form of its own reading."""
    return reply(enveloped(world.readings.value("execution_list"), "executions", items, {}))


def storage_listing(world: World, name: str, items: Sequence[Json | Row]) -> Response:
    """Return a list of tables, their names or columns, in the form of their own reading."""
    form = world.readings.value("tables_list")
    return reply(enveloped(name if form == "tables" else form, name, items, {}))


def enveloped(form: str, name: str, items: Sequence[Json | Row], count: dict[str, int]) -> Any:
    """Return a list in one of the forms that readings name, with its count beside it."""
    if form == "bare":
        return items
    if form == "unforeseen":
        return {"rows": items, **count}
    if form == "nested":
        return {"data": {name: items, **count}}
    return {"data" if form == "data" else name: items, **count}


def created(world: World, body: Json | Row, *, seen: bool = False) -> Response:
    """Return the response to a create whose page was not read.

    With `seen`, the body is known from a client or a test, so reading `create_answer` does not apply.
    """
    readings = world.readings
    status = int(readings.value("create_status"))
    if not seen and readings.says("create_answer", "empty"):
        return Response(status_code=status)
    if not seen and readings.says("create_answer", "id"):
        body = {"_id": body.id if isinstance(body, Row) else body["_id"]}
    return reply({"data": body} if readings.says("create_envelope", "data") else body, status)


def configured(world: World, body: Json, to_verify: Json) -> Response:
    """Return the response to a configured connector; of the real one, `data_to_verify` alone was seen."""
    form = world.readings.value("configure_answer")
    if form == "empty":
        return Response(status_code=int(world.readings.value("create_status")))
    return created(world, {"object": body | to_verify, "id": {"_id": body["_id"]}}.get(form, to_verify), seen=True)


def updated(world: World, body: Json | Row) -> Response:
    """Return the response to an update; no real one was seen."""
    if world.readings.says("update_answer", "empty"):
        return Response(status_code=200)
    return reply({"message": "Updated successfully"} if world.readings.says("update_answer", "message") else body)


def deleted(world: World, body: Json | Row) -> Response:
    """Return the response to a delete; no real one was seen."""
    form = world.readings.value("delete_answer")
    if form == "204":
        return Response(status_code=204)
    return reply({"message": {"message": "Deleted successfully"}, "object": body}.get(form))


def refusal(readings: Readings, path: str, error: ApiError) -> Response:
    """Return an error in the form of the server for `path`: two servers seem to stand behind the one host."""
    key = readings.value("error_key")
    if key == "detail" and not is_camel_case(path):
        return reply({"detail": error.detail}, error.status, error.headers)
    text = error.detail if isinstance(error.detail, str) else sentence(error.detail)
    if key == "text":
        return PlainTextResponse(text, status_code=error.status, headers=error.headers)
    return reply({"message" if key == "detail" else key: text}, error.status, error.headers)


def is_camel_case(path: str) -> bool:
    """True when `path` belongs to the camelCase part of the API, which seems to be a server of its own."""
    return path == "/v1/project" or path.startswith("/v1/project/")
