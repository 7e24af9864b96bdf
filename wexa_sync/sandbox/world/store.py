"""Keep the sandbox's data: one SQLite file with one table of JSON documents.

All threads of the server share one connection behind one lock, and every request is one `BEGIN IMMEDIATE` transaction.
So fifty clients queue for microseconds instead of failing with "database is locked". A second process on the same file
waits its turn. A server killed in the middle of a request leaves nothing half done.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from wexa_sync.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Json = dict[str, Any]
"""A JSON object as the API speaks it."""

_SCHEMA_VERSION = 1
_LOCK_SECONDS = 30.0
_UNUSABLE = "Check who may write that file and its folder, and the room on that disk."
_NAMES = ("kind", "id", "alias", "project", "owner", "due", "body", "inner")
_COLUMNS = ", ".join(_NAMES)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    alias TEXT,
    project TEXT,
    owner TEXT,
    due REAL,
    body TEXT NOT NULL,
    inner TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS objects_id ON objects (kind, id);
CREATE INDEX IF NOT EXISTS objects_alias ON objects (kind, alias);
CREATE INDEX IF NOT EXISTS objects_project ON objects (kind, project);
CREATE INDEX IF NOT EXISTS objects_owner ON objects (kind, owner);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Row(Struct, kw_only=True):
    """Hold one stored object: `body` is shown to clients, `inner` is known to the sandbox alone.

    `alias` is a second id (an execution's UUID). `owner` is the id of the object that it belongs to in its project.
    `due` is the epoch second of its next step.
    """

    kind: str
    id: str
    body: Json
    project: str | None = None
    alias: str | None = None
    owner: str | None = None
    due: float | None = None
    inner: Json = field(default_factory=dict)

    @property
    def is_deleted(self) -> bool:
        """True when the object is deleted, and kept only because reads still show it (reading `deleted=is_deleted`)."""
        return bool(self.inner.get("deleted"))


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
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _SCHEMA_VERSION):
                raise SandboxError(
                    f"{data} was written by another version of the sandbox; delete it or name another file"
                )
            self._db.executescript(_SCHEMA)
            self._db.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
        except sqlite3.OperationalError as error:  # locked, read-only, or no room
            raise SandboxError(f"the sandbox can't use {data}: {error}", hint=_UNUSABLE) from error
        except sqlite3.DatabaseError as error:
            raise SandboxError(f"{data} is not a sandbox data file: {error}") from error

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
        found = self._select("kind = ? AND (id = ? OR alias = ?)", (kind, ident, ident))
        return found[0] if found else None

    def named(self, kind: str, idents: Iterable[str]) -> dict[str, Row]:
        """Return the objects with those ids by one query. Ids without an object are left out."""
        where = "kind = ? AND id IN (SELECT value FROM json_each(?))"
        return {row.id: row for row in self._select(where, (kind, json.dumps(sorted(set(idents)))))}

    def rows(
        self,
        kind: str,
        *,
        project: str | None = None,
        owner: str | None = None,
        skip: int = 0,
        limit: int | None = None,
    ) -> list[Row]:
        """Return objects in the order of creation, of one project or owner if named."""
        where, values = _condition(kind, project, owner)
        return self._select(where, (*values, -1 if limit is None else limit, skip), tail="LIMIT ? OFFSET ?")

    def count(self, kind: str, *, project: str | None = None) -> int:
        """Return the number of objects that `rows` returns without a limit."""
        where, values = _condition(kind, project, None)
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
        self._db.execute(f"INSERT INTO objects ({_COLUMNS}) VALUES ({marks})", _values(row))  # noqa: S608 # constant text
        return row

    def save(self, row: Row) -> None:
        """Write a changed object."""
        self._db.execute(
            "UPDATE objects SET alias = ?, project = ?, owner = ?, due = ?, body = ?, inner = ?"
            " WHERE kind = ? AND id = ?",
            (*_values(row)[2:], row.kind, row.id),
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
        found = (dict(zip(_NAMES, columns, strict=True)) for columns in self._db.execute(query, values))
        return [Row(**row | {name: json.loads(row[name]) for name in ("body", "inner")}) for row in found]


def _condition(kind: str, project: str | None, owner: str | None) -> tuple[str, list[str]]:
    named = [("kind", kind), ("project", project), ("owner", owner)]
    given = [(column, value) for column, value in named if value is not None]
    return " AND ".join(f"{column} = ?" for column, _ in given), [value for _, value in given]


def _values(row: Row) -> tuple[object, ...]:
    return (row.kind, row.id, row.alias, row.project, row.owner, row.due, json.dumps(row.body), json.dumps(row.inner))
