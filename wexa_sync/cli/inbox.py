"""`wexa-sync inbox list|show|answer`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import asked, options
from wexa_sync.cli.groups import Commands
from wexa_sync.render import FOR_PEOPLE, RUN_RENDERERS, TABLE, VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.group("inbox", cls=Commands)
def command() -> None:
    """List and answer what executions ask of people."""


@command.command("list")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
@asked.project
@options.option("--status", default="pending", show_default=True, metavar="STATUS", help="Of that status, or all.")
@options.option("--type", metavar="TYPE", help="Only preview, runtime_input or anomaly_detection.")
@options.option("--search", metavar="TEXT", help="Only with that text in the summary.")
@asked.most
def list_(request: Request, project: str, status: str, type: str | None, search: str | None, limit: int | None) -> None:
    """List the items of every project, or of one, that wait for an answer."""
    from wexa_sync.cli.viewed import show_view

    wanted = None if status == "all" else status
    show_view(request, "inbox", project=project, most=limit, status=wanted, type=type, search_key=search)


@command.command()
@options.argument("item", metavar="ID")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
def show(request: Request, item: str) -> None:
    """Show one item, and the command that answers it."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import tell
    from wexa_sync.cli.viewed import show
    from wexa_sync.executions.answer import how_to_answer
    from wexa_sync.model import Asked

    with request.workspace() as workspace:
        viewed = engine.get(workspace, "inbox", Asked(name=item))
        show(viewed, request.output.format)
        if request.output.format == TABLE:
            run = engine.find_asking(workspace, item)
            asked = [question for question in run.questions if question.id == viewed.rows[0].id]
            if not asked:
                tell("It asks nothing now.")
            for question in asked:
                for line in how_to_answer(run, question, f"wexa-sync inbox answer {question.id}"):
                    tell(f"Answer with: {line}")


@command.command()
@options.argument("item", metavar="ID")
@options.filled(options.workspace, options.shape(RUN_RENDERERS))
@asked.said
def answer(request: Request, item: str, approve: bool, reject: bool, inputs: tuple[str, ...]) -> None:
    """Answer one item, as `executions answer` does."""
    from wexa_sync import engine
    from wexa_sync.cli.runs import answer_of, show_run
    from wexa_sync.cli.terminal import tell

    said = answer_of(approve, reject, inputs, item)
    with request.workspace() as workspace:
        run = engine.answer(workspace, engine.find_asking(workspace, item), said)
    if request.output.format == FOR_PEOPLE:
        tell(f"Answered: {run.name} is {run.status}.")
    else:
        show_run(run, request.output.format)
