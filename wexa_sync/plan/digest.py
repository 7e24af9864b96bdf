"""Count the digest of a plan: what a person who reviewed one plan says of another, that they do the same.

The same manifests, state and live workspace have one digest, at any time and on any machine. So it covers what an apply
does and what that is based on, and no words for people, no place of a line, and nothing that stays as it is. A secret
counts by its keyed fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Address, Blocked, Change, Choice, FieldChange, Plan, Sealed, Secret
from wexa_sync.secrecy.find import has_secret
from wexa_sync.secrecy.hide import hide
from wexa_sync.secrecy.seal import address_to_data, canonical, secret_fingerprint
from wexa_sync.state.data import as_data, lifecycle_to_data, target_to_data

_VERSION = 1
"""Raised whenever the same plan gets another digest."""

_IN_WORDS = {"reason", "source", "position"}
_WHERE = {"behind", "branch", "others", "fires"}  # they count where they say something
_CHANGE = [name for name in Change.__struct_fields__ if name not in _IN_WORDS | _WHERE]


def digest(plan: Plan) -> str:
    """Return the digest of a plan, as a hex sha256."""
    key = plan.lineage
    data = {
        "version": _VERSION,
        "target": target_to_data(plan.target),
        "state": plan.content,
        "user": plan.user_id,
        "choice": choice_to_data(plan.choice),
        "changes": [_change(change, key) for change in plan.work],
        "blocked": [_blocked(blocked, key) for blocked in plan.blocked],
        "orphans": list(map(address_to_data, plan.orphans)),
        "ids": {address_to_data(each): plan.ids[each] for each in _around(plan.work) if each in plan.ids},
        "externals": sorted([*name, found] for name, found in plan.externals.items()),
        "lifecycles": {address_to_data(a): lifecycle_to_data(found) for a, found in plan.lifecycles.items()},
    }
    if plan.moved:
        data["moved"] = [[address_to_data(each.old), address_to_data(each.new)] for each in plan.moved]
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def choice_to_data(choice: Choice) -> dict[str, Any]:
    """Return the flags of a plan as data."""
    return {
        "prune": choice.prune,
        "adopt": choice.adopt,
        "targets": sorted(map(address_to_data, choice.targets)),
        "excludes": sorted(map(address_to_data, choice.excludes)),
    }


def _around(changes: Iterable[Change]) -> Iterator[Address]:
    """Yield what the calls of these changes name by its id."""
    for change in changes:
        yield from (ref.address for _, ref in references(change.after or {}) if ref.address is not None)
        yield from filter(None, (change.address.owner_address, change.address.project_address))


def _change(change: Change, key: str) -> dict[str, Any]:
    where = {name: str(value) for name in _WHERE if (value := getattr(change, name))}
    return as_data(change, _CHANGE) | {
        **where,
        "action": change.action.value,
        "address": address_to_data(change.address),
        "before": _sealed(change.before, key),
        "after": _sealed(change.after, key),
        "fields": _fields(change.fields, key),
        "depends_on": sorted(map(address_to_data, change.depends_on)),
        "lifecycle": lifecycle_to_data(change.lifecycle),
    }


def _blocked(blocked: Blocked, key: str) -> dict[str, Any]:
    return {
        "address": address_to_data(blocked.address),
        "wanted": blocked.wanted,
        "doubt": blocked.doubt,
        "fields": _fields(blocked.fields, key),
    }


def _fields(changes: Iterable[FieldChange], key: str) -> list[dict[str, Any]]:
    return [
        {
            "path": list(change.path),
            "before": _sealed(change.before, key),
            "after": _sealed(change.after, key),
            "by": change.changed_by,
        }
        for change in changes
    ]


def _sealed(value: Any, key: str) -> Any:
    """Return the value with the fingerprint of each secret: however a manifest calls a value, the value counts."""
    if not has_secret(value):  # most have none, and to look takes a fifth of a copy's time
        return value

    def leaf(item: Any) -> Any:
        if isinstance(item, Sealed):
            return Sealed(template="", fingerprint=item.fingerprint)
        return Sealed(template="", fingerprint=secret_fingerprint(item, key)) if isinstance(item, Secret) else item

    return hide(value, leaf)
