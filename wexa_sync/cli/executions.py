"""`wexa-sync executions list|show|wait|pause|resume|cancel|answer`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from wexa_sync.cli import options
from wexa_sync.render import FOR_PEOPLE, RUN_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.api.client import Api
    from wexa_sync.model import Run
    from wexa_sync.render import RunRenderer
    from wexa_sync.state import State

_one = click.argument("execution", metavar="ADDRESS|ID")


@click.group("executions")
def command() -> None:
    """Look at what runs and what ran, wait for it, and act on it."""


@command.command("list")
@options.workspace
@options.shape(RUN_RENDERERS)
def list_(format_: str, **given: Any) -> None:
    """List the executions of the managed projects, with their addresses where they are declared."""
    from wexa_sync.executions.runs import list_runs
    from wexa_sync.render.view.run import run_view
    from wexa_sync.text.visible import visible

    with _api(given) as (api, state):
        views = [run_view(run) for run in list_runs(api, state)]
    talks = format_ == FOR_PEOPLE
    if talks and not views:
        click.echo("No executions.", err=True)
    elif talks and not sys.stdout.isatty():  # for a pipe: a line a run, its fields apart
        for view in views:
            click.echo("\t".join(map(visible, (view.id, view.status, view.address or "-", view.goal))))
    else:
        click.echo(_renderer(format_).runs(views), nl=False)


@command.command()
@_one
@options.workspace
@options.shape(RUN_RENDERERS)
def show(execution: str, format_: str, **given: Any) -> None:
    """Show one execution: its status, its inputs, what it asks and its result."""
    from wexa_sync.errors import ApiError
    from wexa_sync.executions.inbox import asking
    from wexa_sync.text.visible import visible

    with _run(execution, given) as (api, found):
        run = found
        try:
            run = asking(api, found)
        except ApiError as error:
            _say(visible(f"Warning: what it asks can't be read: {error.message}"))
    _show(run, format_)


@command.command()
@_one
@options.workspace
@options.shape(RUN_RENDERERS)
@options.option(
    "--timeout",
    type=options.Seconds(min=0),
    default=3600.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop waiting after that long; the run goes on.",
)
def wait(execution: str, format_: str, timeout: float, **given: Any) -> None:
    """Wait for the end of an execution, and show its result. Exits with 0 only where it completed.

    What it asks meanwhile is shown with the command that answers: give it in another terminal.
    """
    from wexa_sync.api.cutoff import Cutoff
    from wexa_sync.cli.progress import watching
    from wexa_sync.executions.runs import GONE, bad_end, running
    from wexa_sync.executions.watch import READ_FAILURES, watch
    from wexa_sync.render.text.runs import lines_of
    from wexa_sync.secrecy.redact import redact_run

    with _run(execution, given) as (api, found):
        try:
            with watching(found) as (tell, ask):
                run = watch(
                    api,
                    found,
                    until=(running(found).ended | {GONE}).__contains__,
                    seconds=timeout,
                    cutoff=Cutoff(),
                    tell=tell,
                    ask=ask,
                    most=2.0,
                    patience=READ_FAILURES,
                )
        except KeyboardInterrupt:
            _say("The run goes on by itself; `wexa-sync executions wait` waits again.")
            raise
    if format_ != FOR_PEOPLE:
        _show(run, format_)
    elif result := redact_run(run).result:
        click.echo(lines_of(result))
    if error := bad_end(redact_run(run), f"took longer than {timeout:g} s"):
        raise error


def _register(verb: str, about: str) -> None:
    """Make the sub-command of a move."""

    @command.command(verb, help=about)
    @_one
    @options.workspace
    @options.shape(RUN_RENDERERS)
    def move(execution: str, format_: str, **given: Any) -> None:
        from wexa_sync.executions.control import move as make
        from wexa_sync.executions.runs import running

        with _run(execution, given) as (api, found):
            run, sent = make(api, found, running(found).moves[verb])
        _after(run, format_, f"{run.name} is {run.status}{'' if sent else ' already'}.")


_register("pause", "Pause an execution.")
_register("resume", "Let a paused execution go on.")
_register("cancel", "End an execution for good.")


@command.command()
@_one
@options.workspace
@options.shape(RUN_RENDERERS)
@options.option("--approve", is_flag=True, help="Say yes.")
@options.option("--reject", is_flag=True, help="Say no.")
@options.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="A value for what it asks; repeatable.")
@options.option("--item", default="", metavar="ID", help="Which question, where it asks more than one.")
def answer(
    execution: str, format_: str, approve: bool, reject: bool, inputs: tuple[str, ...], item: str, **given: Any
) -> None:
    """Answer what a waiting execution asks. `executions show` has the questions, and the options that answer them."""
    from wexa_sync.executions.answer import Answer
    from wexa_sync.executions.answer import answer as give

    if approve and reject:
        raise click.UsageError("--approve and --reject can't both be meant.")
    approved = approve if approve or reject else None
    said = Answer(approved=approved, values=_assigned(inputs), item=item)
    with _run(execution, given) as (api, found):
        run = give(api, found, said)
    _after(run, format_, f"Answered: {run.name} is {run.status}.")


def _after(run: Run, format_: str, said: str) -> None:
    """Show what came of it."""
    from wexa_sync.text.visible import visible

    if format_ == FOR_PEOPLE:
        click.echo(visible(said))
    else:
        _show(run, format_)


def _show(run: Run, format_: str) -> None:
    from wexa_sync.executions.answer import how_to_answer
    from wexa_sync.render.view.run import run_view

    answers = [how_to_answer(run, question) for question in run.questions]
    click.echo(_renderer(format_).run(run_view(run, answers)), nl=False)


def _renderer(format_: str) -> RunRenderer:
    from wexa_sync.cli.terminal import wants_color, width
    from wexa_sync.render.layout import Layout

    return RUN_RENDERERS[format_](Layout(color=wants_color(sys.stdout), width=width()))


def _assigned(inputs: tuple[str, ...]) -> dict[str, str]:
    from wexa_sync.errors import UsageError

    pairs = [text.partition("=") for text in inputs]
    for text, (name, sign, _) in zip(inputs, pairs, strict=True):
        if not name or not sign:
            raise UsageError(f"{text!r} is no NAME=VALUE", hint="Write --input NAME=VALUE, once for each value.")
    return {name: value for name, _, value in pairs}


@contextmanager
def _api(given: Mapping[str, Any]) -> Iterator[tuple[Api, State]]:
    from wexa_sync.cli.setup import settings_for, workspace_for

    with workspace_for(settings_for((), given), given) as workspace:
        workspace.api.sign_in()
        yield workspace.api, workspace.store.load()


@contextmanager
def _run(execution: str, given: Mapping[str, Any]) -> Iterator[tuple[Api, Run]]:
    """The API, and the run that is meant."""
    from wexa_sync.cli.setup import addresses
    from wexa_sync.executions.runs import find_run

    if "/" in execution:
        addresses([execution])  # a wrong one is a wrong use
    with _api(given) as (api, state):
        yield api, find_run(api, state, execution)


def _say(text: str) -> None:
    from wexa_sync.cli.terminal import event, speaks_json

    if speaks_json():
        event("note", message=text)
    else:
        click.echo(text, err=True)
