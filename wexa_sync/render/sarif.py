"""Write findings as SARIF 2.1.0, which code scanning on GitHub and many editors read."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from wexa_sync import __version__
from wexa_sync.model import Source
from wexa_sync.render.findings import FAILURE, RULES, Finding
from wexa_sync.render.json import json_text
from wexa_sync.render.layout import Layout

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def fingerprint(finding: Finding, folder: str) -> str:
    """Return a mark that stays the same while lines move: of the rule, the file, the subject and the message."""
    file = finding.file(folder) if finding.source else ""
    return sha256("\0".join((finding.rule.name, file, finding.text)).encode()).hexdigest()[:32]


def sarif(findings: Sequence[Finding], layout: Layout) -> str:
    """Return the findings as a SARIF log. Those that have no place are notifications of the run."""
    rules = [
        {
            "id": rule.name,
            "shortDescription": {"text": rule.text},
            "defaultConfiguration": {"level": rule.level.value},
        }
        for rule in RULES
    ]
    driver = {"name": "wexa-sync", "version": __version__, "rules": rules}
    # GitHub refuses a log with a result that has no place.
    results = [_result(finding, finding.source, layout) for finding in findings if finding.source]
    notes = [{"level": f.rule.level.value, "message": {"text": f.text}} for f in findings if not f.source]
    invocation = {"executionSuccessful": FAILURE not in {f.rule for f in findings}, "toolExecutionNotifications": notes}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": results,
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(finding: Finding, source: Source, layout: Layout) -> dict[str, Any]:
    file = finding.file(layout.folder)
    artifact = {"uri": f"file://{quote(file)}" if file.startswith("/") else quote(file)}
    region = {"startLine": source.line, "startColumn": source.column}
    return {
        "ruleId": finding.rule.name,
        "ruleIndex": RULES.index(finding.rule),
        "level": finding.rule.level.value,
        "message": {"text": finding.text},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"wexaSync/v1": fingerprint(finding, layout.folder)},
    }
