"""Compares what is declared with what is live, field by field, and says who changed it. The only user of deepdiff.

Only what the manifest declares is compared: what the server fills in is no drift. A field of the last applied spec that
the manifest no longer has is a removal: what follows from other fields, or its default, is wanted in its place. A
declared field that the server does not show (it is not known to echo all of them) is judged by the last applied spec.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wexa_sync.codec import fingerprint, secret_fingerprint
from wexa_sync.json_text import parse
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.schema import DESCEND, Schema, at, walk
from wexa_sync.kinds.wire import at_path, replaced, with_defaults, with_derived
from wexa_sync.model import Address, FieldChange, Path, Ref, Sealed, Secret, Spec, show_path

_ABSENT: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What values are compared by: the ids of references (None: not known), and the key that secrets are sealed by."""

    id_of: Callable[[Ref], str | None]
    key: str


def id_of(
    ref: Ref, project: str, ids: Mapping[Address, str], externals: Mapping[tuple[str, str, str], str]
) -> str | None:
    """The id a reference stands for, in manifests of that project; None where it is not known (yet)."""
    if ref.address is not None:
        return ids.get(ref.address)
    return ref.id if ref.external is None else externals.get((project, ref.kind, ref.external))


def terms_in(
    project: str, ids: Mapping[Address, str], externals: Mapping[tuple[str, str, str], str], key: str
) -> Terms:
    """The terms of manifests in that project, as far as `ids` and `externals` know at the time of asking."""
    return Terms(id_of=lambda ref: id_of(ref, project, ids, externals), key=key)


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
    if isinstance(value, dict):
        return {key: _veiled(item) for key, item in value.items()}
    return [_veiled(item) for item in value] if isinstance(value, list) else value


