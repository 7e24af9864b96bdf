"""Show one execution, wait for its end, and read the values that a command gives it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wexa_sync.cli.values import by_name
from wexa_sync.render import FOR_PEOPLE, RUN_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.errors import WexaSyncError
    from wexa_sync.executions.answer import Answer
    from wexa_sync.model import Run
    from wexa_sync.render import RunRenderer
    from wexa_sync.workspace import Workspace


def wait_for(found: Run, workspace: Workspace, format: str, timeout: float) -> WexaSyncError | None:
    """Wait for the end of a run, and show its result. Return why it has no good end; None where it has."""
    from wexa_sync import engine
    from wexa_sync.cli.progress import watching
    from wexa_sync.cli.terminal import note
    from wexa_sync.executions.runs import bad_end
    from wexa_sync.render.text.runs import lines_of
    from wexa_sync.secrecy.redact import redact_run

    try:
        with watching(found) as (report, ask):
            run = engine.wait(workspace, found, seconds=timeout, tell=report, ask=ask)
    except KeyboardInterrupt:
        note(f"The run goes on by itself: `wexa-sync executions wait {found.name}` waits for its end again.")
        raise
    if format != FOR_PEOPLE:
        show_run(run, format)
    elif result := redact_run(run).result:
        click.echo(lines_of(result))
    return bad_end(redact_run(run), f"took longer than {timeout:g} s")


def show_run(run: Run, format: str) -> None:
    """Print one run in that format, with what it asks and the commands that answer."""
    from wexa_sync.cli.terminal import show_text
    from wexa_sync.executions.answer import how_to_answer
    from wexa_sync.render.view.run import run_view

    answers = [how_to_answer(run, question) for question in run.questions]
    show_text(renderer(format).run(run_view(run, answers)), format)


def renderer(format: str) -> RunRenderer:
    """Return what lays out executions in that format, for stdout."""
    from wexa_sync.cli.terminal import wants_color, width
    from wexa_sync.render.layout import Layout

    return RUN_RENDERERS[format](Layout(color=wants_color(sys.stdout), width=width(sys.stdout)))


def assigned(inputs: tuple[str, ...]) -> dict[str, str]:
    """Return the values of --input by their names. Raises UsageError for what assigns nothing, or twice."""
    from wexa_sync.errors import UsageError

    pairs = [text.partition("=") for text in inputs]
    for text, (name, sign, _) in zip(inputs, pairs, strict=True):
        if not name or not sign:
            raise UsageError(f"{text!r} is no NAME=VALUE", hint="Write --input NAME=VALUE, once for each value.")
    return by_name([(name, value) for name, _, value in pairs], "--input")


def answer_of(approve: bool, reject: bool, inputs: tuple[str, ...], item: str) -> Answer:
    """Return what a person answers to the question `item`. Fails where that is a yes and a no."""
    from wexa_sync.executions.answer import Answer

    if approve and reject:
        raise click.UsageError("--approve and --reject can't be given together.")
    return Answer(approved=approve if approve or reject else None, values=assigned(inputs), item=item)
