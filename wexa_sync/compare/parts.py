"""Parts of a spec: what the server has a say in, and what another spec has as well."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.wire import at_path, is_sealed, replaced
from wexa_sync.model import Path, Sealed, Secret, Spec, show_path


def shared(kind: Kind, spec: Spec) -> dict[str, Any]:
    """The part of a spec that the server has a say in: without the fields that are wexa-sync's own."""
    properties = kind.spec_schema["properties"]
    return {name: value for name, value in spec.items() if not properties.get(name, {}).get("x-wexa-local")}


def project(value: Any, shape: Any) -> Any:
    """`value` restricted to the keys that `shape` has, and secret wherever `shape` is: live is not shown either.

    Lists of the same length are entered item by item, others are taken whole.
    """
    if isinstance(shape, (Secret, Sealed)):
        return _veiled(value)
    if isinstance(value, dict) and isinstance(shape, dict):
        return {key: project(value[key], shape[key]) for key in shape if key in value}
    if isinstance(value, list) and isinstance(shape, list):
        if len(value) == len(shape):
            return [project(item, like) for item, like in zip(value, shape, strict=True)]
        return _veiled(value) if _has_secret(shape) else value
    return value


def _veiled(value: Any) -> Any:
    if isinstance(value, str):
        return Secret(template="", value=value)
    if isinstance(value, list):
        return [_veiled(item) for item in value]
    # A number or an object is one secret as well, whatever a server makes of the text it was sent.
    return value if value is None else Secret(template="", value=json.dumps(value, sort_keys=True, default=str))


def _has_secret(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(_has_secret(item) for item in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, (Secret, Sealed))


def ignored(path: Path, ignore: Iterable[str]) -> bool:
    """Whether the path is, or lies inside, one of the `ignore_changes` paths."""
    shown = show_path(path)
    return any(shown == prefix or shown.startswith((f"{prefix}.", f"{prefix}[")) for prefix in ignore)


def overlay(under: Any, over: Any) -> Any:
    """Return `under` with everything that `over` says; mappings are merged, anything else is replaced."""
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{key: overlay(under.get(key), value) for key, value in over.items()}}
    return over


def without(value: Any, path: Path) -> Any:
    """Return a copy in which nothing stands at the path."""
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]} if isinstance(value, dict) else value
    inner = at_path(value, path[:1])
    return replaced(value, path[:1], without(inner, path[1:])) if inner is not None else value


def known_of(recorded: Spec, declared: Spec) -> Spec:
    """Return what is declared, and what is recorded besides. What is sealed can't be sent, so it is not known."""
    return {name: value for name, value in {**recorded, **declared}.items() if not is_sealed(value)}
