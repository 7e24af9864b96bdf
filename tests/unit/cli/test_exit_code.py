"""Exit codes of plans and reports."""

from __future__ import annotations

import pytest

from wexa_sync.cli.exit_code import plan_exit_code, report_exit_code
from wexa_sync.errors import ExitCode
from wexa_sync.model import Action, Address, Blocked, Change, Outcome, Plan, Report, Status, Target

SKILL = Address(kind="Skill", name="s", project="p")


def plan(action: Action | None = None, *, blocked: bool = False, orphans: tuple[Address, ...] = ()) -> Plan:
    return Plan(
        target=Target(base_url="b", org_id="o"),
        lineage="l",
        serial=1,
        changes=(Change(action=action, address=SKILL),) if action else (),
        blocked=(Blocked(address=SKILL, wanted="w", reason="r", hint="h"),) if blocked else (),
        orphans=orphans,
    )


@pytest.mark.parametrize(
    ("made", "detailed", "strict", "code"),
    [
        (plan(), True, True, ExitCode.DONE),
        (plan(Action.NOOP), True, True, ExitCode.DONE),
        (plan(Action.CREATE), False, True, ExitCode.DONE),
        (plan(Action.CREATE), True, False, ExitCode.CHANGES_PENDING),
        (plan(Action.FORGET), True, False, ExitCode.CHANGES_PENDING),
        (plan(blocked=True), True, False, ExitCode.CHANGES_PENDING),
        (plan(blocked=True), False, False, ExitCode.DONE),
        (plan(orphans=(SKILL,)), True, True, ExitCode.CHANGES_PENDING),
        (plan(orphans=(SKILL,)), False, True, ExitCode.DONE),
        (plan(blocked=True), False, True, ExitCode.NEEDS_A_PERSON),
        (plan(Action.CREATE, blocked=True), True, True, ExitCode.NEEDS_A_PERSON),
    ],
)
def test_plan(made: Plan, detailed: bool, strict: bool, code: ExitCode) -> None:
    assert plan_exit_code(made, detailed=detailed, strict=strict) is code


@pytest.mark.parametrize(
    ("statuses", "interrupted", "code"),
    [
        ((), False, ExitCode.DONE),
        ((Status.APPLIED, Status.APPLIED), False, ExitCode.DONE),
        ((Status.APPLIED, Status.FAILED), False, ExitCode.FAILED),
        ((Status.SKIPPED,), False, ExitCode.FAILED),
        ((Status.CONFLICT,), False, ExitCode.FAILED),
        ((Status.FAILED, Status.UNKNOWN, Status.SKIPPED), False, ExitCode.NEEDS_A_PERSON),
        ((Status.APPLIED,), True, ExitCode.INTERRUPTED),
        ((Status.UNKNOWN,), True, ExitCode.INTERRUPTED),
    ],
)
def test_report(statuses: tuple[Status, ...], interrupted: bool, code: ExitCode) -> None:
    change = Change(action=Action.CREATE, address=SKILL)
    outcomes = tuple(Outcome(change=change, status=status) for status in statuses)
    report = Report(plan=plan(), outcomes=outcomes, started=0, ended=1, interrupted=interrupted)
    assert report_exit_code(report) is code


@pytest.mark.parametrize(
    ("made", "status", "code"),
    [
        (plan(blocked=True), Status.APPLIED, ExitCode.BLOCKED),
        (plan(blocked=True), Status.FAILED, ExitCode.FAILED),
        (plan(blocked=True), Status.UNKNOWN, ExitCode.NEEDS_A_PERSON),
        (plan(orphans=(SKILL,)), Status.APPLIED, ExitCode.DONE),
    ],
)
def test_a_report_of_a_plan_that_leaves_something(made: Plan, status: Status, code: ExitCode) -> None:
    outcome = Outcome(change=Change(action=Action.CREATE, address=SKILL), status=status)
    assert report_exit_code(Report(plan=made, outcomes=(outcome,), started=0, ended=1)) is code
