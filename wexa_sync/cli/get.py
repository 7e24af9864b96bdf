"""`wexa-sync get`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import asked, options
from wexa_sync.cli.known import KnownView
from wexa_sync.cli.values import Assignment, Seconds, by_name
from wexa_sync.render import VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("get")
@options.argument("kind", type=KnownView())
@options.argument("name", required=False, default="")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
@options.option(
    "--filter", "filters", type=Assignment(), multiple=True, metavar="NAME=VALUE", help="Show only what has that value."
)
@asked.project
@asked.most
@options.option("--watch", is_flag=True, help="Look again and again, and show each change; Ctrl-C ends it.")
@options.option(
    "--interval", type=Seconds(min=0.1), default=5.0, show_default=True, metavar="SECONDS", help="How often to look."
)
def command(
    request: Request,
    kind: str,
    name: str,
    filters: tuple[tuple[str, str], ...],
    project: str,
    limit: int | None,
    watch: bool,
    interval: float,
) -> None:
    """Show what is live of KIND, or the one of that NAME: its name, id, handle or address.

    KIND is a kind, such as flow or skill, or settings, tag, member, task, inbox, customer, quota, credit, marketplace,
    connector-type, action, event and others: a wrong one names them all.
    """
    from wexa_sync import engine
    from wexa_sync.cli.terminal import warn
    from wexa_sync.cli.viewed import show
    from wexa_sync.errors import ApiError
    from wexa_sync.model import Asked

    wanted = Asked(name=name, project=project, filters=by_name(filters, "--filter"), most=limit or 0)
    with request.workspace() as workspace:
        last = engine.get(workspace, kind, wanted)
        show(last, request.output.format)
        while watch:
            time.sleep(interval)
            try:
                now = engine.get(workspace, kind, wanted)
            except ApiError as error:  # the server may be back at the next look
                warn(error.message)
                continue
            if now != last:
                show(now, request.output.format, again=True)
            last = now
