"""Read the cells of rows in the types of their columns, and say what does not fit. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from wexa_sync.model import Secret, SecretNumber
from wexa_sync.text.files import short
from wexa_sync.text.json import parse
from wexa_sync.text.suggest import did_you_mean, named


class Column(Struct, frozen=True, kw_only=True):
    """Describe a declared column: its type in small letters, and the values that an enum takes."""

    type: str
    options: tuple[str, ...] = ()


class _Type(Struct, frozen=True):
    """Hold the values of a type, what they are called, and what to do about another one."""

    holds: tuple[type, ...]
    words: str
    hint: str


_TYPES: Mapping[str, _Type] = {
    "string": _Type((str,), "a text", "Put quotes around it: then it stays as it is written."),
    "enum": _Type((str,), "a text", "Put quotes around it: then it stays as it is written."),
    "number": _Type((int, float), "a number", "Write a number such as 12 or 1234.5."),
    "boolean": _Type((bool,), "true or false", "Write true or false."),
    "array": _Type((list,), "a list", 'Write a list: ["a", "b"].'),
    "object": _Type((dict,), "a mapping", 'Write a mapping: {"a": 1}.'),
}
"""The types that were seen. A column may have another: its cells are taken as they come."""

_CHECKED = (str, int, float, bool, list, dict)


def read_cell(column: Column | None, cell: Any) -> Any:
    """Return a text in the type of its column, where it is written in that; anything else as it is."""
    found = _TYPES.get(column.type) if column is not None else None
    if found is None or type(cell) not in (str, Secret) or str in found.holds:
        return cell
    try:
        if isinstance(cell, Secret):
            value = parse(cell.reveal())
            is_number = type(value) in found.holds and type(value) in (int, float)
            return SecretNumber(template=cell.template, value=json.dumps(value)) if is_number else cell
        return parse(cell.strip().lower() if bool in found.holds else cell)
    except ValueError:
        return cell


def misfit(name: str, column: Column | None, cell: Any) -> tuple[str, str] | None:
    """Return why a cell does not fit its column, and a hint; None where it does, or where nobody knows."""
    found = _TYPES.get(column.type) if column is not None else None
    if column is None or found is None or type(cell) not in _CHECKED:
        return None
    if type(value := read_cell(column, cell)) not in found.holds:
        return f"the column {name!r} takes {found.words}, not {_shown(cell)}", found.hint
    if column.options and value not in column.options:
        there = f"It takes: {named(column.options, 10)}."
        return f"the column {name!r} has no option {_shown(value)}", did_you_mean(value, column.options, there)
    return None


def _shown(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a mapping"
    return short(json.dumps(value, ensure_ascii=False))
