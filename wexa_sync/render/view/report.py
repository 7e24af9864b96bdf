"""Lay out a report for people: its outcomes, its summary and the next steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wexa_sync.model import Action, Outcome, Report, Status
from wexa_sync.render.view.plan import SYMBOLS
from wexa_sync.secrecy.redact import redact_report
from wexa_sync.text.visible import prose, visible

STATUS_WORDS: Final[Mapping[Status, str]] = {status: status.value for status in Status} | {Status.APPLIED: "done"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """How a change ended: `status` is done, failed, skipped, unknown or conflict."""

    status: str
    symbol: str
    address: str
    id: str
    seconds: float
    error: str
    hint: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What a person does after an apply that did not end well, with the commands for it."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report to lay out: a receipt for each change, the summary, and what a person does next."""

    target: str
    outcomes: tuple[OutcomeView, ...]
    blocked: int
    complete: bool
    interrupted: bool
    summary: str
    next_steps: tuple[NextStep, ...]


def report_view(report: Report) -> ReportView:
    """What to show of a report."""
    report = redact_report(report)
    outcomes = receipts(report)
    done = all(outcome.status is Status.APPLIED for outcome in report.outcomes)
    complete = done and not (report.interrupted or report.doubts or report.error[0])
    return ReportView(
        target=visible(str(report.plan.target)),
        outcomes=tuple(_outcome(outcome) for outcome in outcomes),
        blocked=len(report.plan.blocked),
        complete=complete,
        interrupted=report.interrupted,
        summary=_complete_summary(report) if complete else _incomplete_summary(report, outcomes),
        next_steps=tuple(_next_steps(report, outcomes)),
    )


def receipts(report: Report) -> tuple[Outcome, ...]:
    """The outcomes that say something: all but the no-ops, unless one failed (a run that was still waited for)."""
    quiet = (Status.APPLIED, Status.SKIPPED)
    return tuple(o for o in report.outcomes if o.change.action is not Action.NOOP or o.status not in quiet)


def _outcome(outcome: Outcome) -> OutcomeView:
    return OutcomeView(
        status=STATUS_WORDS[outcome.status],
        symbol=SYMBOLS[outcome.change.action],
        address=visible(str(outcome.change.address)),
        id=visible(outcome.id or ""),
        seconds=outcome.seconds,
        error=prose(outcome.error),
        hint=prose(outcome.hint),
        warnings=tuple(map(prose, outcome.warnings)),
    )


def _complete_summary(report: Report) -> str:
    done = {action: report.count(Status.APPLIED, action) for action in Action}
    waited = sum(outcome.change.awaits and outcome.status is Status.APPLIED for outcome in report.outcomes)
    resources = [
        f"{done[Action.CREATE]} added",
        f"{done[Action.UPDATE]} changed",
        f"{done[Action.DELETE]} deleted",
        *([f"{done[Action.ADOPT]} adopted"] if done[Action.ADOPT] else []),
        *([f"{done[Action.FORGET]} forgotten"] if done[Action.FORGET] else []),
    ]
    return f"Apply complete! Resources: {', '.join(resources)}. Executions: {done[Action.RUN] - waited} started."


def _incomplete_summary(report: Report, outcomes: Sequence[Outcome]) -> str:
    counts = {status: sum(outcome.status is status for outcome in outcomes) for status in Status}
    parts = [f"{count} {STATUS_WORDS[status]}" for status, count in counts.items() if count or status is Status.APPLIED]
    unknown = {outcome.change.address for outcome in outcomes if outcome.status is Status.UNKNOWN}
    if earlier := [address for address in report.doubts if address not in unknown]:
        parts.append(f"{len(earlier)} in doubt since an earlier apply")
    return f"Apply incomplete: {', '.join(parts)}{' (interrupted)' if report.interrupted else ''}."


def _next_steps(report: Report, outcomes: Sequence[Outcome]) -> Iterator[NextStep]:
    statuses = {outcome.status for outcome in outcomes}
    # What was to be made can exist twice; the next plan sees by itself whether an update or a delete happened.
    unclear = [visible(str(address)) for address in report.doubts]
    if report.error[0]:
        yield NextStep(text=f"It could not go on. {prose(report.error[0])} {prose(report.error[1])}")
    if report.interrupted:
        yield NextStep(text="It was interrupted: what is listed as skipped was not begun.")
    if unclear:
        yield NextStep(
            text="The server may or may not have done what is unknown. Plan again: it looks. What the plan still asks"
            " about, look up in Wexa Studio, then say which:",
            commands=tuple(
                f"wexa-sync resolve {address} {answer}"
                for address in unclear
                for answer in ("--happened ID", "--did-not-happen")
            ),
        )
    if open_ends := [] if report.error[0] else [each for each in outcomes if _is_open_end(each, report)]:
        yield NextStep(
            text="How a run ended is not known. Look at it; if it ended well:",
            commands=tuple(
                f"wexa-sync resolve {visible(str(each.change.address))} --happened {visible(each.id or '')}"
                for each in open_ends
            ),
        )
    if Status.CONFLICT in statuses:
        yield NextStep(text="What is in conflict was changed by somebody else since the plan.")
    if Status.FAILED in statuses:
        yield NextStep(text="Mend what failed.")
    if report.interrupted or report.error[0] or statuses - {Status.APPLIED}:
        yield NextStep(
            text="Plan and apply again: what is done is not done twice.", commands=("wexa-sync plan", "wexa-sync apply")
        )


def _is_open_end(outcome: Outcome, report: Report) -> bool:
    """True for a run that surely happened, and whose last status does not say how it ended."""
    change = outcome.change
    known = outcome.id is not None and change.address not in report.doubts
    return known and outcome.status is Status.UNKNOWN and change.action is Action.RUN
