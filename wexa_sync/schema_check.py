"""Data against a JSON Schema: each fault in words for people, with a hint. The only user of jsonschema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from wexa_sync.kinds.schema import Schema, bundled
from wexa_sync.schema_words import Fault, explain
from wexa_sync.variables import Unfilled

if TYPE_CHECKING:
    from jsonschema import ValidationError as Error
    from jsonschema.protocols import Validator


_MOST = 1_000


def schema_faults(name: str, data: Any) -> list[Fault]:
    """Everything in which `data` is not as the schema of that file name wants it, each said once.

    Up to a number: what comes behind the first thousand is told when those are mended.
    """
    return list(dict.fromkeys(islice(_faults(name, data), _MOST)))


def _faults(name: str, data: Any) -> Iterator[Fault]:
    for error in _validator(name).iter_errors(data):
        if not isinstance(error.instance, Unfilled):
            path = tuple(error.absolute_path)
            schema: Schema = error.schema if isinstance(error.schema, dict) else {}
            yield from explain(str(error.validator), error.validator_value, error.instance, schema, path)


# Words that look at a value alone and never step into another schema: they can be asked without stepping in.
_DIRECT = frozenset({"type", "const", "enum", "pattern", "minLength", "maxLength"})
_DIRECT |= {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_NOTES = frozenset({"title", "description", "default", "examples"})
_NOTES |= {"x-wexa-field", "x-wexa-format", "x-wexa-immutable", "x-wexa-local"}
_EXACT = {str: "string", bool: "boolean"}
_KNOWN = _DIRECT | _NOTES
_Word: TypeAlias = "Callable[[Any, Any, Any, Schema], Iterable[Error] | None]"


def _passes(validator: Any, words: Mapping[str, _Word], value: Any, schema: Schema) -> bool:
    """Whether a plain value is valid, as far as that can be told at once."""
    if isinstance(value, (dict, list)) or not schema.keys() <= _KNOWN:
        return False
    is_of_type = _EXACT.get(type(value), "") == schema.get("type")
    for word, wanted in schema.items():
        if word in _NOTES or (is_of_type and word == "type"):
            continue
        if any(words[word](validator, wanted, value, schema) or ()):
            return False
    return True


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator, ValidationError  # slow to import
    from jsonschema.validators import extend  # as above

    words: dict[str, _Word] = dict(Draft202012Validator.VALIDATORS)
    step_into = words["properties"]

    # jsonschema takes some 15 µs to step into a field, and far the most fields are plain and valid.
    def properties(validator: Any, fields: Any, instance: Any, schema: Schema) -> Iterator[Error]:
        if isinstance(instance, dict):
            known = ((field, fields[field], value) for field, value in instance.items() if field in fields)
            rest = {field: found for field, found, value in known if not _passes(validator, words, value, found)}
            yield from step_into(validator, rest, instance, schema) or ()

    # In JSON Schema `$` is the end of the text; to Python a newline may follow.
    def pattern(_validator: Any, wanted: str, instance: Any, _schema: Schema) -> Iterator[Error]:
        if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), instance):
            yield ValidationError("wrong form")

    words |= {"properties": properties, "pattern": pattern}
    # JSON Schema takes 4.0 for a whole number; who counts with it must not.
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int)
    made: Callable[[Schema], Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, words, type_checker=types
    )
    return made(bundled(name))
