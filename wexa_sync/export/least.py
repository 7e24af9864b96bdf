"""Write a live spec as a person would: without what follows from other fields, and without defaults. Pure."""

from __future__ import annotations

import re
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import without
from wexa_sync.compare.same import kept, same_value
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import NO_DEFAULT, UNKNOWN, Field
from wexa_sync.kinds.spec.schema import Schema, bundled
from wexa_sync.kinds.spec.wire import at_path, default_of, made, replaced
from wexa_sync.model import Ref, Spec

_AS_WRITTEN = Comparison(id_of=lambda ref: ref.id, seal_key="")


def least(kind: Kind, spec: Spec) -> dict[str, Any]:
    """Return the least spec that says the same: with its defaults and what follows from it, it is the given one."""
    left_out = {*kind.exported.left_out, *(kind.catalogue.fields if kind.catalogue is not None else ())}
    whole = bundled(kind.schema)
    said = {name: value for name, value in _underived(kind, spec).items() if name not in left_out}
    return _least(said, kind.fields, whole["properties"].get("spec", whole))


def _underived(kind: Kind, spec: Spec) -> Spec:
    """Return the spec without the fields that an apply makes of others."""
    full = said = spec
    for rule in kind.derived:
        source, target = at_path(full, rule.source), at_path(spec, rule.target)
        if source is None or (isinstance(source, Ref) and not (source.external or source.title)):
            continue
        value = made(rule, source)
        if target is not None and not _same(value, target, kind.fields.at(rule.target)):
            continue
        full = replaced(full, rule.target, value)
        if target is not None or at_path(spec, rule.target[:-1]) is not None:
            said = without(said, rule.target)
    return said


def _least(value: dict[str, Any], field: Field, schema: Schema) -> dict[str, Any]:
    required, properties = schema.get("required", ()), schema.get("properties", {})
    found = {}
    for name, item in value.items():
        inner = field.fields.get(name, UNKNOWN)
        item = _value(item, inner, properties.get(name, {}))  # noqa: PLW2901  # as a manifest has it
        if name in required:
            found[name] = "" if item is None and "string" in inner.types else item
        elif name not in field.fields or not _is_default(item, inner):
            found[name] = item
    return found


def _value(value: Any, field: Field, schema: Schema) -> Any:
    if isinstance(value, dict) and field.fields:
        return _least(value, field, schema)
    if isinstance(value, list) and field.items is not None and field.items.fields:
        return [_value(item, field.items, schema.get("items", {})) for item in value]
    if isinstance(value, str) and field.words is not None:
        return _spelled(value, field, schema)
    is_whole = isinstance(value, float) and value.is_integer() and "integer" in field.types
    return int(value) if is_whole else value


def _spelled(word: str, field: Field, schema: Schema) -> str:
    """Return a word in the first spelling that a manifest may have it in; as it is where there is none."""
    spellings = (word, word.lower(), word.capitalize(), str(field.meant(word)))
    pattern, words = re.compile(schema.get("pattern", "")), schema.get("enum", ())
    return next((each for each in spellings if (not words or each in words) and pattern.search(each)), word)


def _is_default(value: Any, field: Field) -> bool:
    """True when the field says what it would say without being written."""
    if value == {} and field.fields:  # all that was in it is default
        return True
    if field.default is not NO_DEFAULT:
        return _same(default_of(field), value, field)
    return value is None or (bool(field.types) and value in ("", [], {}))


def _same(one: Any, other: Any, field: Field) -> bool:
    return same_value(one, other, field, _AS_WRITTEN) or kept(one, other)
