"""Show the applies of the past as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wexa_sync.render.json import json_text, plain
from wexa_sync.render.view.fields import ABSENT, FieldView
from wexa_sync.render.view.history import PastChangeView, PastView, iso
from wexa_sync.secrecy.hide import SENSITIVE


def history_json(views: Sequence[PastView]) -> str:
    """Return applies as a JSON list, the newest first, each in short."""
    return json_text([_apply(view) for view in views])


def past_json(view: PastView) -> str:
    """Return an apply as JSON, with its changes."""
    return json_text({**_apply(view), "changes": [_change(each) for each in view.changes]})


def _apply(view: PastView) -> dict[str, Any]:
    apply, origin = view.apply, view.apply.origin
    return {
        "id": apply.id,
        "started": view.started,
        "ended": None if apply.ended is None else iso(apply.ended),
        "outcome": view.outcome,
        "who": origin.who or None,
        "command": origin.command,
        "environment": origin.environment or None,
        "commit": origin.commit or None,
        "dirty": origin.dirty,
        "digest": apply.digest,
        "counts": {action.value: count for action, count in view.counts.items()},
        "moved": [{"from": str(old), "to": str(new)} for old, new in apply.moved],
    }


def _change(view: PastChangeView) -> dict[str, Any]:
    change = view.change
    return {
        "address": str(change.address),
        "action": change.action.value,
        "status": None if change.status is None else change.status.value,
        "id": change.id,
        "file": change.file or None,
        "replaced": list(map(_field, view.leaves)),
        "live": plain(view.live),
    }


def _field(leaf: FieldView) -> dict[str, Any]:
    before, after = (None if side is ABSENT else plain(side) for side in (leaf.before, leaf.after))
    sensitive = any(side is SENSITIVE for side in (leaf.before, leaf.after))
    return {"path": leaf.path, "before": before, "after": after, "sensitive": sensitive}
