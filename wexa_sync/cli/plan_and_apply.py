"""Show a plan, ask for approval, apply the plan and show the report."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from signal import SIGTERM
from typing import TYPE_CHECKING, TextIO

import click
from msgspec import Struct
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.cli.again import view_of_plan, view_of_report
from wexa_sync.cli.exit_code import report_exit_code
from wexa_sync.cli.outputs import Show
from wexa_sync.cli.progress import progress
from wexa_sync.cli.signals import heeded
from wexa_sync.cli.streams import hang_up
from wexa_sync.cli.terminal import (
    agrees,
    event,
    note,
    say,
    show_error,
    show_text,
    speaks_json,
    types,
    wants_color,
    width,
)
from wexa_sync.errors import ExitCode, StateError, UsageError, WexaSyncError
from wexa_sync.model import Action, Change, Limits, Plan, Report
from wexa_sync.plan.limits import Excess, purchases
from wexa_sync.plan.reviewed import Reviewed, require_reviewed
from wexa_sync.render import FOR_PEOPLE
from wexa_sync.render.json import plan_json
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.report import not_begun
from wexa_sync.text.suggest import named

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.cli.surprise import Expectation
    from wexa_sync.workspace import Workspace

_TURN = 0.0005
"""The seconds after which a thread that computes lets others run: one that is about to send should not wait for long.

