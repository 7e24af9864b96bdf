"""`wexa-sync validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("validate")
@options.filled(options.manifests, options.where, options.formats)
def command(request: Request) -> None:
    """Check the manifests offline, and report every problem at once."""
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.render.view.problems import ProblemsView, no_problems

    with outputs(request, ProblemsView) as show:
        count = len(request.desired().manifests)
        show(no_problems(f"Valid: {count} resource{'' if count == 1 else 's'}."))
