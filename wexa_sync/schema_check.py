"""Data against a JSON Schema: each fault in words for people, with a hint. The only user of jsonschema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from wexa_sync.kinds.schema import Schema, bundled
from wexa_sync.leaves import stand_ins
from wexa_sync.schema_glance import glance, shape
from wexa_sync.schema_words import Fault, explain
from wexa_sync.variables import Unfilled

if TYPE_CHECKING:
    from jsonschema import ValidationError as Error
    from jsonschema.protocols import Validator


def schema_faults(name: str, data: Any) -> list[Fault]:
    """Everything in which `data` is not as the schema of that file name wants it, each said once. Shows no Secret."""
    if glance(name)(data):
        return []
    found: dict[Fault, None] = {}
    for error in _validator(name).iter_errors(stand_ins(data)):
        if not isinstance(error.instance, Unfilled):
            path = tuple(error.absolute_path)
            schema: Schema = error.schema if isinstance(error.schema, dict) else {}
            found.update(
                dict.fromkeys(explain(str(error.validator), error.validator_value, error.instance, schema, path))
            )
    return list(found)


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator, ValidationError  # slow to import
    from jsonschema.validators import extend  # as above

    def pattern(_validator: Any, wanted: str, instance: Any, _schema: Schema) -> Iterator[Error]:
        if isinstance(instance, str) and not shape(wanted).search(instance):
            yield ValidationError("wrong form")

    made: Callable[[Schema], Validator] = extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]
    return made(bundled(name))
