"""Write what a GitLab merge request shows: the numbers of a plan, and findings beside the lines that they are about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from wexa_sync.model import Action
from wexa_sync.render.findings import Finding, Level
from wexa_sync.render.json import json_text
from wexa_sync.render.layout import Layout
from wexa_sync.render.sarif import fingerprint
from wexa_sync.render.view.plan import PlanView

_SEVERITY: Final = {Level.ERROR: "major", Level.WARNING: "minor"}


def plan_numbers(view: PlanView) -> str:
    """Return the numbers of a plan in the form of `artifacts:reports:terraform`. A run counts as a create."""
    counts = {
        "create": view.plan.count(Action.CREATE) + view.plan.count(Action.RUN),
        "update": view.plan.count(Action.UPDATE),
        "delete": view.plan.count(Action.DELETE),
    }
    return json.dumps(counts) + "\n"


def code_quality(findings: Sequence[Finding], layout: Layout) -> str:
    """Return the findings that have a place in the form of `artifacts:reports:codequality`: GitLab shows no others."""
    issues = {
        fingerprint(finding, layout.folder): {
            "description": finding.text,
            "check_name": finding.rule.name,
            "severity": _SEVERITY[finding.rule.level],
            "location": {"path": finding.file(layout.folder), "lines": {"begin": finding.source.line}},
        }
        for finding in findings
        if finding.source
    }
    return json_text([{**issue, "fingerprint": mark} for mark, issue in issues.items()])
