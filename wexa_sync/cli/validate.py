"""`wexa-sync validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("validate")
@options.filled(options.manifests, options.where)
def command(request: Request) -> None:
    """Check the manifests offline, and report every problem at once."""
    count = len(request.desired().manifests)
    click.echo(f"Valid: {count} resource{'' if count == 1 else 's'}.")
