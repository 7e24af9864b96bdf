"""`wexa-sync executions run|list|show|watch|wait|pause|resume|cancel|answer`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import asked, options
from wexa_sync.cli.executions_run import command as run_command
from wexa_sync.cli.executions_watch import command as watch_command
from wexa_sync.cli.groups import Commands
from wexa_sync.cli.known import KnownAddressOrId
from wexa_sync.cli.values import Since
from wexa_sync.render import FOR_PEOPLE, RUN_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.model import Run


@click.group("executions", cls=Commands)
def command() -> None:
    """Run, list, watch, control and answer executions."""


command.add_command(run_command)


@command.command("list")
@options.filled(options.workspace, options.shape(RUN_RENDERERS))
@options.option("--status", "statuses", multiple=True, metavar="WORD", help="Only those of that status.")
@options.of_flow
@options.option(
    "--since", type=Since(), metavar="TIME", help="Only those created since: 2h, 30m, 3d ago, or a date and time."
)
@options.option("--limit", type=click.IntRange(1), metavar="N", help="Only the newest N.")
def list_(request: Request, statuses: tuple[str, ...], flow: str, since: float | None, limit: int | None) -> None:
    """List the executions of the managed projects, the newest last, with their addresses where the state has them."""
    from wexa_sync import engine
    from wexa_sync.cli.runs import renderer
    from wexa_sync.cli.terminal import note, show_data, show_text
    from wexa_sync.executions.choose import Wish
    from wexa_sync.render.text.runs import run_line
    from wexa_sync.render.view.run import run_view

    wish = Wish(statuses=statuses, flow=flow, since=since, limit=limit)
    with request.workspace() as workspace:
        views = [run_view(run) for run in engine.runs(workspace, wish)]
    talks = request.output.format == FOR_PEOPLE
    if talks and not views:
        wanted = [("--status", word) for word in statuses] + [("--flow", flow)] * bool(flow)
        asked_for = [*map(" ".join, wanted), *(["--since"] if since is not None else [])]
        note(f"No executions{' with ' if asked_for else ''}{', '.join(asked_for)}.")
    elif talks and not sys.stdout.isatty():  # for a pipe: a line a run, its fields apart
        show_data("".join(map(run_line, views)))
    else:
        show_text(renderer(request.output.format).runs(views), request.output.format)


def _of_one(function: Callable[..., None]) -> click.Command:
    """Make a command about one execution of a function."""
    execution = options.argument("execution", type=KnownAddressOrId(), metavar="ADDRESS|ID")
    return command.command()(execution(options.filled(options.workspace, options.shape(RUN_RENDERERS))(function)))


@_of_one
def show(request: Request, execution: str) -> None:
    """Show one execution: its status, inputs, questions and result."""
    from wexa_sync import engine
    from wexa_sync.cli.runs import show_run
    from wexa_sync.cli.terminal import note
    from wexa_sync.errors import ApiError

    with request.workspace() as workspace:
        run = engine.find_run(workspace, execution)
        try:
            run = engine.with_questions(workspace, run)
        except ApiError as error:
            note(f"Warning: its questions can't be read: {error.message}")
    show_run(run, request.output.format)


command.add_command(watch_command)


@_of_one
@asked.patience("Stop waiting after so long; the execution continues.")
def wait(request: Request, execution: str, timeout: float) -> None:
    """Wait for the end of an execution, and show its result. Exits with 0 only if the execution completed.

    What it asks meanwhile is shown with the command that answers: give it in another terminal.
    """
    from wexa_sync import engine
    from wexa_sync.cli.runs import wait_for

    with request.workspace() as workspace:
        error = wait_for(engine.find_run(workspace, execution), workspace, request.output.format, timeout)
    if error is not None:
        raise error


@_of_one
def pause(request: Request, execution: str) -> None:
    """Pause an execution."""
    _control(request, execution, "pause")


@_of_one
def resume(request: Request, execution: str) -> None:
    """Let a paused execution continue."""
    _control(request, execution, "resume")


@_of_one
def cancel(request: Request, execution: str) -> None:
    """End an execution for good."""
    _control(request, execution, "cancel")


@_of_one
@asked.said
@options.option("--item", default="", metavar="ID", help="The question to answer, if there are several.")
def answer(request: Request, execution: str, approve: bool, reject: bool, inputs: tuple[str, ...], item: str) -> None:
    """Answer a question of a waiting execution. `executions show` prints the questions and how to answer them."""
    from wexa_sync import engine
    from wexa_sync.cli.runs import answer_of

    said = answer_of(approve, reject, inputs, item)
    with request.workspace() as workspace:
        run = engine.answer(workspace, engine.find_run(workspace, execution), said)
    _show_result(run, request, f"Answered: {run.name} is {run.status}.")


def _control(request: Request, execution: str, verb: str) -> None:
    from wexa_sync import engine

    with request.workspace() as workspace:
        run, sent = engine.control(workspace, engine.find_run(workspace, execution), verb)
    _show_result(run, request, f"{run.name} is {run.status}{'' if sent else ' already'}.")


def _show_result(run: Run, request: Request, text: str) -> None:
    from wexa_sync.cli.runs import show_run
    from wexa_sync.cli.terminal import tell

    if request.output.format == FOR_PEOPLE:
        tell(text)
    else:
        show_run(run, request.output.format)
