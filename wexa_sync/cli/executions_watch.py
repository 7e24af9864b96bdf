"""`wexa-sync executions watch`."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from wexa_sync.cli import options
from wexa_sync.cli.known import KnownAddressOrId
from wexa_sync.cli.values import Seconds
from wexa_sync.render import FOR_PEOPLE, RUN_RENDERERS
from wexa_sync.text.times import utc

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.errors import WexaSyncError
    from wexa_sync.model import Question, Run
    from wexa_sync.render.layout import Layout
    from wexa_sync.workspace import Workspace


@click.command("watch")
@options.argument("execution", type=KnownAddressOrId(), metavar="[ADDRESS|ID]", required=False, default="")
@options.filled(options.workspace, options.shape(RUN_RENDERERS))
@options.of_flow
@options.option(
    "--interval",
    type=Seconds(0.1),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Without an execution: how often to look.",
)
def command(request: Request, execution: str, flow: str, interval: float) -> None:
    """Show what happens in an execution until its end; without one, each new status of every execution.

    One execution ends the command as `executions wait` does. Ctrl-C ends the watching, and no run.
    """
    from wexa_sync import engine
    from wexa_sync.errors import UsageError

    stream = _Stream(as_json=request.output.format != FOR_PEOPLE)
    if execution and flow:
        raise UsageError("--flow is for all executions, and one is named", hint="Leave one of the two out.")
    error = None
    with request.workspace() as workspace:
        if execution:
            error = _one(engine.find_run(workspace, execution), workspace, stream)
        else:
            _all(workspace, flow, interval, stream)
    if error is not None:
        raise error


def _one(found: Run, workspace: Workspace, stream: _Stream) -> WexaSyncError | None:
    """Watch a run to its end. Return why that is no good one; None where it is."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import note
    from wexa_sync.executions.runs import bad_end
    from wexa_sync.secrecy.redact import redact_run

    try:
        run = engine.wait(
            workspace,
            found,
            seconds=math.inf,
            tell=partial(stream.status, found),
            ask=stream.question,
            saw=stream.steps,
        )
    except KeyboardInterrupt:
        note(f"The run goes on by itself: `wexa-sync executions watch {found.name}` shows it again.")
        raise
    stream.result(run)
    return bad_end(redact_run(run), "was cut short")


def _all(workspace: Workspace, flow: str, interval: float, stream: _Stream) -> None:
    """Show the runs that go on, then each new run and each new status, until somebody ends it."""
    from wexa_sync import engine
    from wexa_sync.executions.choose import Wish
    from wexa_sync.executions.runs import running

    known: dict[str, str] | None = None
    while True:
        runs = engine.runs(workspace, Wish(flow=flow, whole=False))
        for run in runs:
            is_news = run.status not in running(run).ended if known is None else known.get(run.id) != run.status
            if is_news:
                stream.changed(run if run.goal else engine.find_run(workspace, run.id))
        known = {run.id: run.status for run in runs}
        if workspace.cutoff.wait(interval):
            return


class _Stream:
    """Write what happens to stdout: a line each, or one JSON object a line."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._last = ""
        self._steps: dict[str, str] = {}

    def status(self, run: Run, status: str) -> None:
        """Write a new status of the run that is watched."""
        from wexa_sync.render.text.watch import status_text

        if status == self._last:
            return  # it was said again since it lasts
        self._last = status
        about = {"execution": run.name, "id": run.id, "status": status}
        self._write("status", about, lambda layout: status_text(time.time(), status, layout))

    def steps(self, run: Run) -> None:
        """Write what the agents of a run did since it was read before."""
        from wexa_sync.render.runs_json import step_data
        from wexa_sync.render.text.watch import step_text
        from wexa_sync.secrecy.redact import redact_run

        for step in redact_run(run).steps:
            if step.status and self._steps.get(step.id) != step.status:
                self._steps[step.id] = step.status
                about = {"execution": run.name, **step_data(step)}
                self._write("step", about, partial(step_text, time.time(), step))

    def question(self, run: Run, question: Question) -> None:
        """Write what the run asks, with the commands that answer."""
        from wexa_sync.executions.answer import how_to_answer
        from wexa_sync.render.runs_json import question_data
        from wexa_sync.render.text.runs import questions_text
        from wexa_sync.render.view.run import run_view

        view = run_view(replace(run, questions=(question,)), [how_to_answer(run, question)])
        about = {"execution": run.name, **question_data(view.questions[0])}
        self._write("question", about, partial(questions_text, view))

    def changed(self, run: Run) -> None:
        """Write the status of one of many runs."""
        from wexa_sync.render.runs_json import run_data
        from wexa_sync.render.text.watch import changed_text
        from wexa_sync.render.view.run import run_view

        view = run_view(run)
        self._write("status", run_data(view), partial(changed_text, time.time(), view))

    def result(self, run: Run) -> None:
        """Write the result of a run."""
        from wexa_sync.render.text.runs import lines_of
        from wexa_sync.secrecy.redact import redact_run

        result = redact_run(run).result
        if result or self._as_json:
            about = {"execution": run.name, "id": run.id, "status": run.status, "result": result}
            self._write("result", about, lambda _: f"\n{lines_of(result)}\n")

    def _write(self, event: str, about: dict[str, Any], text: Callable[[Layout], str]) -> None:
        from wexa_sync.cli.terminal import show_data, show_text, wants_color, width
        from wexa_sync.render.layout import Layout
        from wexa_sync.text.visible import visible_json

        if self._as_json:
            line = {"time": utc(time.time()), "event": event, **about}
            show_data(visible_json(json.dumps(line, ensure_ascii=False, default=str)) + "\n")
        else:
            show_text(text(Layout(color=wants_color(sys.stdout), width=width(sys.stdout))), FOR_PEOPLE)
