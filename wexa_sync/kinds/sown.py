"""Define a kind that is a set of rows, each found by the value of one of its columns; and read what a manifest gives.

The manifest names the column in `key` and the rows in `rows`: a list, or the text of a CSV file whose first line has
the columns. Once read, `rows` is a mapping from the key of a row to the row.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wexa_sync.model import Secret, Spec, Unset
from wexa_sync.text.json import parse

ROWS = "rows"
"""The field of the rows, and the handle and the id of the resource that they are together."""

SEALED_CELLS = "sealed"
"""The field of a record that holds the sealed cells of the rows, by the keys of the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sown:
    """How rows are written: at the most `batch` in a request, and `most` in all.

    `columns`: the field of the owner's manifest that lists the columns; `column_id` and `column_type` are fields there.
    """

    batch: int = 100
    most: int = 1000
    columns: str = "columns"
    column_id: str = "column_id"
    column_type: str = "column_type"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with the rows of a manifest: in the item of that number (None: in all), and what to do."""

    index: int | None
    message: str
    hint: str


_TYPES: Mapping[str, tuple[type, ...]] = {
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
"""The types of columns whose cells are no plain texts."""


def key_of(value: Any) -> str:
    """Return the value of a key column as text: rows of the same text are the same row."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.strip() if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def read_rows(sown: Sown, spec: Mapping[str, Any], owner: Mapping[str, Any], wrong: list[Wrong]) -> Spec:
    """Return the spec with its rows by key. What can't be read is added to `wrong`. `owner`: the spec of the owner."""
    key, given = spec.get("key"), spec.get(ROWS)
    types = _types(sown, owner)
    wrong += [
        Wrong(None, *_not_known(name, spec[name])) for name in ("key", ROWS) if isinstance(spec.get(name), Secret)
    ]
    if not isinstance(key, str) or not isinstance(given, (str, list)):
        return spec  # reported already, by the schema
    try:
        rows = list(_of_csv(given, types)) if isinstance(given, str) else given
    except (csv.Error, ValueError) as error:
        wrong.append(Wrong(None, f"the rows can't be read: {error}", "Write a line of columns first, then one a row."))
        return spec
    if len(rows) > sown.most:
        hint = "A seed is for what a table starts with. Import more in Wexa Studio."
        wrong.append(Wrong(None, f"there are {len(rows):,} rows, and {sown.most:,} are the most", hint))
    found: dict[str, Any] = {}
    for index, row in enumerate(rows[: sown.most]):
        if isinstance(row, dict) and (fault := _fault(row, key, types, found)):
            wrong.append(Wrong(index, *fault))
        elif isinstance(row, dict):
            found[key_of(row[key])] = row
    return {**spec, ROWS: found}


def _types(sown: Sown, owner: Mapping[str, Any]) -> dict[str, str]:
    """Return the type of each column that the owner's manifest declares; empty where it declares none."""
    listed = owner.get(sown.columns)
    columns = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {str(each.get(sown.column_id)): str(each.get(sown.column_type)).lower() for each in columns}


def _fault(row: Mapping[str, Any], key: str, types: Mapping[str, str], found: Iterable[str]) -> tuple[str, str] | None:
    """Return what is wrong with a row, and a hint; None where nothing is."""
    if isinstance(row.get(key), Secret):
        return _not_known(key, row[key])
    if row.get(key) in (None, ""):
        return f"the row has no {key}, which it is found by", f"Give each row a value of {key}."
    if key_of(row[key]) in found:
        return f"the {key} {key_of(row[key])!r} stands twice", f"Give each row a value of {key} that no other row has."
    unknown = [name for name in row if types and name not in types]
    if unknown:
        return f"the table declares no column {unknown[0]!r}", f"Its columns are: {', '.join(types)}."
    return None


def _not_known(name: str, value: Secret) -> tuple[str, str]:
    """Return what is wrong with a secret, or an unset variable, where rows are found by the value; and a hint."""
    if isinstance(value, Unset):
        return f"the {name} has an environment variable that is not set, and must be known here", "Set the variable."
    return (
        f"the {name} can't be a secret: plans and the state show it",
        "Write secrets in other cells of a list of rows.",
    )


def _of_csv(text: str, types: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a CSV text. An empty cell is no value. Raise ValueError for a line that does not fit."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True)
    names = [name.strip() for name in next(filter(None, reader), [])]
    if len(set(names)) < len(names) or "" in names:
        raise ValueError("the first line names a column twice, or one without a name")
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(names):
            raise ValueError(f"line {reader.line_num} has {len(cells)} cells, and the first line {len(names)}")
        pairs = zip(names, cells, strict=True)
        yield {name: _typed(cell, types.get(name, ""), reader.line_num) for name, cell in pairs if cell != ""}


def _typed(cell: str, kind: str, line: int) -> Any:
    """Return a cell in the type of its column: a text, a number, true or false, or JSON."""
    if kind not in _TYPES:
        return cell
    try:
        value = parse(cell.strip().lower() if kind == "boolean" else cell)
    except ValueError:
        raise ValueError(f"line {line}: {cell[:40]!r} is no {kind}") from None
    if not isinstance(value, _TYPES[kind]) or (kind == "number" and isinstance(value, bool)):
        raise ValueError(f"line {line}: {cell[:40]!r} is no {kind}")
    return value
