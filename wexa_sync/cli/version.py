"""`wexa-sync version`."""

from __future__ import annotations

import click

from wexa_sync import __version__


@click.command("version")
def command() -> None:
    """Show the version."""
    click.echo(f"wexa-sync {__version__}")
