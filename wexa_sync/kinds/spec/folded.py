"""Fold what a response shows whole where it refers to it: `decode` takes its id, and nothing else of it.

A list of flows may have the whole skill in each agent that uses it. That is half of such a list, and much memory.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import UNKNOWN, Field
from wexa_sync.text.ids import folded_id


def folded(kind: Kind, raws: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return responses with the id in the place of each resource that they show where they refer to one.

    So it is in their parts. Nobody else may hold the responses: they are changed.
    """
    for raw in raws:
        for name, many in _referring(kind):
            shown = raw.get(name)
            if many and isinstance(shown, list):
                raw[name] = [folded_id(each) for each in shown]
            elif not many and isinstance(shown, dict):
                raw[name] = folded_id(shown)
        for part in kind.embedded:
            folded(part.kind, part.items(raw))
    return raws


@cache
def _referring(kind: Kind) -> tuple[tuple[str, bool], ...]:
    """Return under which names a response shows the fields that refer to things of one kind, and whether to many."""
    fields = [(each, many) for each in kind.fields.fields.values() for many in (False, True) if _refers(each, many)]
    return tuple(dict.fromkeys((name, many) for each, many in fields for name in (each.wire_name, each.name)))


def _refers(field: Field, many: bool) -> bool:
    one = (field.items or UNKNOWN) if many else field
    return bool(one.ref) and not one.refs
