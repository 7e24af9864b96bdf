"""Find what stands in a list of another resource, to which a field of its own refers (`Kind.inside`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import word_of
from wexa_sync.model import Ref, Spec


def holder_in(kind: Kind, spec: Spec) -> Ref | None:
    """Return the reference to the resource in whose list it stands; None where a spec names none."""
    found = spec.get(kind.inside) if kind.inside else None
    return found if isinstance(found, Ref) else None


def standing_in(kind: Kind, holder: str, items: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the items of the list of a resource that can be told apart, each with a reference to that one.

    An item without an id, or one that is deleted, is none of ours.
    """
    word = word_of(kind.fields.at((kind.inside,)).ref)
    shown = (item for item in items if isinstance(item, dict) and kind.ids_of(item) and not item.get("is_deleted"))
    return [{**item, kind.inside: {word: holder}} for item in shown]
