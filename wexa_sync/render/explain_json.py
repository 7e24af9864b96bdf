"""Lay out an explanation as JSON for programs."""

from __future__ import annotations

from typing import Any

from wexa_sync import __version__
from wexa_sync.render.json import FORMAT_VERSION, json_text, plain
from wexa_sync.render.view.explain import ExplainedFieldView, ExplanationView
from wexa_sync.render.view.fields import ABSENT
from wexa_sync.secrecy.hide import SENSITIVE


def explanation_json(view: ExplanationView) -> str:
    """Return the explanation as JSON. A side on which a field does not stand is left out; a secret is null."""
    about = view.explanation
    target = about.plan.target
    return json_text(
        {
            "format_version": FORMAT_VERSION,
            "wexa_sync_version": __version__,
            "target": {"base_url": target.base_url, "org_id": target.org_id},
            "environment": target.environment or None,
            "address": str(about.address),
            "source": {"file": about.source.file, "line": about.source.line} if about.source else None,
            "id": about.id or None,
            "row": {"manifest": about.declared, "live": about.live, "record": about.recorded, "decides": about.row},
            "plan": {"decision": view.decision, "reason": view.reason, "hint": view.hint, "by_itself": view.by_itself},
            "waits_for": list(map(str, view.waits_for)),
            "fields": list(map(_field, view.fields)),
            "undeclared": list(view.others),
        }
    )


def _field(field: ExplainedFieldView) -> dict[str, Any]:
    sides = {"desired": field.desired, "applied": field.applied, "live": field.live}
    at = field.declared_at
    return {
        "path": field.path,
        **{side: plain(value) for side, value in sides.items() if value is not ABSENT},
        "sensitive": [side for side, value in sides.items() if _holds_secret(value)],
        "standing": field.standing.value,
        "why": field.why,
        "source": {"file": at.source.file, "line": at.source.line, "layer": at.layer} if at else None,
    }


def _holds_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_secret, value.values()))
    return any(map(_holds_secret, value)) if isinstance(value, list) else value is SENSITIVE
