"""Show a report: how each change ended, the summary, and what a person does next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from wexa_sync.model import Action, Blocked, Outcome, Plan, Report, Status
from wexa_sync.render.view.lost import beside, said_of
from wexa_sync.secrecy.redact import redact_report

STATUS_WORDS: Final[Mapping[Status, str]] = {status: status.value for status in Status} | {Status.APPLIED: "done"}


class NextStep(Struct, frozen=True, kw_only=True):
    """Hold what a person does after an apply that did not end well, with the commands for it."""

    text: str
    commands: tuple[str, ...] = ()


class ReportView(Struct, frozen=True, kw_only=True):
    """Describe a report to lay out: a receipt for each change, the summary, and what a person does next.

    `outcomes` leaves out the no-ops, but for one that failed (a run that was still waited for). `blocked` leaves out
    those that one message on a lost state stands for: `lost`, empty for other reports.
    """

    report: Report
    outcomes: tuple[Outcome, ...]
    complete: bool
    counts: Mapping[Status, int]
    summary: str
    next_steps: tuple[NextStep, ...]
    blocked: tuple[Blocked, ...]
    lost: tuple[str, str, str]


def report_view(report: Report) -> ReportView:
    """Return the view of a report, its secrets hidden."""
    report = redact_report(report)
    outcomes = _receipts(report)
    counts = {status: sum(outcome.status is status for outcome in outcomes) for status in Status}
    done = all(outcome.status is Status.APPLIED for outcome in report.outcomes)
    complete = done and not (report.interrupted or report.doubts or report.error[0])
    return ReportView(
        report=report,
        outcomes=outcomes,
        complete=complete,
        counts=counts,
        summary=_complete_summary(report) if complete else _incomplete_summary(report, outcomes, counts),
        next_steps=tuple(_next_steps(report, outcomes)),
        blocked=beside(report.plan.lost, report.plan.blocked),
        lost=said_of(report.plan.lost),
    )


def not_begun(plan: Plan, message: str, hint: str, at: float) -> Report:
    """Return the report of a plan of which nothing was applied, and why. `at`: epoch seconds."""
    outcomes = tuple(Outcome(change=change, status=Status.SKIPPED) for change in plan.work)
    return Report(plan=plan, outcomes=outcomes, started=at, ended=at, error=(message, hint))


def _receipts(report: Report) -> tuple[Outcome, ...]:
    quiet = (Status.APPLIED, Status.SKIPPED)
    return tuple(o for o in report.outcomes if o.change.action is not Action.NOOP or o.status not in quiet)


def _complete_summary(report: Report) -> str:
    done = {action: report.count(Status.APPLIED, action) for action in Action}
    begun = Counter(
        outcome.change.address.kind
        for outcome in report.outcomes
        if outcome.change.action is Action.RUN and outcome.status is Status.APPLIED and not outcome.change.awaits
    )
    resources = [
        f"{done[Action.CREATE]} added",
        f"{done[Action.UPDATE]} changed",
        f"{done[Action.DELETE]} deleted",
        *([f"{done[Action.ADOPT]} adopted"] if done[Action.ADOPT] else []),
        *([f"{done[Action.FORGET]} forgotten"] if done[Action.FORGET] else []),
    ]
    started = begun.pop("Execution", 0)
    others = "".join(f" {kind}s: {count} done." for kind, count in sorted(begun.items()))  # uploads, purchases
    return f"Apply complete! Resources: {', '.join(resources)}. Executions: {started} started.{others}"


def _incomplete_summary(report: Report, outcomes: Sequence[Outcome], counts: Mapping[Status, int]) -> str:
    parts = [f"{count} {STATUS_WORDS[status]}" for status, count in counts.items() if count or status is Status.APPLIED]
    unknown = {outcome.change.address for outcome in outcomes if outcome.status is Status.UNKNOWN}
    if earlier := [address for address in report.doubts if address not in unknown]:
        parts.append(f"{len(earlier)} in doubt since an earlier apply")
    return f"Apply incomplete: {', '.join(parts)}{' (interrupted)' if report.interrupted else ''}."


def _next_steps(report: Report, outcomes: Sequence[Outcome]) -> Iterator[NextStep]:
    statuses = {outcome.status for outcome in outcomes}
    # What was to be made can exist twice; the next plan sees by itself whether an update or a delete happened.
    unclear = [str(address) for address in report.doubts]
    ids = {str(outcome.change.address): outcome.id for outcome in outcomes if outcome.id}
    if report.error[0]:
        said = f"{report.error[0][:1].upper()}{report.error[0][1:]}{'' if report.error[0].endswith('.') else '.'}"
        yield NextStep(text=f"The apply could not go on. {said} {report.error[1]}")
    if report.interrupted and Status.SKIPPED in statuses:
        yield NextStep(text="The apply was interrupted: each change listed as skipped was not begun.")
    if unclear:
        yield NextStep(
            text="The server may or may not have made the changes listed as unknown. Plan again: the plan looks for"
            " them. Look in Wexa Studio for those that it still asks about, then say of each which it is:",
            commands=tuple(
                f"wexa-sync resolve {address} {answer}"
                for address in unclear
                for answer in (f"--happened {ids.get(address, 'ID')}", "--did-not-happen")
            ),
        )
    if open_ends := [] if report.error[0] else [each for each in outcomes if _is_open_end(each, report)]:
        yield NextStep(
            text="How a run ended is not known. Look at the run; if it ended well:",
            commands=tuple(f"wexa-sync resolve {each.change.address} --happened {each.id or ''}" for each in open_ends),
        )
    if Status.CONFLICT in statuses:
        yield NextStep(text="Each resource in conflict was changed on the live side since the plan.")
    if Status.FAILED in statuses:
        yield NextStep(text="Fix what failed.")
    # Where nothing was begun, the hint of the error says how to go on.
    refused = bool(report.error[0]) and not report.interrupted and statuses <= {Status.SKIPPED}
    if not refused and (report.interrupted or report.error[0] or statuses - {Status.APPLIED}):
        yield NextStep(
            text="Plan and apply again: finished changes are not repeated.",
            commands=("wexa-sync plan", "wexa-sync apply"),
        )


def _is_open_end(outcome: Outcome, report: Report) -> bool:
    """True for a run that surely happened, and whose last status does not say how it ended."""
    change = outcome.change
    known = outcome.id is not None and change.address not in report.doubts
    return known and outcome.status is Status.UNKNOWN and change.action is Action.RUN
