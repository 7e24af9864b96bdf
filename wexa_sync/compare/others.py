"""Compare the items of others in a list that is only written whole."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.model import Secret
from wexa_sync.secrecy.seal import fingerprint

SERVERS = frozenset({"_id", "organization_id", "created_at", "updated_at", "last_used"})
"""What the server says of a resource and nobody else may."""


def is_item(kind: Kind, item: Any, id: str) -> bool:  # the field's name
    """True when the item of a list is the resource of that id."""
    return bool(id) and isinstance(item, dict) and id in kind.ids_of(item)


def stands_in(kind: Kind, item: Any, items: Sequence[Any]) -> bool:
    """True when the item is among the items with all that it had, but for what only the server says."""
    id = kind.id_of(item) if isinstance(item, dict) else None  # the field's name
    if id is None:
        return _text(item) in map(_text, items)
    return any(is_item(kind, each, id) and _text({key: each.get(key) for key in item}) == _text(item) for each in items)


def foreign(kind: Kind, items: Iterable[Any], ours: Collection[str], key: str) -> str:
    """Return a fingerprint of the items that have none of our ids: equal as long as nobody changed one of them."""
    others = [item for item in items if not (isinstance(item, dict) and any(id in ours for id in kind.ids_of(item)))]
    shown = [{"id": kind.id_of(item), "item": _text(item, kind.inside)} for item in others if isinstance(item, dict)]
    return fingerprint({"others": sorted(shown, key=str)}, key)


def _text(item: Any, *without: str) -> str:
    """Return the JSON text of an item, without what only the server says. To Python, 1 and true would be equal."""
    if isinstance(item, dict):
        item = {name: value for name, value in item.items() if name not in SERVERS and name not in without}
    return json.dumps(item, sort_keys=True, default=Secret.reveal)
