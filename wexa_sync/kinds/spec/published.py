"""Make the schemas that editors get: they accept a manifest as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from wexa_sync.kinds.spec.fields import kinds_referred_to
from wexa_sync.kinds.spec.schema import Schema, bundled

_VARIABLE = {"type": "string", "pattern": r"\$\{(env|var|secret):"}
_FILE = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "description": "The text of a file, by its path from the manifest."},
        "fill": {"type": "boolean", "description": "Fill in the variables of the file.", "default": False},
    },
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


_MOVED = "moved.schema.json"


def combined(files: Mapping[str, str]) -> Schema:
    """Return one schema for manifests of every kind, and for what was moved; `files` are the kinds' schemas by kind.

    The fields of a manifest are those of its own kind, and so are the faults that an editor shows. The words are those
    of draft 7, which every editor knows.
    """
    kinds = {name: _plain(published(file)) for name, file in files.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "manifest.schema.json",
        "title": "wexa-sync manifest",
        "description": "A manifest of wexa-sync, of any kind.",
        "type": "object",
        "if": {"required": ["moved"], "not": {"required": ["kind"]}},
        "then": {word: inner for word, inner in _plain(bundled(_MOVED)).items() if not word.startswith("$")},
        "else": _of_kinds(kinds),
        "definitions": _COMMON,
    }


def _of_kinds(kinds: Mapping[str, Schema]) -> Schema:
    first = next(iter(kinds.values()))
    return {
        "additionalProperties": False,
        "required": first["required"],
        "properties": {
            "apiVersion": first["properties"]["apiVersion"],
            "kind": {"description": "What the manifest declares.", "enum": [*kinds]},
            "metadata": {"type": "object", "description": "The name, the project and the lifecycle of the resource."},
            "spec": {"type": "object", "description": "The fields of the resource, as the API names them."},
        },
        "allOf": [
            {
                "if": {"required": ["kind"], "properties": {"kind": {"const": name}}},
                "then": {
                    "description": schema["description"],
                    "properties": {part: schema["properties"][part] for part in ("metadata", "spec")},
                },
            }
            for name, schema in kinds.items()
        ],
    }


_COMMON = {"variable": _VARIABLE, "file": _FILE}


def _plain(node: Any) -> Any:
    """Return a schema with references to what stands in it often, and without the words that are for wexa-sync alone.

    A program that checks schemas strictly, as SchemaStore does, refuses words that it does not know.
    """
    for name, common in _COMMON.items():
        if node == common:
            return {"$ref": f"#/definitions/{name}"}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {word: _plain(inner) for word, inner in node.items() if not word.startswith("x-wexa-")}


def _as_written(node: Schema, *, file: bool) -> Schema:
    """Return the schema of a place, which takes a variable where a value stands, and a file where a text does."""
    file = file and not kinds_referred_to(node)
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
