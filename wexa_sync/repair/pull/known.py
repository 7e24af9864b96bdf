"""Remember what was live as it was pulled, until the next apply: what a manifest has of that is no change of its own.

The state stays as it is: what was pulled may never be merged. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from wexa_sync.model import Address, Observation, Path, Plan, Record, Spec
from wexa_sync.secrecy.find import has_secret
from wexa_sync.secrecy.seal import address_to_data, fingerprint, seal, unseal
from wexa_sync.text.json import parse

Known: TypeAlias = Mapping[Address, Spec]
"""The fields of each address that were pulled since the last apply, as they were live then."""

_NAME, _AFTER, _FIELDS = "wexa-sync-pulled", "after", "fields"


def known_from(text: bytes | None, seen: Observation) -> Known:
    """Return what a text holds that is of the last apply. A text that is damaged holds nothing: it only helps."""
    found: dict[Address, Spec] = {}
    try:
        data = parse(text or b"{}").get(_NAME, {})
        for name, held in data.items():
            address = Address.parse(name)
            record = seen.pairs[address].record if address in seen.pairs else None
            if record is not None and held[_AFTER] == _mark(record, seen):
                found[address] = dict(unseal(held[_FIELDS]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return found


def text_of(known: Known, seen: Observation) -> bytes:
    """Return the text of what is known, for `known_from` to read."""
    records = {address: seen.pairs[address].record for address in known}
    held = {
        address_to_data(address): {_AFTER: _mark(record, seen), _FIELDS: seal(known[address], None)}
        for address, record in records.items()
        if record is not None
    }
    return (json.dumps({_NAME: held}, indent=1, sort_keys=True) + "\n").encode()


def with_pulled(known: Known, masked: Plan, fields: Mapping[Address, Sequence[Path]]) -> Known:
    """Return what is known once these fields are pulled. `masked`: the plan of `updates` with its secrets hidden."""
    live: dict[Address, Any] = {change.address: change.before for change in masked.changes}
    pulled = {
        address: {str(name): live[address].get(name) for name in dict.fromkeys(path[0] for path in paths)}
        for address, paths in fields.items()
    }
    shown = {
        address: {name: value for name, value in each.items() if not has_secret(value)}
        for address, each in pulled.items()
    }
    return {**known, **{address: {**known.get(address, {}), **each} for address, each in shown.items()}}


def _mark(record: Record, seen: Observation) -> str:
    """Return a sign of what was last applied: once another spec is recorded, nothing is known of it."""
    return fingerprint(record.spec, seen.lineage)
