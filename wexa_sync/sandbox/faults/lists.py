"""Make a list wrong: too short, with a wrong total, or without an object that was just created.

Each function changes a parsed answer in place, and returns True when there was something to change.
"""

from __future__ import annotations

from typing import Any

_TOTALS = ("totalCount", "total_count", "total", "count")


def shorten(body: Any, items: int) -> bool:
    """Remove the last items of the list; keep its total."""
    _, found = _list_in(body)
    shorter = found[: max(0, len(found) - items)]
    changed = len(shorter) < len(found)
    found[:] = shorter
    return changed


def miscount(body: Any, by: int) -> bool:
    """Add `by` to the total."""
    envelope, _ = _list_in(body)
    counted = [key for key in _TOTALS if isinstance(envelope.get(key), int)]
    envelope.update({key: max(0, envelope[key] + by) for key in counted})
    return bool(counted)


def hide(body: Any, ident: str) -> bool:
    """Remove an object from the list and from its total; remove an agent from the agentflow that is read or listed."""
    envelope, found = _list_in(body)
    hidden = _remove(found, ident)
    if hidden:
        miscount(envelope, -1)
    flows = found or [body]
    agents = [flow["agents"] for flow in flows if isinstance(flow, dict) and isinstance(flow.get("agents"), list)]
    return any([hidden, *(_remove(each, ident) for each in agents)])


def _list_in(body: Any) -> tuple[dict[str, Any], list[Any]]:
    """Return the object around an answer's list, and the list. An object with an id is no list's envelope."""
    if isinstance(body, list):
        return {}, body
    inner = body.get("data") if isinstance(body, dict) else None
    for envelope in (body, inner):
        if isinstance(envelope, dict) and "_id" not in envelope:
            for value in envelope.values():
                if isinstance(value, list):
                    return envelope, value
    return {}, []


def _remove(items: list[Any], ident: str) -> bool:
    kept = [item for item in items if not (isinstance(item, dict) and item.get("_id") == ident)]
    changed = len(kept) < len(items)
    items[:] = kept
    return changed