Python's own 5 ms made an apply of 300 creates, ten at a time, 2 % longer.
"""


def lifted(over: Sequence[Excess]) -> None:
    """Print which budgets --force lifts, and the flag that would lift each alone."""
    for each in over:
        if speaks_json():
            event("forced", budget=each.what, flag=each.flag)
        else:
            note(f"--force lifts a budget: {each.what} ({each.flag} lifts this one alone).")


def carry_out(
    plan: Plan,
    workspace: Workspace,
    request: Request,
    limits: Limits | None,
    show: Show,
    reviewed: Reviewed | None = None,
    expected: Expectation | None = None,
    then: Callable[[Report], object] = lambda _report: None,
) -> int:
    """Show the plan, ask, apply the plan and show the report. Return the exit code.

    `limits` None: everything in the plan is meant. `reviewed`: the plan that was agreed to, and no other is applied.
    `expected`: what the plan must not have. `then` gets the report of an apply that did everything.
    """
    talks = request.output.format == FOR_PEOPLE  # another format is a document, and stdout is for that alone
    _show_plan(plan, request, talks=talks)

    def agreed(over: Sequence[Excess]) -> bool:
        lifted(over)
        return not plan.acts or (agreed_to(plan, request) and (not bought or _agreed_to_buy(bought)))

    limits, bought = _asked_for(plan, limits)
    try:
        _require_expected(plan, reviewed, expected)
        if not engine.approve(plan, workspace, limits, agreed):
            note("Nothing was applied.")
            _show_nothing_done(plan, "The plan was not approved.", "", show)
            return int(ExitCode.FAILED)
    except WexaSyncError as error:
        _show_nothing_done(plan, error.message, error.hint, show)
        raise
    report, terminated = _applied(plan, workspace, limits, talks=talks)
    code = report_exit_code(report)
    if not _show_report(report, show, talks=talks) and code is ExitCode.DONE:
        return int(ExitCode.FAILED)
    if code is ExitCode.DONE:
        then(report)
    return int(ExitCode.TERMINATED if code is ExitCode.INTERRUPTED and terminated else code)


def _applied(plan: Plan, workspace: Workspace, limits: Limits | None, *, talks: bool) -> tuple[Report, bool]:
    """Apply the plan, and show how far it is. Return the report, and whether the process was told to end."""
    sys.setswitchinterval(_TURN)
    with heeded(workspace.cutoff, breaks_in=False) as signals, progress(len(plan.work), quiet=not talks) as callbacks:
        report = engine.apply(plan, workspace, limits, *callbacks)
    return report, SIGTERM in signals


def _require_expected(plan: Plan, reviewed: Reviewed | None, expected: Expectation | None) -> None:
    if reviewed is not None:
        require_reviewed(plan, reviewed, lambda made: json.loads(plan_json(plan_view(made))))
    if expected is not None:
        expected.require(plan)


def _show_plan(plan: Plan, request: Request, *, talks: bool) -> None:
    """Show the plan to people, unless all that they get is a log of JSON lines."""
    if speaks_json() and not talks:
        return
    stream: TextIO = sys.stdout if talks else sys.stderr
    layout = Layout(color=wants_color(stream), width=width(stream), level=request.output.level)
    show_text(plan_text(view_of_plan(plan), layout), FOR_PEOPLE, stream)
    if plan.acts:
        click.echo(file=stream)  # what follows, a question or a receipt, stands by itself


def _show_nothing_done(plan: Plan, message: str, hint: str, show: Show) -> None:
    """Show, where a program or a file waits for a report, that the plan was not applied. The error is shown apart."""
    try:
        show(view_of_report(not_begun(plan, message, hint, time.time())), to_people=False)
    except (OSError, WexaSyncError) as failed:
        show_error(failed)


def _show_report(report: Report, show: Show, *, talks: bool) -> bool:
    """Write the report in the formats that were asked for. True when it was written, or nobody needs it whole.

    Of an apply with nothing to do, the plan has said it all.
    """
    if not talks and report.error[0]:
        show_error(StateError(report.error[0], hint=report.error[1]))
    try:
        show(view_of_report(report), to_people=bool(report.plan.acts or report.doubts or report.error[0]))
    except OSError as error:
        hang_up(sys.stdout)
        if talks and isinstance(error, BrokenPipeError):
            return True  # the exit code says what came of it all the same
        show_error(
            WexaSyncError(
                f"the report can't be written: {error.strerror}",
                hint="The changes were made. Make room there; `wexa-sync plan` shows what is left to do.",
            )
        )
        return False
    return True


class Question(Struct, frozen=True, kw_only=True):
    """Hold what a person is asked; what was not done without an answer, and what to do where nobody can be asked."""

    text: str = ""
    done: str = "applied"
    hint: str = "Review the plan above, then run it again with --auto-approve."


_APPLY = Question()


def agreed_to(plan: Plan, request: Request, question: Question = _APPLY) -> bool:
    """Return True where --auto-approve or a person agrees to the plan. A protected environment wants its name for it.

    Its name on the command line is enough beside --auto-approve; in a variable it may be left from another task.
    """
    protected = request.protection
    if request.auto_approve and (not protected or request.spelt):
        return True
    if not sys.stdin.isatty():
        if request.auto_approve:
            raise UsageError(
                f"the environment {protected} is protected: --auto-approve needs its name on the command line, so "
                f"nothing was {question.done}",
                hint=f"Review it above, then add --env {protected}.",
            )
        raise UsageError(f"there is no terminal to ask on, so nothing was {question.done}", hint=question.hint)
    count, deletes = len(plan.work) + len(plan.moved), plan.count(Action.DELETE)
    of_them = f" ({deletes} to delete)" if deletes else ""
    where = f" to {plan.target.environment}" if plan.target.environment else ""
    text = question.text or f"Apply {count} change{'' if count == 1 else 's'}{of_them}{where}?"
    yes = types(protected, f"{text} It is protected, so type its name") if protected else agrees(text)
    say("")
    return yes


def _asked_for(plan: Plan, limits: Limits | None) -> tuple[Limits | None, Sequence[Change]]:
    """Return what the terminal has to be asked for, that --hire does not agree to, and the limits with a yes to it."""
    if limits is None or limits.hire or not sys.stdin.isatty():
        return limits, ()
    return replace(limits, hire=True), purchases(plan)


def _agreed_to_buy(bought: Sequence[Change]) -> bool:
    """Ask on the terminal whether credits may be spent: --auto-approve does not answer that."""
    yes = agrees(f"Spend credits on {named([each.address for each in bought])}?")
    say("")
    return yes
