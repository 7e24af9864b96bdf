"""`wexa-sync validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.command("validate")
@options.manifests
@options.where
def command(paths: tuple[Path, ...], assignments: tuple[str, ...], var_files: tuple[Path, ...], **given: Any) -> None:
    """Check the manifests offline, every problem at once."""
    from wexa_sync.cli.setup import desired_for, settings_for

    desired = desired_for(paths, settings_for(paths, given), assignments=assignments, var_files=var_files)
    count = len(desired.manifests)
    click.echo(f"Valid: {count} resource{'' if count == 1 else 's'}.")
