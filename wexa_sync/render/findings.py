"""Rank what a CI system marks in the manifests: problems, changes that failed, and changes that are blocked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from posixpath import normpath
from typing import Final

from msgspec import Struct

from wexa_sync.model import Outcome, Plan, Source, Status
from wexa_sync.render.view.plan import BlockedView, PlanView
from wexa_sync.render.view.problems import ProblemsView
from wexa_sync.render.view.report import ReportView
from wexa_sync.text.visible import prose, visible


class Level(Enum):
    """Say how grave a finding is, as SARIF calls it."""

    ERROR = "error"
    WARNING = "warning"


class Rule(Struct, frozen=True):
    """Describe a kind of finding: its name for programs, how grave it is, and what it says to people."""

    name: str
    level: Level
    text: str


FAILURE: Final = Rule("command-failed", Level.ERROR, "The command could not do its work.")
PROBLEM: Final = Rule("invalid-manifest", Level.ERROR, "A manifest or a setting is invalid. Nothing was sent.")
UNKNOWN: Final = Rule("unknown-outcome", Level.ERROR, "A change was sent, and its outcome is not known.")
FAILED: Final = Rule("change-failed", Level.ERROR, "A change could not be made.")
BLOCKED: Final = Rule("blocked-change", Level.WARNING, "A change is wanted, and the API or a rule does not allow it.")
WARNING: Final = Rule("plan-warning", Level.WARNING, "Something to know before the plan is applied.")
RULES: Final = (FAILURE, PROBLEM, UNKNOWN, FAILED, BLOCKED, WARNING)
"""Every kind of finding, the gravest first: findings stand in this order."""

_NOT_MADE: Final = {Status.UNKNOWN: UNKNOWN, Status.FAILED: FAILED, Status.CONFLICT: FAILED}


class Finding(Struct, frozen=True, kw_only=True):
    """Describe one thing to mark.

    `subject` is the address or the field; all texts stand on one line, with nothing hidden. `source` is None where no
    line of a file is the reason.
    """

    rule: Rule
    subject: str
    message: str
    source: Source | None = None

    @property
    def text(self) -> str:
        """Return the subject and the message as one line."""
        return f"{self.subject}: {self.message}" if self.subject else self.message

    def file(self, folder: str) -> str:
        """Return the path of the file from the top of the repository, of which `folder` leads to the current folder."""
        assert self.source is not None
        return visible(self.source.file if self.source.file.startswith("/") else normpath(folder + self.source.file))


def of_plan(view: PlanView) -> tuple[Finding, ...]:
    """Return what is blocked in a plan, and what the plan warns of."""
    return _ranked(
        [
            *_lost(view.plan, view.lost),
            *map(_blocked, view.listed),
            *(_finding(WARNING, "", text) for text in view.plan.warnings),
        ]
    )


def of_report(view: ReportView) -> tuple[Finding, ...]:
    """Return which changes of an apply were not made or may not have been, what is blocked, and its warnings."""
    blocked = (_finding(BLOCKED, str(b.address), b.reason, b.hint, b.source) for b in view.blocked)
    error = [_finding(FAILURE, "", *view.report.error)] if view.report.error[0] else []
    unknown = {outcome.change.address for outcome in view.outcomes if outcome.status is Status.UNKNOWN}
    earlier = (
        _finding(UNKNOWN, str(address), "an earlier apply sent this change, and its outcome is not known")
        for address in view.report.doubts
        if address not in unknown
    )
    return _ranked(
        [
            *error,
            *(each for outcome in view.outcomes for each in _of(outcome)),
            *earlier,
            *_lost(view.report.plan, view.lost),
            *blocked,
        ]
    )


def of_problems(view: ProblemsView) -> tuple[Finding, ...]:
    """Return each problem of the manifests; the error itself where it has none; nothing where nothing failed."""
    if view.problems:
        return tuple(_finding(PROBLEM, each.path, each.message, each.hint, each.source) for each in view.problems)
    return (_finding(FAILURE, "", view.message, view.hint),) if view.type else ()


def _lost(plan: Plan, said: tuple[str, str, str]) -> Iterator[Finding]:
    """Yield what stands for many blocked changes where the state seems to be lost, at the place of the first one."""
    if plan.lost is None:
        return
    heading, why, hint = said
    places = [each.source for each in plan.blocked if each.address in plan.lost.blocked and each.source]
    yield _finding(BLOCKED, "", f"{heading} {why}", hint, next(iter(places), None))


def _of(outcome: Outcome) -> Iterator[Finding]:
    address, source = str(outcome.change.address), outcome.change.source
    if rule := _NOT_MADE.get(outcome.status):
        said = outcome.error or rule.text
        yield _finding(rule, address, said, outcome.hint, source)
    for warning in outcome.warnings:
        yield _finding(WARNING, address, warning, source=source)


def _blocked(view: BlockedView) -> Finding:
    message = f"{view.wanted} is blocked: {view.reason}"
    return _finding(BLOCKED, str(view.address), message, view.hint, view.source)


def _finding(rule: Rule, subject: str, message: str, hint: str = "", source: Source | None = None) -> Finding:
    end = "." if hint and not message.endswith((".", "!", "?", ":")) else ""
    said = " ".join(prose(text) for text in (f"{message}{end}", hint) if text)
    return Finding(rule=rule, subject=visible(subject), message=said, source=source)


def _ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: RULES.index(finding.rule)))
