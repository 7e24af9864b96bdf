"""Data against a JSON Schema: each fault in words for people, with a hint. The only user of jsonschema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from wexa_sync.kinds.schema import Schema, bundled
from wexa_sync.model import Path
from wexa_sync.suggest import did_you_mean, nearest
from wexa_sync.variables import Unfilled

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a path; `at_key` where it is about the key more than about its value."""

    path: Path
    message: str
    hint: str
    at_key: bool = False


def schema_faults(name: str, data: Any) -> list[Fault]:
    """Everything in which `data` is not as the schema of that file name wants it, each said once."""
    found: dict[Fault, None] = {}
    for error in _validator(name).iter_errors(data):
        if not isinstance(error.instance, Unfilled):
            found.update(dict.fromkeys(_explain(error)))
    return list(found)


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # slow to import
    from jsonschema.validators import extend  # noqa: PLC0415

    # jsonschema takes some 10 µs to step into a field; most are plain text, and need no step.
    by_library = {word: Draft202012Validator.VALIDATORS[word] for word in ("properties", "items")}

    def properties(validator: Any, fields: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, dict):
            hard = {name: fields[name] for name in instance if name in fields and not _plainly_valid(instance[name], fields[name])}
            yield from by_library["properties"](validator, hard, instance, schema)

    return extend(Draft202012Validator, {"properties": properties})(_without_notes(bundled(name)))


def _plainly_valid(value: Any, schema: Schema) -> bool:
    return type(value) is str and schema == {"type": "string"}


def _without_notes(schema: Any) -> Any:
    return schema


# --- the words ---

_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def _explain(error: ValidationError) -> Iterator[Fault]:
    path = tuple(error.absolute_path)
    schema: Schema = error.schema if isinstance(error.schema, dict) else {}
    if kind := schema.get("x-wexa-ref"):
        yield Fault(path, f"expected a reference to a {kind}, got {_shown(error.instance)}", _reference_hint(kind))
        return
    explain = _BY_WORD.get(str(error.validator), _other)
    yield from explain(error, path, schema)
