"""Plans and reports as JSON for programs: `schemas/plan.schema.json` describes a plan's, and what it promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any, Final

from wexa_sync import __version__
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    FieldChange,
    Outcome,
    Plan,
    Ref,
    Report,
    Source,
    Status,
    Target,
    show_path,
)
from wexa_sync.render.view.plan import plan_counts
from wexa_sync.render.view.report import receipts
from wexa_sync.secrecy.hide import SENSITIVE
from wexa_sync.secrecy.redact import redact_plan, redact_report
from wexa_sync.text.visible import visible_json

# Raised in its second number for additions, in its first for anything that could break a reader.
FORMAT_VERSION: Final = "1.0"


def plan_json(plan: Plan) -> str:
    """The plan as JSON: all changes, no-ops too, with secrets as null."""
    plan = redact_plan(plan)
    made = frozenset(change.address for change in plan.changes if change.action in (Action.CREATE, Action.RUN))
    return _dump(
        {
            "format_version": FORMAT_VERSION,
            "wexa_sync_version": __version__,
            "target": _target(plan.target),
            "digest": plan.digest,
            "state": {"lineage": plan.lineage, "serial": plan.serial},
            "summary": asdict(plan_counts(plan)),
            "resource_changes": [_resource_change(change, made) for change in plan.changes],
            "blocked": [_blocked(blocked) for blocked in plan.blocked],
            "orphans": [str(address) for address in plan.orphans],
            "warnings": list(plan.warnings),
        }
    )


def report_json(report: Report) -> str:
    """The report as JSON: one outcome for each change that was to do something, in plan order."""
    report = redact_report(report)
    outcomes = receipts(report)
    return _dump(
        {
            "format_version": FORMAT_VERSION,
            "wexa_sync_version": __version__,
            "plan_digest": report.plan.digest,
            "target": _target(report.plan.target),
            "started": _time(report.started),
            "ended": _time(report.ended),
            "interrupted": report.interrupted,
            **({"error": dict(zip(("message", "hint"), report.error, strict=True))} if report.error[0] else {}),
            "outcomes": [_outcome(outcome) for outcome in outcomes],
            "doubts": [str(address) for address in report.doubts],
            "summary": {status.value: sum(outcome.status is status for outcome in outcomes) for status in Status},
        }
    )


def _dump(data: Any) -> str:
    return visible_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def _target(target: Target) -> dict[str, str]:
    return {"base_url": target.base_url, "org_id": target.org_id}


def _time(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, tz=timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def _resource_change(change: Change, made: frozenset[Address]) -> dict[str, Any]:
    address = change.address
    unknown = _mirror(change.after, lambda leaf: isinstance(leaf, Ref) and leaf.address in made) or {}
    if change.address in made:
        unknown = {"id": True, **unknown}
    return {
        "address": str(address),
        "kind": address.kind,
        "project": address.project_address.name,
        "name": address.name,
        "change": {
            "actions": [change.action.value],
            "before": _plain(change.before),
            "after": _plain(change.after),
            "after_unknown": unknown,
            "before_sensitive": _sensitive(change.before),
            "after_sensitive": _sensitive(change.after),
        },
        "fields": list(map(_field, change.fields)),
        "reason": change.reason,
        "source": _source(change.source),
    }


def _blocked(blocked: Blocked) -> dict[str, Any]:
    return {
        "address": str(blocked.address),
        "wanted": blocked.wanted,
        "fields": list(map(_field, blocked.fields)),
        "reason": blocked.reason,
        "hint": blocked.hint,
        "source": _source(blocked.source),
    }


def _field(field: FieldChange) -> dict[str, Any]:
    return {
        "path": show_path(field.path),
        "before": _plain(field.before),
        "after": _plain(field.after),
        "changed_by": field.changed_by,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "address": str(outcome.change.address),
        "action": outcome.change.action.value,
        "status": outcome.status.value,
        "id": outcome.id,
        "error": outcome.error,
        "hint": outcome.hint,
        "attempts": outcome.attempts,
        "seconds": round(outcome.seconds, 3),
        "warnings": list(outcome.warnings),
    }


def _source(source: Source | None) -> dict[str, Any] | None:
    return None if source is None else {"file": source.file, "line": source.line}


def _plain(value: Any) -> Any:
    """A spec as JSON data: secrets null, references as `{"ref": ADDRESS}`, `{"external": NAME}` or `{"id": ID}`."""
    if value is SENSITIVE:
        return None
    if isinstance(value, Ref):
        if value.address is not None:
            return {"ref": str(value.address)}
        return {"external": value.external} if value.external is not None else {"id": value.id}
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _sensitive(value: Any) -> Any:
    """Terraform's shape: false where there is no object at all, else the object's shape with true at secrets."""
    return False if value is None else _mirror(value, lambda leaf: leaf is SENSITIVE) or {}


def _mirror(value: Any, marks: Callable[[Any], bool]) -> Any:
    """The shape of a value with true at the leaves so marked; objects leave out what holds none. False: none at all."""
    if isinstance(value, Mapping):
        marked = {key: _mirror(value[key], marks) for key in sorted(value)}
        return {key: mark for key, mark in marked.items() if mark} or False
    if isinstance(value, (list, tuple)):
        items = [_mirror(item, marks) for item in value]
        return items if any(items) else False
    return marks(value)
