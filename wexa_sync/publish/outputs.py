"""Count what a plan or a report says, for the steps of a job that come after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COUNTED = {
    "adds": ("add", "create"),
    "changes": ("change", "update"),
    "deletes": ("delete",) * 2,
    "runs": ("run",) * 2,
}
_NO_WORK = {"noop"}


def outputs_of(plan: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, str]:
    """Return the outputs by name. Of a report the changes that were made count, of a plan those to make."""
    counts = _planned(plan) or _applied(report)
    found = {name: str(counts.get(word, 0)) for name, (word, _) in _COUNTED.items()}
    pending = any(plan.get(name) for name in ("blocked", "orphans", "unmanaged"))
    has_changes = pending or any(count for name, count in counts.items() if name not in _NO_WORK)
    digest = str(plan.get("digest") or report.get("plan_digest") or "")
    blocked = str(len(plan.get("blocked") or ()))
    return {"has-changes": str(has_changes).lower(), **found, "blocked": blocked, "digest": digest}


def _planned(plan: Mapping[str, Any]) -> dict[str, int]:
    summary = plan.get("summary")
    return {name: int(count) for name, count in summary.items()} if isinstance(summary, dict) else {}


def _applied(report: Mapping[str, Any]) -> dict[str, int]:
    words = {action: word for word, action in _COUNTED.values()}
    counts: dict[str, int] = {}
    for outcome in report.get("outcomes") or ():
        if outcome.get("status") == "applied":
            name = words.get(outcome.get("action"), "other")
            counts[name] = counts.get(name, 0) + 1
    return counts
