"""What a plan and a report mean to the caller of the process."""

from __future__ import annotations

from wexa_sync.errors import ExitCode
from wexa_sync.model import Plan, Report, Status


def plan_exit_code(plan: Plan, *, detailed: bool, strict: bool) -> ExitCode:
    """`strict`: 3 where anything is blocked. `detailed` (`--detailed-exitcode`): 2 where there is work. Else 0."""
    if strict and plan.blocked:
        return ExitCode.NEEDS_A_PERSON
    return ExitCode.CHANGES_PENDING if detailed and plan.work else ExitCode.DONE


def report_exit_code(report: Report) -> ExitCode:
    """130 interrupted; 3 where an outcome is unknown; 1 where any other change is not done; 0 when all are.

    Unknown goes before failed: running again mends most failures, and only a person can settle what is unknown.
    """
    statuses = {outcome.status for outcome in report.outcomes}
    if report.interrupted:
        return ExitCode.INTERRUPTED
    if Status.UNKNOWN in statuses:
        return ExitCode.NEEDS_A_PERSON
    return ExitCode.FAILED if statuses - {Status.APPLIED} else ExitCode.DONE
