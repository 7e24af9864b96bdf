"""Read the sandbox's data file, past its API, in a form that is the same from run to run.

Ids become names and times are left out, so that two equal worlds are equal line by line. An object that exists twice is
two lines. The line of a run shows how often the run was started.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct

from wexa_sync.model import Action, Address, GitPlace, Status
from wexa_sync.state import FileStore, State
from wexa_sync.state.git import GitStore
from wexa_sync.state.notes import past_applies

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}")
_PASSING = {"created_at", "updated_at", "createdAt", "updatedAt", "last_used", "end_time", "image", "coworker_image"}
_PASSING |= {"execution_context", "analytics", "categorized_data"}  # times, and what `agents_output` has too
_TITLES = {"project": "projectName", "schedule": "template", "execution": "goal", "table": "table_name"}
_TITLES |= {"file": "filename"}


class Thing(Struct, frozen=True, kw_only=True):
    """Hold one object of the server. No client sees `inner`."""

    kind: str
    id: str
    alias: str
    project: str
    body: dict[str, Any]
    inner: dict[str, Any]

    @property
    def title(self) -> str:
        """Return the object's kind and name, as a person would call it."""
        return f"{self.kind} {self.body.get(_TITLES.get(self.kind, 'name'), '')}"


def things(data: Path) -> list[Thing]:
    """Return the objects of the data file that are not deleted, in the order of creation."""
    query = "SELECT kind, id, alias, project, body, inner FROM objects ORDER BY seq"
    with closing(sqlite3.connect(f"file:{data}?mode=ro", uri=True)) as db:
        rows = db.execute(query).fetchall()
    found = [
        Thing(
            kind=kind, id=id, alias=alias or "", project=project or "", body=json.loads(body), inner=json.loads(inner)
        )
        for kind, id, alias, project, body, inner in rows
    ]
    return [thing for thing in found if not thing.inner.get("deleted")]


def world(data: Path) -> Counter[str]:
    """Return the objects as lines."""
    found = things(data)
    names = {name: thing.title for thing in found for name in (thing.id, thing.alias) if name}
    for thing in found:
        for agent in thing.body.get("agents", []) if thing.kind == "agentflow" else []:
            names[agent["_id"]] = f"agent {agent['title']} of {thing.title}"

    def line(thing: Thing) -> str:
        inner = {name: thing.inner[name] for name in ("phase", "told") if name in thing.inner}
        text = json.dumps([inner, _lasting(thing.body)], sort_keys=True)
        return f"{thing.title} [{names.get(thing.project, '')}] " + _ID.sub(lambda id: names.get(id[0], "#"), text)

    # A file that is named and got no content is none: no call takes the name back.
    return Counter(line(thing) for thing in found if thing.body.get("status") != "pending" or thing.kind != "file")


def _lasting(value: Any) -> Any:
    """Return a JSON value without the fields that differ from run to run."""
    if isinstance(value, dict):
        found = {name: _lasting(inner) for name, inner in value.items() if name not in _PASSING}
        return {
            name: _in_any_order(inner) if name in ("triggers", "columns") else inner for name, inner in found.items()
        }
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def _in_any_order(items: Any) -> Any:
    def text(item: Any) -> str:
        return _ID.sub("#", json.dumps(item, sort_keys=True))  # ids differ from run to run

    return sorted(items, key=text) if isinstance(items, list) else items


def unlike(was: Counter[str], expected: Counter[str]) -> list[str]:
    """Return the differences of a world from the expected one."""
    return [f"too many: {line}" for line in (was - expected).elements()] + [
        f"missing: {line}" for line in (expected - was).elements()
    ]


def _store(file: Path) -> FileStore | GitStore:
    desk = file.parent.parent
    return GitStore(GitPlace(desk)) if (desk / ".git").exists() else FileStore(file)


def held(file: Path) -> State:
    """Return the state in that file; for a desk that is a git repository, the one on its ref."""
    return _store(file).load()


def at_odds(state: Path, data: Path) -> list[str]:
    """Return the state's contradictions to the server: open intents, records without object, ids recorded twice."""
    kept = held(state)
    there = {name for thing in things(data) for name in (thing.id, thing.alias)}
    there |= {"rows"}  # those of a table are one resource
    there |= {trigger["_id"] for thing in things(data) for trigger in thing.body.get("triggers", [])}
    there |= {column["column_id"] for thing in things(data) for column in thing.body.get("columns", [])}
    there |= {agent["_id"] for thing in things(data) if thing.kind == "agentflow" for agent in thing.body["agents"]}
    # Ids of columns are unique in their table alone, and a database has the id of its project.
    own = [each for each in kept.records.values() if each.address.kind not in ("Column", "Database")]
    counts = Counter(record.id for record in own)
    return [
        *(f"an intent is left: {address}" for address in kept.intents),
        *(f"recorded and not there: {each.address}" for each in kept.records.values() if each.id not in there),
        *(f"recorded twice: {id}" for id, count in counts.items() if count > 1),
        *(f"not started, says the state: {each.address}" for each in kept.records.values() if each.started is False),
        *untrue(state),
    ]


def untrue(state: Path) -> list[str]:
    """Return what can't be true in the history: an update without what it replaced, and notes that can't be read."""
    applies = past_applies(_store(state).past())
    updates = [(each, change) for each in applies for change in each.changes if change.action is Action.UPDATE]
    return [
        *(f"the notes of {each.id} are damaged" for each in applies if each.damaged),
        *(
            f"{each.id} updated {change.address}, and nobody knows from what"
            for each, change in updates
            if change.status is Status.APPLIED and change.before is None
        ),
        *(["there is no history"] if not applies else []),
    ]


def recorded(state: Path) -> dict[Address, str]:
    """Return the recorded ids by address."""
    return {address: record.id for address, record in held(state).records.items()}
