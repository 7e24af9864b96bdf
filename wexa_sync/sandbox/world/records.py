"""Keep the rows of tables: insert, change, search and sort them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wexa_sync.sandbox.errors import ApiError, invalid
from wexa_sync.sandbox.world.store import Row
from wexa_sync.sandbox.world.tables import live_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_TYPES = (type(None), bool, int, float, str, dict, list)


def insert(world: World, table: Row, values: Json) -> Row:
    """Add a row. Reading `row_defaults` says whether it gets the default values of the columns that were not sent."""
    filled: Json = {}
    if world.readings.says("row_defaults", "filled"):
        known = {column["column_id"]: column["default_value"] for column in live_columns(table.body)}
        filled = {name: value for name, value in known.items() if value is not None}
    body = {"_id": world.new_id(), **filled, **{name: value for name, value in values.items() if name != "_id"}}
    return world.store.add(Row(kind="record", id=body["_id"], project=table.project, owner=table.id, body=body))


def find_record(world: World, table: Row, ident: str, *, live: bool = False) -> Row:
    """Return a row of a table. Raises ApiError where there is none; with `live`, also for a deleted one."""
    row = (world.find_live if live else world.find)("record", ident, project=table.project)
    if row.owner != table.id:
        raise ApiError(404, f"Record not found: {ident}")
    return row


def change(world: World, row: Row, values: Json, *, merge: bool) -> None:
    """Set values of a row; without `merge`, drop the values that were not sent."""
    row.body = {**(row.body if merge else {}), **values, "_id": row.id}
    world.store.save(row)


def selected(rows: list[Row], query: str, filters: str, search_filters: str) -> list[Row]:
    """Return the rows that hold the text, have the values of `filters`, and meet every one of `search_filters`."""
    wanted = _parsed("filters", filters, dict)
    return [
        row
        for row in meeting(rows, _parsed("search_filters", search_filters, list))
        if query.lower() in " ".join(str(value) for name, value in row.body.items() if name != "_id").lower()
        and all(row.body.get(name) == value for name, value in wanted.items())
    ]


def meeting(rows: list[Row], filters: list[Json]) -> list[Row]:
    """Return the rows that meet every filter: `{field, operator, value}`, or as triggers have it."""
    tests = [_test(each) for each in filters]
    return [row for row in rows if all(test(row.body) for test in tests)]


def ordered(rows: list[Row], key: str, direction: int) -> list[Row]:
    """Return rows sorted by a value; values of different types stand in the order of types."""
    return sorted(rows, key=lambda row: _rank(row.body.get(key)), reverse=direction < 0)


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, dict | list):
        value = json.dumps(value, sort_keys=True)
        return _TYPES.index(dict), value
    kind = float if isinstance(value, int) and not isinstance(value, bool) else type(value)
    return _TYPES.index(kind), value if value is not None else 0


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda have, want: have == want,
    "not_equals": lambda have, want: have != want,
    "contains": lambda have, want: want in have if isinstance(have, list) else str(want).lower() in str(have).lower(),
    "greater_than": lambda have, want: _rank(have)[0] == _rank(want)[0] and _rank(have) > _rank(want),
    "less_than": lambda have, want: _rank(have)[0] == _rank(want)[0] and _rank(have) < _rank(want),
}


def _test(wanted: Json) -> Callable[[Json], bool]:
    field = wanted.get("field", wanted.get("field_name"))
    operator = _OPERATORS.get(str(wanted.get("operator", wanted.get("condition", "equals"))))
    if not isinstance(field, str) or operator is None:
        raise ApiError(400, f"Unknown filter: {json.dumps(wanted)}")
    return lambda body: operator(body.get(field), wanted.get("value"))


def _parsed(name: str, text: str, form: type) -> Any:
    if not text:
        return form()
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, form) or (isinstance(value, list) and not all(isinstance(each, dict) for each in value)):
        raise ApiError(422, [invalid("query", name, "json_invalid", "Input should be JSON of that form", text)])
    return value
