"""`wexa-sync validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.model import Many

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("validate")
@options.filled(options.manifests, options.where, options.formats, many=Many.BY_DEFAULT)
def command(request: Request) -> None:
    """Check the manifests offline, for every environment unless one is named, and report every problem at once."""
    from wexa_sync.cli.environments import desired_of
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.render.view.problems import no_problems

    with outputs(request, "problems") as show:
        every = request.every or (request,)
        counts = {len(desired.manifests) for desired in desired_of(every)}
        names = ", ".join(each.settings.name for each in request.every)
        where = f" in each of {len(every)} environments ({names})" if names else ""
        show(no_problems(f"Valid: {max(counts)} resource{'' if counts == {1} else 's'}{where}."))
