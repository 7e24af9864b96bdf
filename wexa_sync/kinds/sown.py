"""Define a kind that is a set of rows, each found by the value of one of its columns; and read what a manifest gives.

The manifest names the column in `key` and the rows in `rows`: a list, or the text of a CSV file whose first line has
the columns. Once read, `rows` is a mapping from the key of a row to the row.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from wexa_sync.kinds.cells import Column, misfit, read_cell
from wexa_sync.model import Path, Secret, Spec, Unset

ROWS = "rows"
"""The field of the rows, and the handle and the id of the resource that they are together."""

SEALED_CELLS = "sealed"
"""The field of a record that holds the sealed cells of the rows, by the keys of the rows."""


class Sown(Struct, frozen=True, kw_only=True):
    """Say how rows are written: at the most `batch` in a request, and `most` in all.

    `columns`: the field of the owner's manifest that lists the columns; the others are fields there.
    """

    batch: int = 100
    most: int = 1000
    columns: str = "columns"
    column_id: str = "column_id"
    column_type: str = "column_type"
    enum_options: str = "enum_options"


class Wrong(Struct, frozen=True):
    """Say what is wrong with the rows of a manifest, and what to do: at a path below them, or at a line of the CSV."""

    path: Path
    message: str
    hint: str
    line: int = 0


_MANY = 20
"""More rows that are wrong are counted, and not listed."""


def key_of(value: Any) -> str:
    """Return the value of a key column as text: rows of the same text are the same row."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.strip() if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def read_rows(sown: Sown, spec: Mapping[str, Any], owner: Mapping[str, Any], wrong: list[Wrong]) -> Spec:
    """Return the spec with its rows by key. What can't be read is added to `wrong`. `owner`: the spec of the owner."""
    key, given = spec.get("key"), spec.get(ROWS)
    wrong += [Wrong((), *_not_known(name, spec[name])) for name in ("key", ROWS) if isinstance(spec.get(name), Secret)]
    if not isinstance(key, str) or not isinstance(given, (str, list)):
        return spec  # reported already, by the schema
    try:
        rows = list(_of_csv(given)) if isinstance(given, str) else [(0, row) for row in given]
    except _Unreadable as error:
        hint = "Write a line of columns first, then one a row."
        wrong.append(Wrong((), f"the rows can't be read: {error}", hint, error.line))
        return spec
    if len(rows) > sown.most:
        hint = "A seed is for what a table starts with. Import more in Wexa Studio."
        wrong.append(Wrong((), f"there are {len(rows):,} rows, and {sown.most:,} are the most", hint))
    columns, found, bad = _columns(sown, owner), dict[str, Any](), 0
    for index, (line, row) in enumerate(rows[: sown.most]):
        if not isinstance(row, dict):
            continue
        faults = [Wrong((index, *path), *said, line) for path, said in _faults(row, key, columns, found)]
        bad += bool(faults)
        wrong += faults if bad <= _MANY else ()
        if not faults:
            read = {name: read_cell(columns.get(name), cell) for name, cell in row.items()}
            found[key_of(read[key])] = read
    if bad > _MANY:
        wrong.append(Wrong((), f"{bad - _MANY} more rows have faults", "They are shown once those before are mended."))
    return {**spec, ROWS: found}


def _columns(sown: Sown, owner: Mapping[str, Any]) -> dict[str, Column]:
    """Return the columns that the owner's manifest declares, by their ids; empty where it declares none."""
    listed = owner.get(sown.columns)
    columns = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {str(each.get(sown.column_id)): _column(sown, each) for each in columns}


def _column(sown: Sown, declared: Mapping[str, Any]) -> Column:
    options = declared.get(sown.enum_options)
    texts = tuple(options) if isinstance(options, list) and all(type(each) is str for each in options) else ()
    return Column(type=str(declared.get(sown.column_type)).lower(), options=texts)


def _faults(
    row: Mapping[str, Any], key: str, columns: Mapping[str, Column], found: Iterable[str]
) -> Iterator[tuple[Path, tuple[str, str]]]:
    """Yield what is wrong with a row: where in it, a message and a hint."""
    if fault := _key_fault(read_cell(columns.get(key), row.get(key)), key, found):
        yield (), fault
    for name, cell in row.items():
        if columns and name not in columns:
            yield (name,), (f"the table declares no column {name!r}", f"Its columns are: {', '.join(columns)}.")
        elif fault := misfit(name, columns.get(name), cell):
            yield (name,), fault


def _key_fault(value: Any, key: str, found: Iterable[str]) -> tuple[str, str] | None:
    """Return what is wrong with the value by which a row is found, and a hint; None where nothing is."""
    if isinstance(value, Secret):
        return _not_known(key, value)
    if value in (None, ""):
        return f"the row has no {key}, which it is found by", f"Give each row a value of {key}."
    if key_of(value) in found:
        return f"the {key} {key_of(value)!r} stands twice", f"Give each row a value of {key} that no other row has."
    return None


def _not_known(name: str, value: Secret) -> tuple[str, str]:
    """Return what is wrong with a secret, or an unset variable, where rows are found by the value; and a hint."""
    if isinstance(value, Unset):
        return f"the {name} has an environment variable that is not set, and must be known here", "Set the variable."
    return (
        f"the {name} can't be a secret: plans and the state show it",
        "Write secrets in other cells of a list of rows.",
    )


class _Unreadable(ValueError):
    """Report a CSV text that is none, and the line at which that shows."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def _of_csv(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV text, and the line of each. An empty cell is no value."""
    import csv  # few manifests have rows

    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True)
    names: list[str] = []
    try:
        line = 1
        for cells in reader:
            if cells and not names:
                names = [name.strip() for name in cells]
                if len(set(names)) < len(names) or "" in names:
                    raise _Unreadable("the line of columns names one twice, or one without a name", line)
            elif cells and len(cells) != len(names):
                raise _Unreadable(f"the line has {len(cells)} cells, and that of the columns {len(names)}", line)
            elif cells:
                yield line, {name: cell for name, cell in zip(names, cells, strict=True) if cell != ""}
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Unreadable(str(error), max(reader.line_num, 1)) from None
