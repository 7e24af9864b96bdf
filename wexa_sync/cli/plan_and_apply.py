"""Show a plan, ask for approval, apply the plan and show the report."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from signal import SIGTERM
from typing import TYPE_CHECKING, TextIO

import click

from wexa_sync import engine
from wexa_sync.cli.exit_code import report_exit_code
from wexa_sync.cli.progress import progress
from wexa_sync.cli.request import Output
from wexa_sync.cli.signals import heeded
from wexa_sync.cli.streams import hang_up
from wexa_sync.cli.terminal import agrees, event, note, say, show_error, show_text, speaks_json, wants_color, width
from wexa_sync.errors import ExitCode, StateError, UsageError, WexaSyncError
from wexa_sync.model import Action, Limits, Plan, Report
from wexa_sync.plan.limits import Excess
from wexa_sync.render import FOR_PEOPLE, RENDERERS, Renderer
from wexa_sync.render.layout import Layout
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.report import report_view
from wexa_sync.text.orders import without_orders

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.workspace import Workspace


def _lifted(over: Sequence[Excess]) -> None:
    """Print which budgets --force lifts, and the flag that would lift each alone."""
    for each in over:
        if speaks_json():
            event("forced", budget=each.what, flag=each.flag)
        else:
            note(f"--force lifts a budget: {each.what} ({each.flag} lifts this one alone).")


def show_plan(plan: Plan, output: Output, stream: TextIO) -> None:
    """Write the plan in the format that was asked for."""
    _hand_over(_renderer(output, stream).plan(plan_view(plan)), output, stream)


def _renderer(output: Output, stream: TextIO) -> Renderer:
    color = wants_color(stream) and output.file is None
    return RENDERERS[output.format](Layout(color=color, width=width(stream), details=output.details))


def carry_out(plan: Plan, workspace: Workspace, request: Request, limits: Limits | None) -> int:
    """Show the plan, ask, apply the plan and show the report. Return the exit code.

    `limits` None: everything in the plan is meant.
    """
    talks = request.output.format == FOR_PEOPLE  # another format is a document, and stdout is for that alone
    if talks or not speaks_json():
        stream = sys.stdout if talks else sys.stderr
        show_plan(plan, Output(details=request.output.details), stream)
        if plan.work:
            click.echo(file=stream)  # what follows, a question or a receipt, stands by itself

    def agreed(over: Sequence[Excess]) -> bool:
        _lifted(over)
        return not plan.work or request.auto_approve or _agreed(plan)

    if not engine.approve(plan, workspace, limits, agreed):
        note("Nothing was applied.")
        return int(ExitCode.FAILED)
    with heeded(workspace.cutoff, breaks_in=False) as signals, progress(len(plan.work), quiet=not talks) as callbacks:
        report = engine.apply(plan, workspace, limits, *callbacks)
    code = report_exit_code(report)
    if not _show_report(report, request.output, talks=talks) and code is ExitCode.DONE:
        return int(ExitCode.FAILED)
    return int(ExitCode.TERMINATED if code is ExitCode.INTERRUPTED and SIGTERM in signals else code)


def _show_report(report: Report, output: Output, *, talks: bool) -> bool:
    """Write the report in the format that was asked for. True when it was written, or nobody needs it whole.

    Of an apply with nothing to do, the plan has said it all.
    """
    if not talks and report.error[0]:
        show_error(StateError(report.error[0], hint=report.error[1]))
    if talks and not (report.plan.work or report.doubts or report.error[0]) and output.file is None:
        return True
    try:
        _hand_over(_renderer(output, sys.stdout).report(report_view(report)), output, sys.stdout)
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


def _hand_over(text: str, output: Output, stream: TextIO) -> None:
    """Write the text to the output file, or to the stream where there is no file or the file can't be written."""
    if output.file is None:
        show_text(text, output.format, stream)
        return
    try:
        output.file.write_text(without_orders(text), encoding="utf-8")
    except OSError as error:
        show_text(text, output.format, stream)
        raise WexaSyncError(
            f"{output.file} can't be written: {error.strerror}; its text stands above",
            hint="Make room, or name another file with --output. The changes in the text above were made all the same.",
        ) from None


def _agreed(plan: Plan) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on, so nothing was applied",
            hint="Review the plan above, then run it again with --auto-approve.",
        )
    count, deletes = len(plan.work), plan.count(Action.DELETE)
    of_them = f" ({deletes} to delete)" if deletes else ""
    yes = agrees(f"Apply {count} change{'' if count == 1 else 's'}{of_them}?")
    say("")
    return yes
