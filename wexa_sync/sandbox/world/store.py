"""Keep the sandbox's data: one SQLite file with one table of JSON documents.

Every request is one `BEGIN IMMEDIATE` transaction, on the one connection of the server. So fifty clients queue for
microseconds instead of failing with "database is locked". A second process on the same file waits its turn. A server
killed in the middle of a request leaves nothing half done.

A request for one object, or for one page of a list, never walks through all objects: each look-up has its index.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

from wexa_sync.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Json = dict[str, Any]
"""A JSON object as the API speaks it."""

_SCHEMA_VERSION = 2
_LOCK_SECONDS = 30.0
_UNUSABLE = "Check who may write that file and its folder, and the room on that disk."
_NAMES = ("kind", "id", "alias", "project", "owner", "name", "due", "body", "inner")
_COLUMNS = ", ".join(_NAMES)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    alias TEXT,
    project TEXT,
    owner TEXT,
    name TEXT,
    due REAL,
    body TEXT NOT NULL,
    inner TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS objects_id ON objects (kind, id);
CREATE INDEX IF NOT EXISTS objects_alias ON objects (kind, alias) WHERE alias IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind);
CREATE INDEX IF NOT EXISTS objects_project ON objects (project, kind) WHERE project IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_owner ON objects (owner, kind, id) WHERE owner IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_name ON objects (kind, name, project) WHERE name IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)
"""
_FROM_VERSION_1 = """
ALTER TABLE objects ADD COLUMN name TEXT;
DROP INDEX objects_alias;
DROP INDEX objects_project;
DROP INDEX objects_owner;
"""
_FEW = "+seq"
"""The order of creation, for few objects. By the sign SQLite finds and sorts them: else it walks through their kind."""

_CALLED = {"project": "projectName", "table": "table_name"}
"""The key of a kind's name where that is not `name`."""


