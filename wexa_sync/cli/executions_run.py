"""`wexa-sync executions run`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from signal import SIGTERM
from typing import TYPE_CHECKING, Any

import click

from wexa_sync.cli import options
from wexa_sync.cli.asked import patience
from wexa_sync.render import FOR_PEOPLE, RUN_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.executions.commanded import Wanted
    from wexa_sync.model import Plan, Report
    from wexa_sync.plan.limits import Excess
    from wexa_sync.workspace import Workspace


@click.command("run")
@options.argument("flow")
@options.filled(options.variables, options.workspace, options.shape(RUN_RENDERERS), options.approval, options.budgets)
@options.option("--goal", required=True, metavar="TEXT", help="What the run is to reach.")
@options.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="A value for the run; may be repeated.")
@options.option("--project", default="", metavar="PROJECT", help="The handle of the project that the flow is in.")
@options.option("--wait", is_flag=True, help="Wait for the end of the run, and show its result.")
@patience("With --wait: stop waiting after so long; the execution continues.")
def command(
    request: Request, flow: str, goal: str, inputs: tuple[str, ...], project: str, wait: bool, timeout: float
) -> int:
    """Run a flow once, now: FLOW is an address, a handle, or the name or id of a flow that is live.

    Interrupted or killed, the same command goes on with the same run. Once it has come to its end, it runs the flow
    again. `${env:NAME}`, `${var:NAME}` and `${secret:NAME}` are filled in as in manifests.
    """
    from wexa_sync import engine
    from wexa_sync.cli.runs import assigned
    from wexa_sync.cli.terminal import note

    with request.workspace() as found:
        asked_for = {"goal": goal, "inputs": assigned(inputs)}
        filled = {name: _filled(request, value) for name, value in asked_for.items()}
        with engine.locked(found) as locked:
            workspace = engine.commanded(locked, "executions run")
            asked = engine.run_wanted(workspace, flow, project=project, **filled)
            if engine.started_before(asked, workspace) is None:
                code = _start(engine.plan_run(asked, workspace), asked, workspace, request)
                if code:
                    return code
            else:
                note(
                    f"Another command started {asked.address} and did not show its end: this one goes on with that run."
                )
            if not wait:
                _report(asked, workspace, request)
                return 0
        _wait(asked, found, request, timeout)
    return 0


def _filled(request: Request, value: Any) -> Any:
    """Return a value with its variables filled in. Raises UsageError for one that can't be."""
    from wexa_sync.errors import UsageError

    if isinstance(value, dict):
        return {name: _filled(request, text) for name, text in value.items()}
    found, faults = request.sources.variables().fill(value)
    if faults:
        raise UsageError(f"{value!r}: {faults[0].message}", hint=faults[0].hint)
    return found


def _start(plan: Plan, asked: Wanted, workspace: Workspace, request: Request) -> int:
    """Ask, and start the run. Return the exit code where it was not started, or that is not known; else 0."""
    from wexa_sync import engine
    from wexa_sync.cli.plan_and_apply import Question, agreed_to, lifted
    from wexa_sync.cli.progress import progress
    from wexa_sync.cli.signals import heeded
    from wexa_sync.cli.terminal import note

    _require_possible(plan)
    if request.output.format == FOR_PEOPLE:
        _show_what_is_asked(asked)

    def agreed(over: Sequence[Excess]) -> bool:
        lifted(over)
        hint = "Agree with --auto-approve: then the run is started without a question."
        return agreed_to(plan, request, Question(text="Run it?", done="run", hint=hint))

    if not engine.approve(plan, workspace, request.limits, agreed):
        note("Nothing was run.")
        return 1
    talks = request.output.format == FOR_PEOPLE
    with heeded(workspace.cutoff, breaks_in=False) as signals, progress(len(plan.work), quiet=not talks) as callbacks:
        report = engine.apply(plan, workspace, request.limits, *callbacks)
    return _code_of(report, terminated=SIGTERM in signals)


def _require_possible(plan: Plan) -> None:
    """Raise PlanBlocked or WexaSyncError where the run can't be started, or may have been started already."""
    from wexa_sync.errors import PlanBlocked, WexaSyncError

    for blocked in plan.blocked:
        error = PlanBlocked if blocked.doubt else WexaSyncError
        raise error(f"{blocked.address}: {blocked.reason}", hint=blocked.hint)


def _show_what_is_asked(asked: Wanted) -> None:
    from wexa_sync.cli.terminal import show_text, wants_color, width
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.text.runs import asked_text
    from wexa_sync.render.view.run import run_view

    layout = Layout(color=wants_color(sys.stdout), width=width(sys.stdout))
    show_text(asked_text(str(asked.target), run_view(asked.as_run()), layout), FOR_PEOPLE)


def _code_of(report: Report, *, terminated: bool) -> int:
    """Show what kept the run from being started. Return the exit code; 0 where it was started."""
    from wexa_sync.cli.terminal import show_error, warn
    from wexa_sync.errors import ExitCode, WexaSyncError
    from wexa_sync.model import Status
    from wexa_sync.secrecy.redact import redact_report

    (outcome,) = redact_report(report).outcomes
    for warning in outcome.warnings:
        warn(warning)
    if outcome.status is Status.APPLIED:
        return 0
    name = f"{outcome.change.address} ({outcome.id})" if outcome.id else str(outcome.change.address)
    show_error(WexaSyncError(f"{name}: {outcome.error or report.error[0]}", hint=outcome.hint or report.error[1]))
    if outcome.status is Status.UNKNOWN:
        return int(ExitCode.NEEDS_A_PERSON)
    if report.interrupted:
        return int(ExitCode.TERMINATED if terminated else ExitCode.INTERRUPTED)
    return int(ExitCode.FAILED)


def _report(asked: Wanted, workspace: Workspace, request: Request) -> None:
    """Say that the run was started, then note that it was said."""
    from wexa_sync import engine
    from wexa_sync.cli.runs import show_run
    from wexa_sync.cli.terminal import note, tell

    run = engine.run_of(asked, workspace)
    if request.output.format == FOR_PEOPLE:
        tell(f"Started {run.name}: {run.id} is {run.status}.")
        note(f"`wexa-sync executions watch {run.name}` shows how it goes on.")
    else:
        show_run(run, request.output.format)
    engine.note_told(asked, workspace)


def _wait(asked: Wanted, workspace: Workspace, request: Request, timeout: float) -> None:
    """Wait for the end of the run. A wait that is cut off leaves the run to the next such command."""
    from wexa_sync import engine
    from wexa_sync.cli.runs import wait_for
    from wexa_sync.cli.terminal import warn
    from wexa_sync.errors import NotEnded, StateError

    error = wait_for(engine.run_of(asked, workspace), workspace, request.output.format, timeout)
    if not isinstance(error, NotEnded):
        try:
            engine.note_told(asked, workspace)
        except StateError as failed:
            warn(f"{failed.message} So the same command would show this run again, and start none.")
    if error is not None:
        raise error
