"""Data against a JSON Schema: each fault in words for people, with a hint. The only user of jsonschema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from wexa_sync.kinds.schema import Schema, bundled
from wexa_sync.schema_words import Fault, explain
from wexa_sync.variables import Unfilled

if TYPE_CHECKING:
    from jsonschema import ValidationError as Error
    from jsonschema.protocols import Validator


def schema_faults(name: str, data: Any) -> list[Fault]:
    """Everything in which `data` is not as the schema of that file name wants it, each said once."""
    found: dict[Fault, None] = {}
    for error in _validator(name).iter_errors(data):
        if not isinstance(error.instance, Unfilled):
            path = tuple(error.absolute_path)
            schema: Schema = error.schema if isinstance(error.schema, dict) else {}
            found.update(
                dict.fromkeys(explain(str(error.validator), error.validator_value, error.instance, schema, path))
            )
    return list(found)


# Words that a value of the plain kind can't offend against, whatever they say.
_SAYS_LITTLE = frozenset(
    {"type", "minLength", "title", "description", "default", "examples"}
    | {"x-wexa-field", "x-wexa-format", "x-wexa-immutable", "x-wexa-local"}
)
_PLAIN = {str: "string", bool: "boolean"}


def _plainly_valid(value: Any, schema: Schema) -> bool:
    return (
        schema.get("type") == _PLAIN.get(type(value), "")
        and schema.keys() <= _SAYS_LITTLE
        and (type(value) is bool or len(value) >= schema.get("minLength", 0))
    )


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator, ValidationError  # slow to import
    from jsonschema.validators import extend  # as above

    step_into = Draft202012Validator.VALIDATORS["properties"]

    # jsonschema takes some 15 µs to step into a field. Most fields are plain text, for which a look is enough.
    def properties(validator: Any, fields: Any, instance: Any, schema: Any) -> Iterator[Error]:
        if isinstance(instance, dict):
            known = ((field, fields[field], value) for field, value in instance.items() if field in fields)
            rest = {field: found for field, found, value in known if not _plainly_valid(value, found)}
            yield from step_into(validator, rest, instance, schema)

    # In JSON Schema `$` is the end of the text; to Python a newline may follow.
    def pattern(_validator: Any, wanted: str, instance: Any, _schema: Any) -> Iterator[Error]:
        if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), instance):
            yield ValidationError("wrong form")

    words = {"properties": properties, "pattern": pattern}
    validator: Validator = extend(Draft202012Validator, words)(bundled(name))
    return validator