def as_text(value: object, **how: Any) -> str:
    """Return a value as JSON text, as responses have it and as the store keeps it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), **how)


class Row:
    """Hold one stored object: `body` is shown to clients, `inner` is known to the sandbox alone.

    `alias` is a second id (an execution's UUID). `owner` is the id of the object that it belongs to in its project.
    `due` is the epoch second of its next step. Both JSON objects may be given as text: they are read when they are
    looked at, since most rows are only passed on.
    """

    __slots__ = ("_body", "_inner", "alias", "due", "id", "kind", "owner", "project")

    def __init__(
        self,
        *,
        kind: str,
        id: str,
        body: Json | str,
        project: str | None = None,
        alias: str | None = None,
        owner: str | None = None,
        due: float | None = None,
        inner: Json | str = "{}",
    ) -> None:
        self.kind, self.id, self.alias = kind, id, alias
        self.project, self.owner, self.due = project, owner, due
        self._body, self._inner = body, inner

    @property
    def body(self) -> Json:
        """Return the object as clients see it. A change of it is kept by `save`."""
        if isinstance(self._body, str):
            self._body = json.loads(self._body)
        return cast("Json", self._body)

    @body.setter
    def body(self, body: Json) -> None:
        self._body = body

    @property
    def inner(self) -> Json:
        """Return what the sandbox alone knows of the object."""
        if isinstance(self._inner, str):
            self._inner = json.loads(self._inner)
        return cast("Json", self._inner)

    @inner.setter
    def inner(self, inner: Json) -> None:
        self._inner = inner

    @property
    def text(self) -> str:
        """Return the body as JSON text."""
        return self._body if isinstance(self._body, str) else as_text(self._body)

    @property
    def is_deleted(self) -> bool:
        """True when the object is deleted, and kept only because reads still show it (reading `deleted=is_deleted`)."""
        return bool(self.inner.get("deleted"))

    def columns(self) -> tuple[object, ...]:
        """Return the values of the table's columns, in their order."""
        name = self.body.get(_CALLED.get(self.kind, "name"))
        name = name if isinstance(name, str) else None
        place = (self.kind, self.id, self.alias, self.project, self.owner)
        return (*place, name, self.due, self.text, as_text(self.inner))


class Store:
    """Read and write the documents of one sandbox. Call the methods inside `transaction()`."""

    def __init__(self, data: Path | str) -> None:
        """Open the file `data`; create it and its folder if missing. `:memory:` keeps everything in this process."""
        self._lock = RLock()
        try:
            if str(data) != ":memory:":
                Path(data).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(str(data), timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise SandboxError(f"the sandbox can't open {data}: {why}", hint=_UNUSABLE) from error
        try:
            self._prepare(data)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, data: Path | str) -> None:
        try:
            # WAL with NORMAL survives the death of the process: rehearsals kill the sandbox.
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            with self.transaction():
                version = self._db.execute("PRAGMA user_version").fetchone()[0]
                if version not in (0, 1, _SCHEMA_VERSION):
                    raise SandboxError(
                        f"{data} was written by another version of the sandbox",
                        hint="Delete it. `wexa-sync sandbox --data FILE` takes another one.",
                    )
                for statement in f"{_FROM_VERSION_1 if version == 1 else ''}{_SCHEMA}".split(";"):
                    self._db.execute(statement)
                for row in self._select("kind IS NOT NULL", ()) if version == 1 else ():
                    self.save(row)  # with its name, and as text of today
                self._db.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
        except sqlite3.OperationalError as error:  # locked, read-only, or no room
            raise SandboxError(f"the sandbox can't use {data}: {error}", hint=_UNUSABLE) from error
        except sqlite3.DatabaseError as error:
            hint = "Move it away. `wexa-sync sandbox --data FILE` takes another one."
            raise SandboxError(f"{data} is not a sandbox data file: {error}", hint=hint) from error

    def close(self) -> None:
        """Close the file. The store can't be used afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the writes of the block; undo them all if the block raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def get(self, kind: str, ident: str) -> Row | None:
        """Return the object with that id or second id, None if there is none."""
        # Two queries: for an id or an alias, SQLite walks through the whole kind.
        found = self._select("kind = ? AND id = ?", (kind, ident))
        found = found or self._select("kind = ? AND alias = ?", (kind, ident))
        return found[0] if found else None

    def named(self, kind: str, idents: Iterable[str]) -> dict[str, Row]:
        """Return the objects with those ids by one query. Ids without an object are left out."""
        where = "kind = ? AND id IN (SELECT value FROM json_each(?))"
        return {row.id: row for row in self._select(where, (kind, json.dumps(sorted(set(idents)))), order="id")}

    def rows(
        self,
        kind: str,
        *,
        project: str | None = None,
        owner: str | None = None,
        name: str | None = None,
        skip: int = 0,
        limit: int | None = None,
        by_id: bool = False,
    ) -> list[Row]:
        """Return objects in the order of creation, or of ids: those of one project, owner or name, if given."""
        where, values = _condition(kind=kind, project=project, owner=owner, name=name)
        order = "id" if by_id else "seq" if owner is None and name is None else _FEW
        return self._select(
            where, (*values, -1 if limit is None else limit, skip), order=order, tail="LIMIT ? OFFSET ?"
        )

    def count(self, kind: str, *, project: str | None = None, owner: str | None = None, name: str | None = None) -> int:
        """Return the number of objects that `rows` returns without a limit."""
        where, values = _condition(kind=kind, project=project, owner=owner, name=name)
        return int(self._db.execute(f"SELECT count(*) FROM objects WHERE {where}", values).fetchone()[0])  # noqa: S608 # constant text

    def newest(self) -> str:
        """Return the id of the object that was added last."""
        return str(self._db.execute("SELECT id FROM objects ORDER BY seq DESC LIMIT 1").fetchone()[0])

    def next_due(self, now: float) -> Row | None:
        """Return the object whose `due` passed first, None if none has passed at `now` (epoch seconds)."""
        found = self._select("due <= ?", (now,), order="due, seq", tail="LIMIT 1")
        return found[0] if found else None

    def add(self, row: Row) -> Row:
        """Add a new object."""
        marks = ", ".join("?" * len(_NAMES))
        self._db.execute(f"INSERT INTO objects ({_COLUMNS}) VALUES ({marks})", row.columns())  # noqa: S608 # constant text
        return row

    def save(self, row: Row) -> None:
        """Write a changed object."""
        self._db.execute(
            "UPDATE objects SET alias = ?, project = ?, owner = ?, name = ?, due = ?, body = ?, inner = ?"
            " WHERE kind = ? AND id = ?",
            (*row.columns()[2:], row.kind, row.id),
        )

    def remove(self, row: Row) -> None:
        """Remove an object."""
        self._db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (row.kind, row.id))

    def of_project(self, project: str) -> list[Row]:
        """Return all objects of a project, of every kind."""
        return self._select("project = ?", (project,))

    def setting(self, name: str) -> Any:
        """Return the setting of that name, None if there is none."""
        found = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else None

    def remember(self, name: str, value: Any) -> None:
        """Write a JSON value as the setting of that name."""
        self._db.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, json.dumps(value)))

    def _select(self, where: str, values: Sequence[object], *, order: str = "seq", tail: str = "") -> list[Row]:
        query = f"SELECT {_COLUMNS} FROM objects WHERE {where} ORDER BY {order} {tail}"  # noqa: S608 # constant text
        return [
            Row(kind=kind, id=ident, alias=alias, project=project, owner=owner, due=due, body=body, inner=inner)
            for kind, ident, alias, project, owner, _, due, body, inner in self._db.execute(query, values)
        ]


def _condition(**wanted: str | None) -> tuple[str, list[str]]:
    given = {column: value for column, value in wanted.items() if value is not None}
    return " AND ".join(f"{column} = ?" for column in given), list(given.values())
