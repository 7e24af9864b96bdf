"""Tell at a glance whether a response surely shows all that is recorded. Nothing is copied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.same import same_value
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, Format, is_read
from wexa_sync.kinds.spec.times import read_iso
from wexa_sync.kinds.spec.wire import read_fields
from wexa_sync.model import LEAVES, Record, Ref, Sealed

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
        if field is None or not _is(value, raw.get(field.wire_name, raw.get(name, _NOTHING)), field, comparison):
            return False
    return True


def _is(value: Any, shown: Any, field: Field, comparison: Comparison) -> bool:
    """True when a value of a response is surely the recorded one."""
    if type(value) in LEAVES and field.format is not Format.EPOCH_SECONDS:  # far the most common first
        return type(shown) is type(value) and bool(shown == value) and not field.ref
    if shown is _NOTHING:
        return False
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
    return False


def _has(value: dict[str, Any], shown: dict[str, Any], field: Field, comparison: Comparison) -> bool:
    """True when an object of a response has what the recorded one has."""
    fields, unread = field.fields, _unread(field)
    return all(
        name in unread or _is(item, shown.get(name, _NOTHING), fields.get(name, UNKNOWN), comparison)
        for name, item in value.items()
    )


@cache
def _unread(field: Field) -> frozenset[str]:
    """Return the names of the fields in a field that no read shows as they are sent."""
    return frozenset(name for name, inner in field.fields.items() if not is_read(inner))
