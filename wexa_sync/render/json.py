"""Lay out plans, reports and problems as JSON for programs.

`schemas/plan.schema.json` describes a plan's JSON, and what it promises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from msgspec.structs import asdict

from wexa_sync import __version__
from wexa_sync.model import (
    Address,
    Basis,
    Choice,
    FieldChange,
    LostState,
    Outcome,
    Plan,
    Ref,
    Source,
    Target,
    show_path,
)
from wexa_sync.render.view.environments import EnvironmentsView
from wexa_sync.render.view.plan import BlockedView, ChangeView, PlanView
from wexa_sync.render.view.problems import ProblemsView
from wexa_sync.render.view.report import ReportView
from wexa_sync.secrecy.hide import SENSITIVE
from wexa_sync.text.times import utc
from wexa_sync.text.visible import visible_json

# Raised in its second number for additions, in its first for anything that could break a reader.
FORMAT_VERSION: Final = "1.0"

_dumped = json.JSONEncoder(ensure_ascii=False).encode

_HEAD: Final = {"format_version": FORMAT_VERSION, "wexa_sync_version": __version__}


def plan_json(view: PlanView) -> str:
    """Return the plan as JSON: all changes, no-ops too, with secrets as null."""
    return json_text(_plan(view))


def environments_json(view: EnvironmentsView) -> str:
    """Return the plans of several environments as JSON, by name: each a plan, or the error that kept it from one."""
    plans = {
        column.name: _plan(column.plan) if column.plan else {"error": column.error and _error(column.error)}
        for column in view.columns
    }
    return json_text({**_HEAD, "environments": plans})


def _plan(view: PlanView) -> dict[str, Any]:
    plan, made = view.plan, frozenset(change.address for change in view.changes if change.makes)
    return {
        **_HEAD,
        "target": _target(plan.target),
        "environment": plan.target.environment or None,
        "digest": plan.digest,
        "choice": {**asdict(plan.choice), **_addresses(plan.choice)},
        "basis": _basis(plan.basis),
        **({"base": {"ref": plan.origins.ref, "commit": plan.origins.commit}} if plan.origins else {}),
        "state": {"lineage": plan.lineage, "serial": plan.serial},
        "summary": view.counts,
        "resource_changes": [_resource_change(change, made) | _origins(change, plan) for change in view.changes],
        "blocked": [_blocked(blocked) | _origins(blocked, plan) for blocked in view.blocked],
        "orphans": list(map(str, plan.orphans)),
        "unprunable": [_blocked(blocked) for blocked in view.unprunable],
        "unmanaged": [
            {"in": str(part.owner), "kind": part.kind, "id": part.id, "name": part.title} for part in plan.unmanaged
        ],
        "moved": [{"from": str(move.old), "to": str(move.new)} for move in plan.moved],
        **({"lost_state": _lost(plan.lost, view.lost[-1])} if plan.lost else {}),
        "warnings": list(plan.warnings),
    }


def _lost(lost: LostState, hint: str) -> dict[str, Any]:
    return {**asdict(lost), "blocked": list(map(str, lost.blocked)), "hint": hint}


def _origins(operation: ChangeView | BlockedView, plan: Plan) -> dict[str, list[str]]:
    return {"origins": list(operation.origins)} if plan.origins else {}


def _addresses(choice: Choice) -> dict[str, list[str]]:
    return {"targets": list(map(str, choice.targets)), "excludes": list(map(str, choice.excludes))}


def _basis(basis: Basis | None) -> dict[str, Any] | None:
    if basis is None:
        return None
    if basis.since_apply:
        return {"kind": "last apply", **({"unseen": list(map(str, basis.unseen))} if basis.unseen else {})}
    if basis.ref:
        return {"kind": "manifests", "ref": basis.ref, "commit": basis.commit}
    return {"kind": "snapshot", "taken": utc(basis.taken), "age": round(basis.age)}


def report_json(view: ReportView) -> str:
    """Return the report as JSON: one outcome for each change that was to do something, in plan order."""
    report = view.report
    return json_text(
        {
            **_HEAD,
            "plan_digest": report.plan.digest,
            "target": _target(report.plan.target),
            "environment": report.plan.target.environment or None,
            "started": utc(report.started),
            "ended": utc(report.ended),
            "interrupted": report.interrupted,
            **({"error": dict(zip(("message", "hint"), report.error, strict=True))} if report.error[0] else {}),
            "outcomes": [_outcome(outcome) for outcome in view.outcomes],
            "doubts": list(map(str, report.doubts)),
            "summary": {status.value: count for status, count in view.counts.items()},
        }
    )


def problems_json(view: ProblemsView) -> str:
    """Return the error as JSON, each problem with its place."""
    return json_text({**_HEAD, **_error(view)})


def _error(view: ProblemsView) -> dict[str, Any]:
    problems = [
        {**asdict(problem.source), "path": problem.path, "message": problem.message, "hint": problem.hint}
        for problem in view.problems
    ]
    return {"type": view.type, "message": view.message, "hint": view.hint, "problems": problems}


def json_text(data: Any) -> str:
    """Return data as JSON for a log: no terminal and no CI system obeys it."""
    return visible_json(_indented(data)) + "\n"


def _indented(data: Any, margin: str = "\n") -> str:
    """Return data as `json.dumps` lays it out with `indent=2`. That one takes several times as long."""
    if not data or not isinstance(data, (dict, list, tuple)):
        return _dumped(data)
    inner = f"{margin}  "
    if isinstance(data, dict):
        members = [f"{_dumped(key)}: {_indented(item, inner)}" for key, item in data.items()]
        return f"{{{inner}{f',{inner}'.join(members)}{margin}}}"
    return f"[{inner}{f',{inner}'.join([_indented(item, inner) for item in data])}{margin}]"


def _target(target: Target) -> dict[str, str]:
    return {"base_url": target.base_url, "org_id": target.org_id}


def _resource_change(change: ChangeView, made: Collection[Address | None]) -> dict[str, Any]:
    unknown = _mirror(change.after, lambda leaf: isinstance(leaf, Ref) and leaf.address in made) or {}
    return {
        "address": str(change.address),
        "kind": change.address.kind,
        "project": change.project,
        "name": change.address.name,
        "change": {
            "actions": [change.action.value],
            "before": plain(change.before),
            "after": plain(change.after),
            "after_unknown": {"id": True, **unknown} if change.makes else unknown,
            "before_sensitive": _sensitive(change.before),
            "after_sensitive": _sensitive(change.after),
        },
        "fields": list(map(_field, change.fields)),
        "reason": change.reason,
        "source": _source(change.source),
    }


def _blocked(blocked: BlockedView) -> dict[str, Any]:
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
        "before": plain(field.before),
        "after": plain(field.after),
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


def plain(value: Any) -> Any:
    """Return a spec as data: null for a secret; for a Ref `{"ref": ADDRESS}`, `{"external": NAME}` or `{"id": ID}`."""
    if value is SENSITIVE:
        return None
    if isinstance(value, Ref):
        if value.address is not None:
            return {"ref": str(value.address)}
        return {"external": value.external} if value.external is not None else {"id": value.id}
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _sensitive(value: Any) -> Any:
    """Return Terraform's shape: false where there is no object at all, else the object's shape with true at secrets."""
    return False if value is None else _mirror(value, lambda leaf: leaf is SENSITIVE) or {}


def _mirror(value: Any, marks: Callable[[Any], bool]) -> Any:
    """Return the shape of a value with true at the marked leaves; objects leave out the rest. False: none is marked."""
    if isinstance(value, Mapping):
        marked = {key: _mirror(value[key], marks) for key in sorted(value)}
        return {key: mark for key, mark in marked.items() if mark} or False
    if isinstance(value, (list, tuple)):
        items = [_mirror(item, marks) for item in value]
        return items if any(items) else False
    return marks(value)
