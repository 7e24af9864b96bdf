"""Tell whether two values mean the same to the server, and fingerprint them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from wexa_sync.compare.ids import Comparison, plain_id
from wexa_sync.compare.parts import aligned, as_kept, part_of, sent_fields
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import DESCEND, UNKNOWN, Field, Format, Order, walk
from wexa_sync.kinds.spec.wire import with_defaults
from wexa_sync.model import Path, Ref, Sealed, Secret, Spec
from wexa_sync.secrecy.seal import canonical, fingerprint, secret_fingerprint
from wexa_sync.text.json import parse

_HARD = "slow:"


def same(kind: Kind, one: Spec, other: Spec, comparison: Comparison) -> bool:
    """True when two specs mean the same to the server."""
    return same_value(sent_fields(kind, one), sent_fields(kind, other), kind.fields, comparison)


def spec_fingerprint(kind: Kind, live: Spec, shape: Spec, comparison: Comparison) -> str:
    """Return a hash of what `live` has at the fields of `shape`: equal as long as nobody changed one of them."""
    return sealed_fingerprint(kind, part_of(kind, live, shape), comparison)


def sealed_fingerprint(kind: Kind, part: Spec, comparison: Comparison) -> str:
    """Return a hash of a part of live that may stand in a saved plan: the secrets in it are sealed first."""

    def sealed(secret: Secret) -> Sealed:
        return Sealed(template="", fingerprint=secret_fingerprint(secret, comparison.seal_key))

    return fingerprint(plain(part, kind.fields, comparison, secret=sealed), comparison.seal_key)


def is_as_expected(found: str, expected: str, comparison: Comparison) -> bool:
    """True when a fingerprint of live is the one that the plan expects, which may be a hardened one."""
    return expected == (hardened(found, comparison.seal_key) if expected.startswith(_HARD) else found)


def hardened(fingerprint: str, key: str) -> str:
    """Return the fingerprint made as slow to guess as a secret's, for a spec that shows one where nobody marked it."""
    return _HARD + secret_fingerprint(Secret(template="", value=fingerprint), key)


def natural_key(kind: Kind, spec: Spec, fields: Iterable[str], comparison: Comparison) -> str:
    """Return what the spec has, or would have by default, at those fields: how a thing without a record is found.

    In memory only: it holds secrets in clear. To seal the values of each live thing would take too long.
    """
    filled = kind.as_shown(with_defaults(kind, spec))
    named = {name: as_kept(filled.get(name)) for name in fields}
    return canonical(plain(named, kind.fields, comparison))


def same_value(one: Any, other: Any, field: Field, comparison: Comparison) -> bool:  # one line a kind of value
    """True when two values at that field mean the same to the server."""
    if one is other or (type(one) is str and one == other):
        return True
    if isinstance(one, (Secret, Sealed)) or isinstance(other, (Secret, Sealed)):
        return bool(_seal(one, other, comparison) == _seal(other, one, comparison))
    if isinstance(one, Ref) or isinstance(other, Ref):
        return bool(plain_id(one, comparison) == plain_id(other, comparison))
    if isinstance(one, dict) and isinstance(other, dict):
        fields = field.fields
        return all(
            same_value(one.get(name), other.get(name), fields.get(name, UNKNOWN), comparison)
            for name in one.keys() | other.keys()
        )
    if isinstance(one, list) and isinstance(other, list):
        if field.order is Order.SET:
            ours: list[Any] = plain(one, field, comparison)
            return bool(ours == plain(other, field, comparison))
        items, other = field.items or UNKNOWN, aligned(other, one, field)
        return len(one) == len(other) and all(
            same_value(a, b, items, comparison) for a, b in zip(one, other, strict=True)
        )
    if field.format is Format.JSON_TEXT and one != other:
        return bool(_parsed(one) == _parsed(other))
    one, other = field.meant(one), field.meant(other)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def as_recorded(recorded: Any, live: Any, field: Field, comparison: Comparison) -> Any:
    """Return a part of live, with the recorded values where they mean the same, or where the server keeps them so.

    A name outlives its id.
    """
    if isinstance(recorded, Ref) and isinstance(live, Ref) and comparison.id_of(recorded) in (None, live.id):
        return recorded
    if isinstance(recorded, dict) and isinstance(live, dict):
        fields = field.fields
        return {
            name: as_recorded(recorded.get(name), value, fields.get(name, UNKNOWN), comparison)
            for name, value in live.items()
        }
    is_hidden = isinstance(live, Secret) and not isinstance(recorded, (Secret, Sealed))
    stays = same_value(recorded, live, field, comparison) or (recorded is not None and kept(recorded, live))
    return recorded if stays and not is_hidden else live


def kept(ours: Any, theirs: Any) -> bool:
    """True when a server may have made theirs of ours: it trims a text, and has a null for what is empty."""
    if _is_empty(ours):
        return _is_empty(theirs)
    ours, theirs = (value.reveal() if isinstance(value, Secret) else value for value in (ours, theirs))
    return isinstance(ours, str) and isinstance(theirs, str) and ours.strip() == theirs


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def _seal(value: Any, other: Any, comparison: Comparison) -> Any:
    """Return the form in which a value is compared with one that is, or was, secret."""
    if isinstance(value, Sealed):
        return value.fingerprint
    if isinstance(other, Secret):
        return value.sent() if isinstance(value, Secret) else value
    if isinstance(value, str):
        value = Secret(template="", value=value)
    return secret_fingerprint(value, comparison.seal_key) if isinstance(value, Secret) else value


def _sealed_text(leaf: Any) -> str:
    return leaf.fingerprint if isinstance(leaf, Sealed) else str(leaf)


def _parsed(text: Any) -> Any:
    try:
        return parse(text) if isinstance(text, str) else text
    except ValueError:
        return text


def plain(value: Any, field: Field, comparison: Comparison, *, secret: Callable[[Secret], Any] = Secret.reveal) -> Any:
    """Return a value of plain JSON, for deepdiff and keys. Keep it in memory only, unless `secret` seals."""

    def visit(value: Any, field: Field, _path: Path) -> Any:
        if isinstance(value, Ref):
            return plain_id(value, comparison)
        if isinstance(value, Secret):
            return secret(value)
        if isinstance(value, Sealed):
            return replace(value, template="")  # a value is what counts, however the manifest calls it
        if field.format is Format.JSON_TEXT:
            return _parsed(value)
        if field.words is not None:
            return field.meant(value)
        if isinstance(value, dict) and None in value.values():  # a null says as much as nothing
            return walk({name: item for name, item in value.items() if item is not None}, field, visit)
        if isinstance(value, list) and field.order is Order.SET:
            items = [walk(item, field.items or UNKNOWN, visit) for item in value]
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=_sealed_text))
        return DESCEND

    return walk(value, field, visit)
