"""Translate between the API's JSON and specs, guided by the kind's fields: `decode` a response, `encode` a body."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.kinds.origin import Derived
from wexa_sync.kinds.spec.fields import (
    DESCEND,
    NO_DEFAULT,
    UNKNOWN,
    Field,
    Format,
    Visit,
    all_in,
    is_bare,
    is_read,
    is_sent,
    is_shown,
    nowhere,
    select,
    walk,
    word_of,
)
from wexa_sync.kinds.spec.times import epoch, read_iso
from wexa_sync.model import LEAVES, Path, Ref, Sealed, Secret, Spec

Resolve = Callable[[Ref], str]
NameOf = Callable[[str, str], Ref]  # (kind, id) -> the reference that people know it by


def by_id(kind: str, id: str) -> Ref:  # the field's name
    """Return the reference to an id that nobody has named."""
    return Ref(kind=kind, id=id)


def decode(kind: Kind, raw: Mapping[str, Any], name_of: NameOf = by_id) -> Spec:
    """Return a response as a spec: the fields of the schema under the manifest's names, ids as references.

    The API expands some ids on reading (skills, `executed_by`): they are folded back. Left out are fields that can't be
    written, and those that are write-only: what a response shows of them says nothing.
    """
    spec = {}
    visit = _reader(name_of)
    for name, wire_name, bare, as_it_is, field in _read_as(kind):
        source = wire_name if wire_name in raw else name
        if source in raw:
            value = raw[source]
            # The most common: no walk.
            same = bare and (type(value) in LEAVES or not value or (as_it_is and _has_no_id(value)))
            spec[name] = value if same else walk(select(value, field, is_read), field, visit, skip=nowhere)
    return spec


def encode(kind: Kind, spec: Spec, resolve: Resolve, *, only: Collection[str] | None = None) -> dict[str, Any]:
    """Return a spec as the body of a request: references as ids, times as epoch seconds. The sender reveals secrets.

    `only` restricts it to those fields. Raises what `resolve` raises for a reference without an id.
    """
    fields, visit = kind.fields.fields, _writer(resolve)
    return {
        name: walk(value, fields.get(name, UNKNOWN), visit)
        for name, value in select(dict(spec), kind.fields, is_sent).items()
        if only is None or name in only
    }


def with_defaults(kind: Kind, spec: Spec) -> Spec:
    """Return the spec with the schema's defaults where it says nothing: a create sends every field the API requires."""
    filled: Spec = _fill(dict(spec), kind.fields.fields)
    return filled


def default_of(field: Field) -> Any:
    """Return the default of a field, with the defaults of the fields in it; NO_DEFAULT where it has none."""
    return _fill(field.default, field.fields)


def with_texts(kind: Kind, spec: Spec) -> Spec:
    """Return the spec with an empty text where a read shows a null for one: calls take no null there."""

    def visit(value: Any, field: Field, _path: Path) -> Any:
        if value is None and field.types == {"string"}:
            return ""
        return DESCEND if isinstance(value, (dict, list)) else value

    texts: Spec = walk(spec, kind.fields, visit)
    return texts


def with_derived(kind: Kind, spec: Spec, *, declared: Spec, changed: Collection[Path] = ()) -> Spec:
    """Return the spec with what follows from other fields, where `declared` lacks it and it is absent or outdated.

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
    """Return the names of the spec's fields that the call takes. Fields for wexa-sync alone never count."""
    return endpoint.fields if endpoint.fields is not None else tuple(_sent(kind))


def shown_fields(kind: Kind, named: Collection[str] | None = None) -> frozenset[str]:
    """Return the fields that can be written and read, as responses name them: all, or those `named` in manifests."""
    fields = read_fields(kind).items()
    return frozenset(field.wire_name for name, field in fields if named is None or name in named)


