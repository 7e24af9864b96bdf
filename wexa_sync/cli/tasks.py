"""`wexa-sync tasks list|show|pause|resume|stop`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import asked, options
from wexa_sync.cli.groups import Commands
from wexa_sync.render import TABLE, VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.group("tasks", cls=Commands)
def command() -> None:
    """List, pause, resume and stop tasks. Each execution makes one, with the execution's status."""


@command.command("list")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
@asked.project
@options.option("--status", metavar="STATUS", help="Only those of that status.")
@options.option("--created-by", metavar="ID", help="Only those of that user.")
@asked.most
def list_(request: Request, project: str, status: str | None, created_by: str | None, limit: int | None) -> None:
    """List the tasks of every project, or of one."""
    from wexa_sync.cli.viewed import show_view

    show_view(request, "task", project=project, most=limit, status=status, created_by=created_by)


def _of_one(function: Callable[..., None]) -> click.Command:
    """Make a command about one task of a function."""
    task = options.argument("task", metavar="ID")
    return command.command()(task(options.filled(options.workspace, options.shape(VIEW_RENDERERS))(function)))


@_of_one
def show(request: Request, task: str) -> None:
    """Show one task with its executions."""
    from wexa_sync.cli.viewed import show_view

    show_view(request, "task", task)


@_of_one
def pause(request: Request, task: str) -> None:
    """Pause a task."""
    _move(request, task, "pause")


@_of_one
def resume(request: Request, task: str) -> None:
    """Let a paused task continue."""
    _move(request, task, "resume")


@_of_one
def stop(request: Request, task: str) -> None:
    """End a task for good."""
    _move(request, task, "stop")


def _move(request: Request, id: str, verb: str) -> None:
    from wexa_sync import engine
    from wexa_sync.cli.terminal import tell
    from wexa_sync.cli.viewed import show
    from wexa_sync.model import Asked

    with request.workspace() as workspace:
        task, sent = engine.move_task(workspace, id, verb)
        if request.output.format != TABLE:
            show(engine.get(workspace, "task", Asked(name=id)), request.output.format)
            return
    tell(f"{task.id} is {task.status}{'' if sent else ' already'}.")
