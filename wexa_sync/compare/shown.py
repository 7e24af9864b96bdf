"""Tell at a glance whether a response surely shows all that is recorded. Nothing is copied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import repeat
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import are_texts, identical, without
from wexa_sync.compare.same import same_value
from wexa_sync.compare.sides import follows
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, Format, is_read
from wexa_sync.kinds.spec.times import read_iso
from wexa_sync.kinds.spec.wire import at_path, read_fields
from wexa_sync.model import LEAVES, Record, Ref, Sealed, Spec

_NOTHING: Any = object()
"""What a response shows of a field that is not in it: no value is the same."""


def shows(kind: Kind, raw: Mapping[str, Any], record: Record, comparison: Comparison, *, exact: bool = False) -> bool:
    """True when the response has every value that is recorded, at its place and of its type. It may have more.

    Fields that no read shows say nothing. Fields that the manifest says to ignore may have any value, but where `exact`
    is wanted.
    """
    raw, *_ = kind.forms(raw)
    fields, read = kind.fields.fields, read_fields(kind)
    ignored = () if exact else record.lifecycle.ignore_changes
    for name, value in record.spec.items():
        field = read.get(name)
        if name in ignored or (field is None and name in fields):
            continue
        if field is None:
            return False
        shown = raw.get(field.wire_name, _NOTHING)
        shown = raw.get(name, _NOTHING) if shown is _NOTHING else shown
        if type(value) is str and value == shown and field.bare:  # texts without a call
            continue
        if not _is(value, shown, field, comparison):
            return False
    return True


def is_applied(kind: Kind, declared: Spec, applied: Spec, comparison: Comparison) -> bool:
    """True when what was applied is surely what is declared, but for fields that still follow from others."""
    rest = applied
    for rule in kind.derived:
        if at_path(declared, rule.target) is None and (value := at_path(applied, rule.target)) is not None:
            if not follows(kind, rule, at_path(applied, rule.source), value, comparison):
                return False
            rest = without(rest, rule.target)
    return identical(rest, declared)


def _is(value: Any, shown: Any, field: Field, comparison: Comparison) -> bool:
    """True when a value of a response is surely the recorded one."""
    if type(value) in LEAVES and field.bare:  # far the most common first
        return type(shown) is type(value) and bool(shown == value)
    if shown is _NOTHING:
        return False
    if field.format is Format.EPOCH_SECONDS:
        return type(value) in LEAVES and identical(value, read_iso(shown))
    if type(value) in LEAVES:
        return type(shown) is type(value) and bool(shown == value) and not field.ref
    if isinstance(value, Ref):
        shown = shown.get("_id") if isinstance(shown, dict) and not field.refs else shown
        return value.kind == field.ref and isinstance(shown, str) and shown == comparison.id_of(value)
    if isinstance(value, Sealed):
        return not isinstance(shown, (dict, list)) and same_value(value, shown, field, comparison)
    if isinstance(value, dict):
        return isinstance(shown, dict) and _has(value, shown, field, comparison)
    if not isinstance(value, list) or not isinstance(shown, list) or len(value) != len(shown):
        return False
    return all(map(_is, value, shown, repeat(field.items or UNKNOWN), repeat(comparison)))


def _has(value: dict[str, Any], shown: dict[str, Any], field: Field, comparison: Comparison) -> bool:
    """True when an object of a response has what the recorded one has."""
    if field.ref or ("_id" in shown and "string" in field.types):
        return False  # it stands for an id
    fields, unread = field.fields, _unread(field)
    if are_texts(value) and _bare(field).issuperset(value) and value.items() <= shown.items():
        return True  # far the most common: no loop
    for name, item in value.items():
        twin, inner = shown.get(name, _NOTHING), fields.get(name, UNKNOWN)
        if type(item) in LEAVES and item == twin and type(item) is type(twin) and inner.bare:  # leaves without a call
            continue
        if name not in unread and not _is(item, twin, inner, comparison):
            return False
    return True


@cache
def _bare(field: Field) -> frozenset[str]:
    """Return the names of the fields in a field of which a read shows just what was sent."""
    return frozenset(name for name, inner in field.fields.items() if inner.bare)


@cache
def _unread(field: Field) -> frozenset[str]:
    """Return the names of the fields in a field that no read shows as they are sent."""
    return frozenset(name for name, inner in field.fields.items() if not is_read(inner))
