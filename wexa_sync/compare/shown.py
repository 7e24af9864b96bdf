"""Tell at a glance whether a response surely shows all that is recorded. Nothing is copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.same import same_value
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, Format, is_read
from wexa_sync.kinds.spec.times import read_iso
from wexa_sync.kinds.spec.wire import read_fields
from wexa_sync.model import Record, Ref, Sealed


def shows(kind: Kind, raw: Mapping[str, Any], record: Record, comparison: Comparison, *, exact: bool = False) -> bool:
    """True when the response has every value that is recorded, at its place and of its type. It may have more.

    Fields that no read shows say nothing. Fields that the manifest says to ignore may have any value, but where `exact`
    is wanted.
    """
    raw, *_ = kind.forms(raw)
    fields, read = kind.fields.fields, read_fields(kind)
    for name, value in record.spec.items():
        field = read.get(name)
        if field is None and name in fields:
            continue
        if name in record.lifecycle.ignore_changes and not exact:
            continue
        if field is None:
            return False
        source = field.wire_name if field.wire_name in raw else name
        if source not in raw or not _is(value, raw[source], field, comparison):
            return False
    return True


def _is(value: Any, shown: Any, field: Field, comparison: Comparison) -> bool:
    """True when a value of a response is surely the recorded one."""
    if isinstance(value, Ref):
        shown = shown.get("_id") if isinstance(shown, dict) and not field.refs else shown
        return isinstance(shown, str) and shown == comparison.id_of(value)
    if isinstance(value, Sealed):
        return not isinstance(shown, (dict, list)) and same_value(value, shown, field, comparison)
    if field.format is Format.EPOCH_SECONDS:
        return bool(read_iso(shown) == value)
    if isinstance(value, dict):
        return isinstance(shown, dict) and _has(value, shown, field, comparison)
    if isinstance(value, list):
        items = field.items or UNKNOWN
        return (
            isinstance(shown, list)
            and len(shown) == len(value)
            and all(_is(one, other, items, comparison) for one, other in zip(value, shown, strict=True))
        )
    return type(shown) is type(value) and bool(shown == value) and not field.ref


def _has(value: dict[str, Any], shown: dict[str, Any], field: Field, comparison: Comparison) -> bool:
    """True when an object of a response has what the recorded one has."""
    for name, item in value.items():
        inner = field.fields.get(name, UNKNOWN)
        if is_read(inner) and not (name in shown and _is(item, shown[name], inner, comparison)):
            return False
    return True
