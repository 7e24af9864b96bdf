"""Count what a plan or a report says, for the steps of a job that come after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from wexa_sync.text.patterns import pattern

_COUNTED = {
    "adds": ("add", "create"),
    "changes": ("change", "update"),
    "deletes": ("delete", "delete"),
    "runs": ("run", "run"),
}
_NO_WORK = ("noop", "blocked")
_DIGEST = pattern(r"\A(?:sha256:)?[0-9a-f]+\Z")  # a line end in a forged one would begin another output
_PENDING = ("blocked", "orphans", "unmanaged")


def outputs_of(plan: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, str]:
    """Return the outputs by name. Where there is a report, the changes that were made count, else those to make."""
    planned, applied = _planned(plan), _applied(report)
    counts = applied if report else planned
    work = sum(count for name, count in planned.items() if name not in _NO_WORK)
    differs = work or any(plan.get(name) for name in _PENDING) or any(applied.values())
    return {
        "has-changes": str(bool(differs)).lower(),
        **{name: str(counts.get(word, 0)) for name, (word, _) in _COUNTED.items()},
        "blocked": str(len(plan.get("blocked") or ())),
        "work": str(work),
        "digest": found[0] if (found := _DIGEST.findall(str(plan.get("digest") or report.get("plan_digest")))) else "",
    }


def _planned(plan: Mapping[str, Any]) -> dict[str, int]:
    summary = plan.get("summary")
    return {name: int(count) for name, count in summary.items()} if isinstance(summary, dict) else {}


def _applied(report: Mapping[str, Any]) -> dict[str, int]:
    words = {action: word for word, action in _COUNTED.values()}
    done = (each.get("action") for each in report.get("outcomes") or () if each.get("status") == "applied")
    return dict(Counter(words.get(action, "other") for action in done))
