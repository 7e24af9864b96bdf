"""Three kinds from outside the package, and a server of theirs: a Board with Lanes and Notes.

Columns have a list of their own for each table and may stand in any order; the table's responses show its notes, which
can only be appended.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.chain import PartOrder
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope

_TEXT = {"type": "string"}
_COMMON = "common.schema.json#/$defs/"


def _item(**fields: Any) -> dict[str, Any]:
    """Return the schema of a part."""
    return {"type": "object", "required": ["handle"], "properties": {"handle": _TEXT, **fields}}


def kinds_in(folder: Path, *, notes_go: bool = False) -> tuple[Kind, Kind, Kind]:
    """Return the kinds, with their schemas in that folder. `notes_go`: the API can delete a note."""
    column, note = _item(column_name=_TEXT, column_type=_TEXT), _item(text=_TEXT)
    parts = {"type": "array", "x-wexa-list": "parts"}
    spec = {"table_name": _TEXT, "columns": {**parts, "items": column}, "notes": {**parts, "items": note}}
    table = {
        "type": "object",
        "properties": {
            "apiVersion": {"$ref": f"{_COMMON}apiVersion"},
            "kind": {"const": "Board"},
            "metadata": {"$ref": f"{_COMMON}metadata"},
            "spec": {"type": "object", "additionalProperties": False, "properties": spec},
        },
    }
    files = {}
    for name, schema in (("column", column), ("note", note), ("table", table)):
        files[name] = str(folder / f"{name}.schema.json")
        Path(files[name]).write_text(json.dumps(schema), "utf-8")
    at = "/tables/{owner}/columns"
    columns = Kind(
        name="Lane",
        schema=files["column"],
        display="column_name",
        identity=("column_name",),
        ids=("column_id",),
        new_id=lambda _table, handle: handle,
        listing=Listing(endpoint=Endpoint(method="GET", path=at), scope=Scope.OWNER, keys=("columns",)),
        endpoints={
            Operation.CREATE: Endpoint(method="POST", path=at),
            Operation.UPDATE: Endpoint(method="PUT", path=f"{at}/{{id}}"),
            Operation.DELETE: Endpoint(method="DELETE", path=f"{at}/{{id}}"),
        },
    )
    at = "/tables/{owner}/notes"
    notes = Kind(
        name="Note",
        schema=files["note"],
        display="text",
        identity=("text",),
        endpoints={
            Operation.CREATE: Endpoint(method="POST", path=at, returns_owner=True),
            **({Operation.DELETE: Endpoint(method="DELETE", path=f"{at}/{{id}}")} if notes_go else {}),
        },
    )
    tables = Kind(
        name="Board",
        schema=files["table"],
        display="table_name",
        identity=("table_name",),
        parts=(
            Part(field="columns", kind=columns),
            Part(field="notes", kind=notes, order=PartOrder.APPEND_ONLY),
        ),
        listing=Listing(endpoint=Endpoint(method="GET", path="/tables"), scope=Scope.PROJECT, keys=("tables",)),
        endpoints={
            Operation.CREATE: Endpoint(method="POST", path="/tables", body={"projectID": "{project}"}),
            Operation.READ: Endpoint(method="GET", path="/tables/{id}"),
            Operation.DELETE: Endpoint(method="DELETE", path="/tables/{id}"),
        },
    )
    return tables, columns, notes


class Store(ThreadingHTTPServer):
    """Play a server with tables. `asked` are the calls so far; a response to one in `lost` never comes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.tables: dict[str, dict[str, Any]] = {}
        self.columns: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.lost: set[str] = set()
        self._ids = 0

    def new_id(self) -> str:
        """Return an id that nothing has."""
        self._ids += 1
        return f"t{self._ids}"

    def answer(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Do the request, and return the response; None for a 404."""
        match method, *path.strip("/").split("/"):
            case "GET", "customer":
                return {"_id": "c1", "user_id": "u1", "organization_id": "org1"}
            case "GET", "v1", "project":
                return {"projectList": [{"_id": "p1", "projectName": "Desk"}]}
            case "GET", "tables":
                return {"tables": [*self.tables.values()]}
            case "POST", "tables":
                made = {"_id": self.new_id(), "notes": [], **body}
                self.tables[made["_id"]], self.columns[made["_id"]] = made, []
                return made
            case _, "tables", table, *rest if table in self.tables:
                return self._in_table(method, table, rest, dict(body))
        return None

    def _in_table(self, method: str, table: str, rest: list[str], body: dict[str, Any]) -> Any:
        columns, notes = self.columns[table], self.tables[table]["notes"]
        items, name = (columns, "column_id") if rest[:1] == ["columns"] else (notes, "_id")
        found = next((item for item in items if rest[1:] == [item[name]]), None)
        match method, len(rest):
            case "GET", 0:
                return self.tables[table]
            case "DELETE", 0:
                return self.tables.pop(table)
            case "GET", 1:
                return {"columns": columns}
            case "POST", 1:
                items.append(body if items is columns else {"_id": self.new_id(), **body})
                return body if items is columns else self.tables[table]
            case "PUT", 2 if found is not None:
                found.update(body)
                return found
            case "DELETE", 2 if found is not None:
                items.remove(found)
                return {}
        return None


class _Answers(BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def do_PUT(self) -> None:
        self._do()

    def do_DELETE(self) -> None:
        self._do()

    def _do(self) -> None:
        path = urlsplit(self.path).path
        call = f"{self.command} {path}"
        self.server.asked.append(call)
        length = int(self.headers["Content-Length"] or 0)
        found = self.server.answer(self.command, path, json.loads(self.rfile.read(length)) if length else {})
        if call in self.server.lost:
            return  # the connection is closed without a response
        body = json.dumps({} if found is None else found).encode()
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Store]:
    """Run a server."""
    server = Store()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
