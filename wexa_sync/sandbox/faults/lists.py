"""Lists that are wrong: shorter than they are, counted wrongly, or without what was made a moment ago.

Each function changes a parsed answer in place, and says whether there was anything to change.
"""

from __future__ import annotations

from typing import Any

_TOTALS = ("totalCount", "total_count", "total", "count")


def shorten(body: Any, items: int) -> bool:
    """Take the last items out of the list, and leave its total alone."""
    _, found = _list_in(body)
    shorter = found[: max(0, len(found) - items)]
    changed = len(shorter) < len(found)
    found[:] = shorter
    return changed


def miscount(body: Any, by: int) -> bool:
    """Make the total wrong."""
    envelope, _ = _list_in(body)
    counted = [key for key in _TOTALS if isinstance(envelope.get(key), int)]
    envelope.update({key: max(0, envelope[key] + by) for key in counted})
    return bool(counted)


def hide(body: Any, ident: str) -> bool:
    """Take an object out of the list, and out of its total; an agent, out of the agentflow that is read or listed."""
    envelope, found = _list_in(body)
    hidden = _take_out(found, ident)
    if hidden:
        miscount(envelope, -1)
    flows = found or [body]
    agents = [flow["agents"] for flow in flows if isinstance(flow, dict) and isinstance(flow.get("agents"), list)]
    return any([hidden, *(_take_out(each, ident) for each in agents)])


def _list_in(body: Any) -> tuple[dict[str, Any], list[Any]]:
    """The list of an answer and the object that it stands in; a single object, which has an id, is none."""
    if isinstance(body, list):
        return {}, body
    inner = body.get("data") if isinstance(body, dict) else None
    for envelope in (body, inner):
        if isinstance(envelope, dict) and "_id" not in envelope:
            for value in envelope.values():
                if isinstance(value, list):
                    return envelope, value
    return {}, []


def _take_out(items: list[Any], ident: str) -> bool:
    kept = [item for item in items if not (isinstance(item, dict) and item.get("_id") == ident)]
    changed = len(kept) < len(items)
    items[:] = kept
    return changed
