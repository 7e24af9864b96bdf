"""Tell quickly whether data is surely valid by its schema. In doubt, jsonschema decides (schema_check.py).

Most manifests are valid. jsonschema takes 40 ms to import and 15 µs to step into each field; a glance needs no import
and some 2 µs a field. A glance knows the words of our schemas alone, and is in doubt about any other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from wexa_sync.kinds.spec.fields import WORDS
from wexa_sync.kinds.spec.schema import Schema, bundled
from wexa_sync.text.patterns import pattern

Look: TypeAlias = Callable[[Any], bool]

_TYPES: dict[str, frozenset[type]] = {
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "array": frozenset({list}),
    "object": frozenset({dict}),
    "null": frozenset({type(None)}),
}
_NUMBERS = _TYPES["number"]
_NOTES = WORDS | {"$schema", "$id", "title", "description", "default", "examples"}


@cache
def glance(name: str) -> Look:
    """Return a function that is True for data that is surely valid by the schema of that file name."""
    return _look(bundled(name))


@cache
def shape(text: str) -> re.Pattern[str]:
    """Return a schema's pattern for Python, whose `$` would also match before a newline at the end."""
    return pattern(f"{text[:-1]}\\Z" if text.endswith("$") else text)


def _look(schema: Schema) -> Look:
    words = {word: wanted for word, wanted in schema.items() if word not in _NOTES}
    if not words.keys() <= _WORDS.keys():
        return lambda _value: False
    looks = _object(words) or _text(words) or [_WORDS[word](wanted, schema) for word, wanted in words.items()]
    if len(looks) == 1:
        return looks[0]

    def all_of(value: Any) -> bool:
        for look in looks:  # noqa: SIM110  # `all` would make a generator for each value
            if not look(value):
                return False
        return True

    return all_of


def _object(words: Schema) -> list[Look]:
    """Return the looks at an object of known fields, with one for most of the words; none for any other schema."""
    if words.get("type") != "object" or words.get("additionalProperties") is not False:
        return []
    fields = {name: _look(schema) for name, schema in words.get("properties", {}).items()}
    required = frozenset(words.get("required", ()))

    def each_of(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        for name, item in value.items():
            look = fields.get(name)
            if look is None or not look(item):
                return False
        return True

    rest = words.keys() - {"type", "additionalProperties", "properties", "required"}
    return [each_of, *(_WORDS[word](words[word], words) for word in rest)]


def _text(words: Schema) -> list[Look]:
    """Return the look at a text of bounded length, and of a pattern; none for any other schema."""
    if words.get("type") != "string" or not words.keys() <= {"type", "minLength", "maxLength", "pattern"}:
        return []
    least, most, form = words.get("minLength", 0), words.get("maxLength", sys.maxsize), shape(words.get("pattern", ""))
    if "pattern" in words:
        return [lambda value: type(value) is str and least <= len(value) <= most and form.search(value) is not None]
    return [lambda value: type(value) is str and least <= len(value) <= most]


# One look a word. Each takes its own type of value alone, and exactly: a subclass may stand for something else.


def _type(wanted: str | list[str], _schema: Schema) -> Look:
    types = frozenset().union(*(_TYPES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)))
    return lambda value: type(value) in types


def _const(wanted: Any, _schema: Schema) -> Look:
    return lambda value: type(value) is str and value == wanted


def _enum(wanted: list[Any], _schema: Schema) -> Look:
    return lambda value: type(value) is str and value in wanted


def _pattern(wanted: str, _schema: Schema) -> Look:
    form = shape(wanted)
    return lambda value: type(value) is str and form.search(value) is not None


def _properties(wanted: dict[str, Schema], _schema: Schema) -> Look:
    fields = {name: _look(schema) for name, schema in wanted.items()}

    def each_of(value: Any) -> bool:
        if type(value) is not dict:
            return False
        for name, item in value.items():  # noqa: SIM110  # as above
            if name in fields and not fields[name](item):
                return False
        return True

    return each_of


def _required(wanted: list[str], _schema: Schema) -> Look:
    names = frozenset(wanted)
    return lambda value: type(value) is dict and names <= value.keys()


def _additional(wanted: Any, schema: Schema) -> Look:
    known = schema.get("properties", {}).keys()
    if wanted is False:
        return lambda value: type(value) is dict and value.keys() <= known
    look = _look(wanted) if isinstance(wanted, dict) else lambda _value: True
    return lambda value: type(value) is dict and all(look(value[name]) for name in value.keys() - known)


def _names(wanted: Schema, _schema: Schema) -> Look:
    look = _look(wanted)
    return lambda value: type(value) is dict and all(map(look, value))


def _items(wanted: Schema, _schema: Schema) -> Look:
    look = _look(wanted)
    return lambda value: type(value) is list and all(map(look, value))


def _any_of(wanted: list[Schema], _schema: Schema) -> Look:
    looks = [_look(schema) for schema in wanted]

    def one_of(value: Any) -> bool:
        for look in looks:  # noqa: SIM110  # as above
            if look(value):
                return True
        return False

    return one_of


_WORDS: dict[str, Callable[[Any, Schema], Look]] = {
    "type": _type,
    "const": _const,
    "enum": _enum,
    "pattern": _pattern,
    "minLength": lambda wanted, _: lambda value: type(value) is str and len(value) >= wanted,
    "maxLength": lambda wanted, _: lambda value: type(value) is str and len(value) <= wanted,
    "minProperties": lambda wanted, _: lambda value: type(value) is dict and len(value) >= wanted,
    "minimum": lambda wanted, _: lambda value: type(value) in _NUMBERS and value >= wanted,
    "maximum": lambda wanted, _: lambda value: type(value) in _NUMBERS and value <= wanted,
    "exclusiveMinimum": lambda wanted, _: lambda value: type(value) in _NUMBERS and value > wanted,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "anyOf": _any_of,
}
