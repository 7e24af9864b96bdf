"""The JSON Schemas as data: found in a wheel and in a checkout, with their `$ref`s put in place.

The schemas are the single source of facts about fields; every other module asks here. What is said beside a `$ref`
overrides what it refers to. No schema refers to itself, so putting in place ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from wexa_sync import model

Schema = dict[str, Any]
Visit = Callable[[Any, Schema, model.Path], Any]

DESCEND: Any = object()
"""What a visit answers to be asked about the children instead of replacing the value."""

_PACKAGE = Path(__file__).resolve().parents[2]


def schema_folder() -> Path:
    """Where the schemas are: inside the package (a wheel), or beside it (a checkout)."""
    inside = _PACKAGE / "schemas"
    return inside if inside.is_dir() else _PACKAGE.parent / "schemas"


@cache
def _read(name: str) -> Schema:
    schema: Schema = json.loads((schema_folder() / name).read_text(encoding="utf-8"))
    return schema


@cache
def bundled(name: str) -> Schema:
    """The schema of that file name with every `$ref` put in place. Shared: do not change it."""
    schema: Schema = _inline(_read(name), name)
    return schema


def _inline(node: Any, name: str) -> Any:
    if isinstance(node, list):
        return [_inline(item, name) for item in node]
    if not isinstance(node, dict):
        return node
    beside = {key: _inline(value, name) for key, value in node.items() if key not in ("$ref", "$defs")}
    if "$ref" not in node:
        return beside
    file, _, pointer = node["$ref"].partition("#")
    file = file or name
    target = _read(file)
    for part in pointer.strip("/").split("/") if pointer else []:
        target = target[part]
    target = {key: value for key, value in target.items() if key not in ("$schema", "$id", "title")}
    return {**_inline(target, file), **beside}


def walk(value: Any, schema: Schema, visit: Visit, path: model.Path = ()) -> Any:
    """A copy of `value` in which `visit` has replaced what it wanted to, guided by the schema of each place.

    `visit(value, schema, path)` answers the replacement, or DESCEND. Places the schema does not know get `{}`.
    """
    found = visit(value, schema, path)
    if found is not DESCEND:
        return found
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {key: walk(item, properties.get(key, {}), visit, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        items = schema.get("items", {})
        return [walk(item, items, visit, (*path, index)) for index, item in enumerate(value)]
    return value


def at(schema: Schema, path: model.Path) -> Schema:
    """The schema of the place `path` leads to; `{}` where the schema does not know it."""
    for part in path:
        schema = schema.get("items", {}) if isinstance(part, int) else schema.get("properties", {}).get(part, {})
    return schema
