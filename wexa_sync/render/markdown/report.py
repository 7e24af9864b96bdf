"""Write the report of an apply as Markdown: what was not done and what to do next first, then what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wexa_sync.model import Outcome, Status
from wexa_sync.render.layout import Layout
from wexa_sync.render.markdown.changes import addresses
from wexa_sync.render.markdown.document import Dialect, Part, Section, document
from wexa_sync.render.markdown.plan import lost, table, where, whole, workspace
from wexa_sync.render.markdown.words import code, fenced, prose
from wexa_sync.render.view.plan import SYMBOLS
from wexa_sync.render.view.report import STATUS_WORDS, NextStep, ReportView


def report_markdown(view: ReportView, layout: Layout, dialect: Dialect) -> str:
    """Return the report as Markdown."""
    return document(_head(view), _sections(view), dialect, taken=layout.taken, whole=whole(layout))


def _head(view: ReportView) -> str:
    target = view.report.plan.target
    counts = {STATUS_WORDS[status]: n for status, n in view.counts.items() if n or status is Status.APPLIED}
    lines = [
        f"## wexa-sync apply: {workspace(target)}",
        f"**{'✅' if view.complete else '❌'} {prose(view.summary)}**",
        *([table(counts)] if view.outcomes else []),
        where(view.report.plan),
    ]
    return "\n\n".join(lines) + "\n"


def _sections(view: ReportView) -> list[Section]:
    quiet = (Status.APPLIED, Status.SKIPPED)
    open_ends = [outcome for outcome in view.outcomes if outcome.status not in quiet]
    unknown = {outcome.change.address for outcome in open_ends if outcome.status is Status.UNKNOWN}
    earlier = [address for address in view.report.doubts if address not in unknown]
    blocked = [each.address for each in view.blocked]
    return [
        Section("Not done, or not known to be done", _parts(open_ends), "changes", grave=True),
        Section("In doubt since an earlier apply", addresses(earlier), "resources", grave=True),
        Section("What to do next", [*_steps(view.next_steps)], "steps", grave=True, counted=False),
        Section("Warnings", [*_warnings(view.outcomes)], "warnings", grave=True, counted=False),
        Section("The state seems to be lost", lost(view.lost), "messages", grave=True, counted=False),
        Section("Blocked, and left as it is", addresses(blocked), "blocked changes", grave=True),
        Section("Not begun", _parts(each for each in view.outcomes if each.status is Status.SKIPPED), "changes"),
        Section("Done", _parts(each for each in view.outcomes if each.status is Status.APPLIED), "changes"),
    ]


def _parts(outcomes: Iterable[Outcome]) -> list[Part]:
    return [Part(*_forms(outcome)) for outcome in outcomes]


def _forms(outcome: Outcome) -> tuple[str, str]:
    """Return how a change ended, in short and whole."""
    status = f"**{STATUS_WORDS[outcome.status]}** " if outcome.status is not Status.APPLIED else ""
    short = f"- {status}{code(SYMBOLS[outcome.change.action])} {code(str(outcome.change.address))}"
    seconds = f"{outcome.seconds:.1f} s" if outcome.seconds else ""
    facts = ", ".join(filter(None, (code(outcome.id) if outcome.id else "", seconds)))
    said = " ".join(prose(text) for text in (outcome.error, outcome.hint) if text)
    return f"{short}\n", f"{short}{f' ({facts})' if facts else ''}{f': {said}' if said else ''}\n"


def _steps(steps: Iterable[NextStep]) -> Iterator[Part]:
    for step in steps:
        commands = f"\n{fenced(step.commands, 'sh')}\n" if step.commands else ""
        yield Part(f"- {prose(step.text)}\n", f"- {prose(step.text)}\n{commands}")


def _warnings(outcomes: Iterable[Outcome]) -> Iterator[Part]:
    for outcome in outcomes:
        for warning in outcome.warnings:
            yield Part(f"- {code(str(outcome.change.address))}: {prose(warning)}\n")
