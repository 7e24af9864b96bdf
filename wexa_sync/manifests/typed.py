"""Give variables the type that their field wants, and refuse numbers that would not arrive as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wexa_sync.errors import Unfilled
from wexa_sync.kinds.spec.fields import DESCEND, Field, Format, walk
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.spelling import EXACT, plain
from wexa_sync.model import Document, Path


def as_wanted(document: Document, data: Any, fields: Field, faults: list[Fault]) -> Any:
    """Return the data with each variable in the type that its field wants, where it has one.

    A number that would not arrive as it is written, at a place that takes anything, is added to `faults`.
    """
    if not document.spelled and not document.variables:
        return data

    def visit(value: Any, field: Field, path: Path) -> Any:
        if isinstance(value, dict) and field.ref:
            return _as_texts(value, document.variables, path)
        if isinstance(value, (dict, list)):
            return DESCEND
        if path in document.variables and not isinstance(value, Unfilled):
            value = _of_type(value, document.variables[path], field)
        if path[:1] == ("spec",) and path in document.spelled and _is_free(field) and type(value) in (int, float):
            faults.append(_lost(value, document.spelled[path], path))
        return value

    return walk(data, fields, visit)


def _as_texts(value: Any, variables: Mapping[Path, str], path: Path) -> Any:
    """Return a reference with each variable in it as the text that it is."""
    if isinstance(value, dict):
        return {key: _as_texts(inner, variables, (*path, key)) for key, inner in value.items()}
    return variables.get(path, value)


def _of_type(value: Any, text: str, field: Field) -> Any:
    """Return the value of a variable in a type that the field takes; the value itself where it can't be."""
    if field.ref or ("string" in field.types and not _takes(field, value)):
        return text
    if isinstance(value, str) and field.types and "string" not in field.types:
        found = _scalar(text)
        return found if _takes(field, found) else value
    return value


_TYPES = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}, str: {"string"}}


def _takes(field: Field, value: Any) -> bool:
    return not field.types.isdisjoint(_TYPES.get(type(value), ()))


def _is_free(field: Field) -> bool:
    """True when the field takes a text as well as a number."""
    either = "string" in field.types and _takes(field, 0)
    return not field.ref and field.format is not Format.EPOCH_SECONDS and (not field.types or either)


def _scalar(text: str) -> Any:
    from wexa_sync.manifests.yaml import parse  # imports yaml

    documents, problems = parse(text, "")
    return documents[0].data if len(documents) == 1 and not problems else text


def _lost(value: float, text: str, path: Path) -> Fault:
    hint = f'Put quotes around it where it is written: "{text}". If the number is meant, write {plain(value)}.'
    if isinstance(value, int) and abs(value) > EXACT:
        hint = f'Put quotes around it where it is written: "{text}".'
        return Fault(path, f"{text} has more digits than every reader of a number keeps", hint)
    return Fault(path, f"{text} is a number here, and would arrive as {plain(value)}", hint)
