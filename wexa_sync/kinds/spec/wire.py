"""Between the API's JSON and manifest terms, guided by the kind's schema: `decode` what is read, `encode` to send."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from wexa_sync.kinds.base import Derived, Endpoint, Kind
from wexa_sync.kinds.spec.schema import DESCEND, Schema, walk
from wexa_sync.kinds.spec.times import epoch, read_iso
from wexa_sync.model import Path, Ref, Sealed, Secret, Spec

Resolve = Callable[[Ref], str]
NameOf = Callable[[str, str], Ref]  # (kind, id) -> the reference that people know it by


def by_id(kind: str, id: str) -> Ref:  # the field's name
    """The reference to an id that nobody has named."""
    return Ref(kind=kind, id=id)


def decode(kind: Kind, raw: Mapping[str, Any], name_of: NameOf = by_id) -> Spec:
    """An answer in manifest terms: the fields the schema knows, under the manifest's names, ids as references.

    What the API expands on reading (skills, `executed_by`) is folded back to the id it takes on writing.
    """
    spec = {}
    for name, schema in _fields(kind).items():
        source = next((key for key in (schema.get("x-wexa-field"), name) if key in raw), None)
        if source is not None and schema.get("x-wexa-list") != "children":
            spec[name] = walk(raw[source], schema, _reader(name_of))
    return spec


def encode(kind: Kind, spec: Spec, resolve: Resolve, *, only: Collection[str] | None = None) -> dict[str, Any]:
    """A spec as the body of a request: references as ids, times as epoch seconds. Who sends it reveals its secrets.

    `only` restricts it to those fields. Raises what `resolve` raises for a reference without an id.
    """
    fields = _fields(kind)
    return {
        name: walk(value, fields.get(name, {}), _writer(resolve))
        for name, value in spec.items()
        if only is None or name in only
    }


def with_defaults(kind: Kind, spec: Spec) -> Spec:
    """The spec with the schema's defaults where it says nothing: a create sends every field the API requires."""
    filled: Spec = _fill(dict(spec), {"properties": _fields(kind)})
    return filled


def default_of(schema: Schema) -> Any:
    """Return the default of a field that has one, with the defaults of the fields in it."""
    return _fill(schema["default"], schema)


def with_texts(kind: Kind, spec: Spec) -> Spec:
    """Return the spec with an empty text where a read shows a null for one: calls take no null there."""

    def visit(value: Any, schema: Schema, _path: Path) -> Any:
        if value is None and schema.get("type") == "string":
            return ""
        return DESCEND if isinstance(value, (dict, list)) else value

    texts: Spec = walk(spec, kind.spec_schema, visit)
    return texts


def with_derived(kind: Kind, spec: Spec, *, declared: Spec, changed: Collection[Path] = ()) -> Spec:
    """The spec with what follows from other fields, where `declared` does not say it and it is absent or outdated.

    `changed` names the fields that differ from live: what follows from them is made anew.
    """
    outdated = set(changed)
    for rule in kind.derived:
        source = at_path(spec, rule.source)
        # Of a secret that is sealed, nothing follows any more.
        if at_path(declared, rule.target) is not None or source is None or isinstance(source, Sealed):
            continue
        if at_path(spec, rule.target) is None or rule.source in outdated:
            spec = replaced(spec, rule.target, made(rule, source))
            outdated.add(rule.target)
    return spec


def made(rule: Derived, source: Any) -> Any:
    """Return what follows from the source. What follows from a secret is one."""
    if isinstance(source, Secret):
        return Secret(template=source.template, value=str(rule.make(source.reveal())))
    return rule.make(source)


def accepted(endpoint: Endpoint, kind: Kind) -> Collection[str]:
    """The fields of the spec that the call takes; fields for wexa-sync itself never count."""
    return endpoint.fields if endpoint.fields is not None else tuple(_fields(kind))


def written(kind: Kind, named: Collection[str] | None = None) -> frozenset[str]:
    """Return the fields that can be written, as answers name them: all, or those `named` so in manifests."""
    fields = _fields(kind).items()
    return frozenset(schema.get("x-wexa-field", name) for name, schema in fields if named is None or name in named)


def not_shown(kind: Kind, raw: Mapping[str, Any], also: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names of the fields that can be written and that an answer does not show; `also` are such fields."""
    fields = ((name, (schema.get("x-wexa-field"), name)) for name, schema in _fields(kind).items())
    return tuple(name for name, keys in (*fields, *((name, (name,)) for name in also)) if raw.keys().isdisjoint(keys))


def references(spec: Spec | list[Any], path: Path = ()) -> Iterator[tuple[Path, Ref]]:
    """Every reference in a spec with its path."""
    pairs: Iterable[tuple[Any, Any]] = enumerate(spec) if isinstance(spec, list) else spec.items()
    for key, value in pairs:
        if isinstance(value, Ref):
            yield (*path, key), value
        elif isinstance(value, (dict, list)):
            yield from references(value, (*path, key))


def is_sealed(value: Any) -> bool:
    """True when a secret is in the value of which only the fingerprint is left."""
    if isinstance(value, Mapping):
        return any(map(is_sealed, value.values()))
    return any(map(is_sealed, value)) if isinstance(value, list) else isinstance(value, Sealed)


def at_path(value: Any, path: Path) -> Any:
    """What stands at the path; None where nothing does."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with `new` at the path; mappings on the way are made where missing. Lists are entered, not made."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(head, int):
        return [replaced(item, rest, new) if index == head else item for index, item in enumerate(value)]
    inner = value if isinstance(value, dict) else {}
    return {**inner, head: replaced(inner.get(head), rest, new)}


@cache
def _fields(kind: Kind) -> dict[str, Schema]:
    """The fields that travel: all but what is wexa-sync's own and the children that are resources of their own."""
    properties: dict[str, Schema] = kind.spec_schema["properties"]
    return {
        name: schema
        for name, schema in properties.items()
        if not schema.get("x-wexa-local") and schema.get("x-wexa-list") != "children"
    }


def _reader(name_of: NameOf) -> Callable[[Any, Schema, Path], Any]:
    def visit(value: Any, schema: Schema, _path: Path) -> Any:
        if isinstance(value, dict) and "_id" in value and ("x-wexa-ref" in schema or schema.get("type") == "string"):
            value = value["_id"]
        if "x-wexa-ref" in schema:
            return name_of(schema["x-wexa-ref"], value) if isinstance(value, str) and value else value
        if schema.get("x-wexa-format") == "epoch-seconds":
            return read_iso(value)
        return DESCEND if isinstance(value, (dict, list)) else value

    return visit


def _writer(resolve: Resolve) -> Callable[[Any, Schema, Path], Any]:
    def visit(value: Any, schema: Schema, _path: Path) -> Any:
        if isinstance(value, Ref):
            return resolve(value)
        if isinstance(value, Secret):
            return value
        if schema.get("x-wexa-format") == "epoch-seconds":
            return epoch(value)
        return DESCEND

    return visit


def _fill(value: Any, schema: Schema) -> Any:
    if not isinstance(value, dict):
        return value
    filled = dict(value)
    for name, inner in schema.get("properties", {}).items():
        if filled.get(name) is not None:
            filled[name] = _fill(filled[name], inner)
        elif "default" in inner:
            filled[name] = default_of(inner)
    return filled
