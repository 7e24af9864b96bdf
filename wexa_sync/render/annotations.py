"""Mark findings in the files of a pull request on GitHub: workflow commands in the log of the job.

GitHub shows ten errors and ten warnings of a step, and drops the others. So the tenth of more than ten says how many
there are. Gitea and Forgejo read the same commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wexa_sync.render.findings import Finding, Level
from wexa_sync.render.layout import Layout
from wexa_sync.text.orders import without_orders

SHOWN: Final = 10
"""How many annotations of one level GitHub shows of a step."""

_LONGEST: Final = 2000  # characters of a message: an annotation is a note beside a line

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def annotated(findings: Sequence[Finding], layout: Layout) -> str:
    """Return the findings as annotations, errors first."""
    lines = []
    for level in Level:
        of_level = [finding for finding in findings if finding.rule.level is level]
        shown = of_level if len(of_level) <= SHOWN else of_level[: SHOWN - 1]
        lines += [_line(finding, layout) for finding in shown]
        if left := len(of_level) - len(shown):
            lines.append(f"::{level.value} title=wexa-sync::{left} more are listed in the log and the summary.")
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Finding, layout: Layout) -> str:
    place = {}
    if source := finding.source:
        place = {"file": finding.file(layout.folder), "line": str(source.line), "col": str(source.column)}
    properties = {**place, "title": f"wexa-sync: {finding.rule.name}"}
    written = ",".join(f"{name}={without_orders(value).translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{finding.rule.level.value} {written}::{without_orders(_cut(finding.text)).translate(_IN_MESSAGE)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
