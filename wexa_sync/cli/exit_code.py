"""Turn a plan or a report into an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.errors import ExitCode

if TYPE_CHECKING:
    from wexa_sync.model import Plan, Report


def plan_exit_code(plan: Plan, *, detailed: bool, strict: bool) -> ExitCode:
    """Return 3 where anything is blocked and `strict` is set, 2 where anything is pending and `detailed` is, else 0.

    `detailed` is `--detailed-exitcode`. Work is pending, and so are a blocked change, an orphan, and a part that
    somebody added: the workspace is not as the manifests say.
    """
    if strict and plan.blocked:
        return ExitCode.NEEDS_A_PERSON
    pending = plan.acts or plan.blocked or plan.orphans or plan.unmanaged
    return ExitCode.CHANGES_PENDING if detailed and pending else ExitCode.DONE


def report_exit_code(report: Report) -> ExitCode:
    """Return the code of the gravest thing in the report: see README, "Exit codes".

    Unknown goes before failed: running again fixes most failures, and only a person can settle what is unknown. What is
    in doubt since an earlier apply counts as unknown. Blocked is the least of them. An orphan counts for nothing here:
    who applies without --prune chose to leave it.
    """
    from wexa_sync.model import Status  # a plan has none

    statuses = {outcome.status for outcome in report.outcomes}
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if Status.UNKNOWN in statuses or report.doubts:
        return ExitCode.NEEDS_A_PERSON
    if statuses - {Status.APPLIED} or report.error[0]:
        return ExitCode.FAILED
    return ExitCode.BLOCKED if report.plan.blocked else ExitCode.DONE
