"""Hold the world of one sandbox: its data, clock, readings and faults, and the lookups that every route uses."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world.ids import is_execution_id, is_object_id, new_object_id

if TYPE_CHECKING:
    from wexa_sync.sandbox.faults.script import Script
    from wexa_sync.sandbox.world.chosen import Readings
    from wexa_sync.sandbox.world.clock import Clock
    from wexa_sync.sandbox.world.store import Json, Row, Store

_REQUESTS_KEPT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Hold what a route works with. Durations are seconds; a response comes `latency` after its request.

    `content_port` is where the contents of files are sent to.
    """

    store: Store
    clock: Clock
    readings: Readings
    script: Script
    api_key: str | None = field(default=None, repr=False)
    ready_seconds: float = 0.5
    run_seconds: float = 2.0
    latency: float = 0.0
    content_port: int = 0
    requests: deque[Json] = field(default_factory=lambda: deque(maxlen=_REQUESTS_KEPT), repr=False)

    def now(self) -> float:
        """Return the sandbox's time in epoch seconds."""
        return self.clock.now()

    def new_id(self, at: float | None = None) -> str:
        """Return a new ObjectId."""
        return new_object_id(self.now() if at is None else at)

    def find(self, kind: str, ident: str, *, project: str | None = None) -> Row:
        """Return the object with that id, in that project if named. Raises ApiError for a bad id or no such object."""
        self.check_id(ident, execution=kind == "execution")
        row = self.store.get(kind, ident)
        if row is None or (project is not None and row.project != project):
            raise ApiError(404, f"{kind.capitalize()} not found: {ident}")
        return row

    def find_live(self, kind: str, ident: str, *, project: str | None = None) -> Row:
        """Return as `find` does, for a write: under some readings a deleted object can be read, but never changed."""
        row = self.find(kind, ident, project=project)
        if row.is_deleted:
            raise ApiError(404, f"{kind.capitalize()} is deleted: {ident}")
        return row

    def check_id(self, ident: str, *, execution: bool = False) -> None:
        """Raise ApiError if `ident` does not have the form of an id."""
        if not (is_execution_id(ident) if execution else is_object_id(ident)):
            raise ApiError(int(self.readings.value("malformed_id")), f"Invalid id: {ident}")

    def check_name(self, kind: str, name: str, *, project: str | None = None) -> None:
        """Raise ApiError if the name is taken and the reading says that names are unique."""
        if self.readings.says("duplicate_names", "refused"):
            self.refuse_taken_name(kind, name, project=project)

    def refuse_taken_name(self, kind: str, name: str, *, project: str | None = None) -> None:
        """Raise ApiError if a live object of the kind has that name. The words are from the vendor's connector test."""
        if any(not row.is_deleted for row in self.store.rows(kind, project=project, name=name)):
            raise ApiError(400, f"{kind.capitalize()} with the same name already exists")

    def delete(self, row: Row) -> None:
        """Delete an object: remove it, or mark it as deleted, as the reading says."""
        if self.readings.says("deleted", "404"):
            self.store.remove(row)
            return
        row.body["is_deleted"] = row.inner["deleted"] = True
        row.due = None
        self.store.save(row)
