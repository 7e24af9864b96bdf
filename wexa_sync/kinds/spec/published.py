"""Make the schemas that editors get: they accept a manifest as it is written."""

from __future__ import annotations

from functools import cache

from wexa_sync.kinds.spec.fields import kind_referred_to
from wexa_sync.kinds.spec.schema import Schema, bundled

_VARIABLE = {"type": "string", "pattern": r"\$\{(env|var|secret):"}
_FILE = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {"file": {"type": "string"}},
}
_SCALARS = frozenset({"string", "number", "integer", "boolean"})


@cache
def published(name: str) -> Schema:
    """Return the schema for an editor: it accepts a manifest as it is written, with variables and files in it."""
    whole = bundled(name)
    parts = whole.get("properties", {})
    if "spec" not in parts:
        return whole
    written = {part: _as_written(parts[part], file=part == "spec") for part in ("metadata", "spec")}
    return {**whole, "properties": {**parts, **written}}


def _as_written(node: Schema, *, file: bool) -> Schema:
    """Return the schema of a place, which takes a variable where a value stands, and a file where a text does."""
    file = file and not kind_referred_to(node)
    inside: Schema = {}
    if "properties" in node:
        inside["properties"] = {name: _as_written(inner, file=file) for name, inner in node["properties"].items()}
    for word in ("items", "additionalProperties"):
        if isinstance(node.get(word), dict):
            inside[word] = _as_written(node[word], file=file)
    if "anyOf" in node:
        inside["anyOf"] = [_as_written(form, file=file) for form in node["anyOf"]]
    types = node.get("type", ())
    types = {types} if isinstance(types, str) else set(types)
    if not types & _SCALARS and "enum" not in node:
        return {**node, **inside}
    about: Schema = {word: node[word] for word in ("description", "default", "examples") if word in node}
    forms = [{**node, **inside}, _VARIABLE, *([_FILE] if file and "string" in types else [])]
    return {**about, "anyOf": forms}