def not_shown(kind: Kind, shown: Collection[str], also: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names of the fields that can be written and that a response does not show; `also` are such fields.

    `shown`: the names in the response.
    """
    hidden = [name for name, keys in _keys(kind).items() if not any(key in shown for key in keys)]
    return (*hidden, *(name for name in also if name not in shown))


def sent_back(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a response without what must not be sent back: read-only fields, and masks of write-only ones."""
    fields = [field for field in kind.fields.fields.values() if field.read_only or field.write_only]
    withheld = {name for field in fields for name in (field.name, field.wire_name)}
    return {name: value for name, value in raw.items() if name not in withheld}


def references(spec: Spec | list[Any], path: Path = ()) -> list[tuple[Path, Ref]]:
    """Return every reference in a spec with its path."""
    found: list[tuple[Path, Ref]] = []
    for key, value in enumerate(spec) if isinstance(spec, list) else spec.items():
        if type(value) in LEAVES:  # far the most common
            continue
        if isinstance(value, Ref):
            found.append(((*path, key), value))
        elif isinstance(value, (dict, list)):
            inner: Collection[Any] = value.values() if isinstance(value, dict) else value
            if not LEAVES.issuperset(map(type, inner)):  # most hold nothing of interest
                found += references(value, (*path, key))
    return found


def is_sealed(value: Any) -> bool:
    """True when a secret is in the value of which only the fingerprint is left."""
    if isinstance(value, Mapping):
        return any(map(is_sealed, value.values()))
    return any(map(is_sealed, value)) if isinstance(value, list) else isinstance(value, Sealed)


def at_path(value: Any, path: Path) -> Any:
    """Return the value at the path; None where nothing stands there."""
    for part in path:
        if type(value) is dict:  # far the most common, and often nothing stands there
            value = value.get(part)
            continue
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with `new` at the path; mappings on the way are made where missing. Lists are entered, not made."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(head, int):
        return [replaced(item, rest, new) if index == head else item for index, item in enumerate(value)]
    inner = value if isinstance(value, dict) else {}
    return {**inner, head: replaced(inner.get(head), rest, new)}


@cache
def _sent(kind: Kind) -> dict[str, Field]:
    return {name: field for name, field in kind.fields.fields.items() if is_sent(field)}


@cache
def _keys(kind: Kind) -> dict[str, tuple[str, ...]]:
    """Return under which keys a response may show each field that is sent."""
    return {name: (field.wire_name, name) if is_shown(field) else () for name, field in _sent(kind).items()}


@cache
def read_fields(kind: Kind) -> dict[str, Field]:
    """Return the fields that are sent and that a read shows, by their names in manifests."""
    return {name: field for name, field in kind.fields.fields.items() if is_read(field)}


@cache
def _read_as(kind: Kind) -> tuple[tuple[str, str, bool, bool, Field], ...]:
    """Return the fields that a read shows: their names in manifests and in responses, and whether they are bare.

    Then whether a read shows all in the field as it is, but for an object that stands for its id.
    """
    return tuple(
        (name, field.wire_name, field.bare, all_in(field, is_bare) and all_in(field, is_read), field)
        for name, field in read_fields(kind).items()
    )


def _has_no_id(value: Any) -> bool:
    """True when the value is plain JSON, and no object in it, at any depth, has an id that it may stand for."""
    rest = [value]
    for each in rest:  # and for what is found in it: no call for an item
        if type(each) not in (dict, list) or "_id" in each:
            return False
        inner = each.values() if type(each) is dict else each
        if not LEAVES.issuperset(map(type, inner)):
            rest += [item for item in inner if type(item) not in LEAVES]
    return True


def _reader(name_of: NameOf) -> Visit:
    def visit(value: Any, field: Field, _path: Path) -> Any:
        if isinstance(value, dict) and "_id" in value and (field.ref or "string" in field.types):
            value = value["_id"]
        if field.ref:
            kind, value = _kind_and_id(field, value)
            return name_of(kind, value) if isinstance(value, str) and value else value
        if field.format is Format.EPOCH_SECONDS:
            return read_iso(value)
        return DESCEND if isinstance(value, (dict, list)) and not _is_flat(value, field) else value

    return visit


def _is_flat(value: dict[str, Any] | list[Any], field: Field) -> bool:
    """True when the value holds neither objects nor lists, and no field in it stands for more than it says."""
    return LEAVES.issuperset(map(type, value.values() if isinstance(value, dict) else value)) and all_in(field, is_bare)


def _kind_and_id(field: Field, value: Any) -> tuple[str, Any]:
    """Return the kind of a reference, and its id. A reference to one of several kinds may name its kind."""
    if isinstance(value, dict) and len(value) == 1:
        for kind in field.refs:
            if word_of(kind) in value:
                return kind, value[word_of(kind)]
    return field.ref, value


def _writer(resolve: Resolve) -> Visit:
    def visit(value: Any, field: Field, _path: Path) -> Any:
        if isinstance(value, Ref):
            return resolve(value)
        if isinstance(value, Secret):
            return value
        if field.format is Format.EPOCH_SECONDS:
            return epoch(value)
        return DESCEND

    return visit


def _fill(value: Any, fields: Mapping[str, Field]) -> Any:
    if not isinstance(value, dict):
        return value
    filled = dict(value)
    for name, field in fields.items():
        if filled.get(name) is not None:
            filled[name] = _fill(filled[name], field.fields)
        elif field.default is not NO_DEFAULT and is_sent(field):
            filled[name] = default_of(field)
    return filled