def _has_secret(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(_has_secret(item) for item in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, (Secret, Sealed))


def same(kind: Kind, one: Spec, other: Spec, terms: Terms) -> bool:
    """Whether two specs mean the same to the server."""
    return _same(shared(kind, one), shared(kind, other), kind.spec_schema, terms)


def edited(kind: Kind, declared: Spec, applied: Spec, terms: Terms) -> tuple[FieldChange, ...]:
    """The fields in which a manifest says another thing than what was applied, each as a whole."""
    now, before, properties = shared(kind, declared), shared(kind, applied), kind.spec_schema["properties"]
    return tuple(
        FieldChange(path=(name,), before=before.get(name), after=now.get(name), changed_by="repository")
        for name in sorted({*now, *before})
        if not _same(now.get(name), before.get(name), properties.get(name, {}), terms)
    )


def spec_fingerprint(kind: Kind, live: Spec, shape: Spec, terms: Terms) -> str:
    """A hash of what `live` has at the fields of `shape`: equal as long as nobody changed one of them."""
    return fingerprint(_plain(project(live, shared(kind, shape)), kind.spec_schema, terms), terms.key)


def key_of(kind: Kind, spec: Spec, fields: Iterable[str], terms: Terms) -> str:
    """A hash of what the spec has, or would have by default, at those fields: how a thing without a record is found."""
    filled = with_defaults(kind, spec)
    return fingerprint(_plain({name: filled.get(name) for name in fields}, kind.spec_schema, terms), terms.key)


def field_changes(
    kind: Kind, declared: Spec, live: Spec, applied: Spec | None, terms: Terms, ignore: Iterable[str] = ()
) -> tuple[FieldChange, ...]:
    """What has to change live, sorted by path; empty where live is as declared. `applied` None: never applied by us."""
    wanted = shared(kind, declared)
    paths = dict.fromkeys(_differing(kind, wanted, live, terms), _ABSENT)
    for path in _unseen(wanted, live):
        if applied is None or not _same(
            at_path(wanted, path), at_path(applied, path), at(kind.spec_schema, path), terms
        ):
            paths[path] = _ABSENT
    paths |= _removed(kind, wanted, live, applied or {}, terms)
    return tuple(
        FieldChange(
            path=path,
            before=project(at_path(live, path), at_path(wanted, path) or _overlay(fallback, at_path(applied, path))),
            after=(after := at_path(wanted, path) if fallback is _ABSENT else fallback),
            changed_by=_who(kind, path, after, live, applied, terms),
        )
        for path, fallback in sorted(paths.items(), key=lambda item: show_path(item[0]))
        if not ignored(path, ignore)
    )


def ignored(path: Path, ignore: Iterable[str]) -> bool:
    """Whether the path is, or lies inside, one of the `ignore_changes` paths."""
    shown = show_path(path)
    return any(shown == prefix or shown.startswith((f"{prefix}.", f"{prefix}[")) for prefix in ignore)


def propose(kind: Kind, live: Spec, declared: Spec, fields: Iterable[FieldChange], ignore: Iterable[str] = ()) -> Spec:
    """The whole spec an update sends: live overlaid with what is declared, so that nothing of others is erased."""
    fields = tuple(fields)
    wanted = shared(kind, declared)
    merged = _overlay(live, wanted)
    for change in fields:
        if at_path(wanted, change.path) is None:  # a removal: its default, or nothing
            merged = (
                replaced(merged, change.path, change.after)
                if change.after is not None
                else _without(merged, change.path)
            )
    for prefix in ignore:
        path = tuple(prefix.split("."))
        if (theirs := at_path(live, path)) is not None:
            merged = replaced(merged, path, theirs)
    changed = [change.path[: size + 1] for change in fields for size in range(len(change.path))]
    return with_defaults(kind, with_derived(kind, merged, declared=wanted, changed=changed))


def _same(one: Any, other: Any, schema: Schema, terms: Terms) -> bool:  # one line a kind of value
    if isinstance(one, (Secret, Sealed)) or isinstance(other, (Secret, Sealed)):
        return bool(_seal(one, other, terms) == _seal(other, one, terms))
    if isinstance(one, Ref) or isinstance(other, Ref):
        return bool(_id(one, terms) == _id(other, terms))
    if isinstance(one, dict) and isinstance(other, dict):
        properties = schema.get("properties", {})
        return one.keys() == other.keys() and all(_same(one[k], other[k], properties.get(k, {}), terms) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        if schema.get("x-wexa-list") == "set":
            ours: list[Any] = _plain(one, schema, terms)
            return bool(ours == _plain(other, schema, terms))
        items = schema.get("items", {})
        return len(one) == len(other) and all(_same(a, b, items, terms) for a, b in zip(one, other, strict=True))
    if schema.get("x-wexa-format") == "json-text" and one != other:
        return bool(_parsed(one) == _parsed(other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _seal(value: Any, other: Any, terms: Terms) -> Any:
    """A value as it compares with one that is, or was, secret."""
    if isinstance(value, Sealed):
        return value.fingerprint
    if isinstance(other, Secret):
        return value.reveal() if isinstance(value, Secret) else value
    if isinstance(value, str):
        value = Secret(template="", value=value)
    return secret_fingerprint(value, terms.key) if isinstance(value, Secret) else value


def _id(value: Any, terms: Terms) -> Any:
    return (terms.id_of(value) or str(value)) if isinstance(value, Ref) else value


def _parsed(text: Any) -> Any:
    try:
        return parse(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _plain(value: Any, schema: Schema, terms: Terms) -> Any:
    """A value with nothing symbolic left, as deepdiff and hashes want it. In memory only: secrets are revealed."""

    def visit(value: Any, schema: Schema, _path: Path) -> Any:
        if isinstance(value, Ref):
            return _id(value, terms)
        if isinstance(value, Secret):
            return value.reveal()
        if schema.get("x-wexa-format") == "json-text":
            return _parsed(value)
        if isinstance(value, list) and schema.get("x-wexa-list") == "set":
            items = [walk(item, schema.get("items", {}), visit) for item in value]
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))
        return DESCEND

    return walk(value, schema, visit)


def _differing(kind: Kind, wanted: Spec, live: Spec, terms: Terms) -> Iterator[Path]:
    """The paths at which both sides say something and don't agree."""
    schema = kind.spec_schema
    seen, theirs = project(wanted, live), project(live, wanted)
    if _same(seen, theirs, schema, terms):
        return
    from deepdiff import DeepDiff  # slow to import, and most plans have nothing for it to do

    tree = DeepDiff(
        _plain(theirs, schema, terms), _plain(seen, schema, terms), view="tree", ignore_numeric_type_changes=True
    )
    for nodes in tree.values():
        for node in nodes:
            yield _whole(tuple(node.path(output_format="list")), seen, theirs, schema)


def _whole(path: Path, seen: Spec, theirs: Spec, schema: Schema) -> Path:
    """The path cut where a part of it makes no sense alone: in a set, a parsed text, or lists of unequal length."""
    for size in range(len(path)):
        place = at(schema, path[:size])
        ours, other = at_path(seen, path[:size]), at_path(theirs, path[:size])
        uneven = isinstance(ours, list) and not (isinstance(other, list) and len(ours) == len(other))
        if uneven or place.get("x-wexa-list") == "set" or place.get("x-wexa-format") == "json-text":
            return path[:size]
    return path


def _unseen(wanted: Spec, live: Spec, path: Path = ()) -> Iterator[Path]:
    """The paths that are declared and that live does not show at all."""
    for key, value in wanted.items():
        if key not in live:
            yield (*path, key)
        elif isinstance(value, dict) and isinstance(live[key], dict):
            yield from _unseen(value, live[key], (*path, key))


def _removed(kind: Kind, wanted: Spec, live: Spec, applied: Spec, terms: Terms) -> dict[Path, Any]:
    """The paths that were applied and are declared no longer, with what is wanted there instead (None: nothing)."""
    found: dict[Path, Any] = {}
    derived = {rule.target: rule for rule in kind.derived}
    gone = (leaf for path in _unseen(applied, wanted) for leaf in _fields_in(at_path(applied, path), path, kind))
    for path in gone:
        theirs = at_path(live, path)
        if theirs is None:
            continue
        if path in derived and (source := at_path(wanted, derived[path].source)) is not None:
            instead = derived[path].make(source)
        else:
            instead = at(kind.spec_schema, path).get("default")
        filled = at_path(with_defaults(kind, replaced({}, path, instead)), path) if instead is not None else None
        if not _same(theirs, filled, at(kind.spec_schema, path), terms):
            found[path] = filled
    return found


def _fields_in(value: Any, path: Path, kind: Kind) -> Iterator[Path]:
    """The path itself, or those of the fields said in it: what stands beside them was never ours to remove."""
    if isinstance(value, dict) and value and "properties" in at(kind.spec_schema, path):
        for name, inner in value.items():
            yield from _fields_in(inner, (*path, name), kind)
    else:
        yield path


def _who(kind: Kind, path: Path, after: Any, live: Spec, applied: Spec | None, terms: Terms) -> str:
    """Who made the difference: the repository, the live side, or both, by what was applied last."""
    if applied is None:
        return "repository"
    # What was sent: defaults and what follows from other fields too, so that these are nobody's change either.
    sent = with_defaults(kind, with_derived(kind, applied, declared=applied))
    schema, last = at(kind.spec_schema, path), at_path(sent, path)
    by_us = not _same(after, last, schema, terms)
    theirs = project(at_path(live, path), last)
    by_them = theirs is not None and not _same(theirs, last, schema, terms)
    return "both" if by_us and by_them else "live" if by_them else "repository"


def _overlay(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{key: _overlay(under.get(key), value) for key, value in over.items()}}
    return over


def _without(value: Any, path: Path) -> Any:
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]} if isinstance(value, dict) else value
    inner = at_path(value, path[:1])
    return replaced(value, path[:1], _without(inner, path[1:])) if inner is not None else value
