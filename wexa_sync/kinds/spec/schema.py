"""Read the JSON Schemas, of a wheel or of a checkout, with every `$ref` replaced by what it refers to.

The schemas are the only source of facts about fields: `fields.py` reads those. Words beside a `$ref` override
the words that it refers to. No schema refers to itself, so replacing ends.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
_PACKAGE = Path(__file__).resolve().parents[2]


def schema_folder() -> Path:
    """Return the folder of the schemas: inside the package (a wheel), or beside it (a checkout)."""
    inside = _PACKAGE / "schemas"
    return inside if inside.is_dir() else _PACKAGE.parent / "schemas"


@cache
def _read(name: str) -> Schema:
    schema: Schema = json.loads((schema_folder() / name).read_text(encoding="utf-8"))
    return schema


@cache
def bundled(name: str) -> Schema:
    """Return the schema of that file name with every `$ref` replaced. All share it: do not change it."""
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
