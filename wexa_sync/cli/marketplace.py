"""`wexa-sync marketplace search|check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.groups import Commands
from wexa_sync.render import VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.group("marketplace", cls=Commands)
def command() -> None:
    """Look at the coworkers that can be hired. A manifest of the kind MarketplaceHire hires one."""


@command.command()
@options.argument("text", required=False, default="")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
@options.option("--limit", type=click.IntRange(1), metavar="N", help="Show the first N.")
def search(request: Request, text: str, limit: int | None) -> None:
    """Show the coworkers of the marketplace in which the server finds TEXT; without TEXT, all of them."""
    from wexa_sync import engine
    from wexa_sync.cli.viewed import show
    from wexa_sync.model import Asked

    asked = Asked(filters={"search_key": text} if text else {}, most=limit or 0)
    with request.workspace() as workspace:
        show(engine.get(workspace, "marketplace", asked), request.output.format)


@command.command()
@options.argument("coworker")
@options.filled(options.workspace, options.shape(VIEW_RENDERERS))
def check(request: Request, coworker: str) -> None:
    """Show whether the marketplace has a newer version of COWORKER, its name or id, than what was hired."""
    from wexa_sync import engine
    from wexa_sync.cli.viewed import show
    from wexa_sync.model import Asked

    with request.workspace() as workspace:
        found = engine.get(workspace, "marketplace", Asked(name=coworker)).rows[0]
        show(engine.get(workspace, "marketplace-update", Asked(name=found.id)), request.output.format)
