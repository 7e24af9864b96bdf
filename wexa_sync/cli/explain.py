"""`wexa-sync explain`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.model import Address


@click.command("explain")
@options.address
@options.filled(options.manifests, options.workspace, options.timeout, options.shape(["text", "json"]))
def command(request: Request, address: Address) -> None:
    """Show why a resource is planned as it is: each field as declared, as last applied and as live. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.again import view_of_explanation
    from wexa_sync.cli.terminal import show_text, wants_color, width
    from wexa_sync.render import FOR_PEOPLE
    from wexa_sync.render.explain_json import explanation_json
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.text.explain import explanation_text

    desired = request.desired()
    scope = engine.scope_of(desired, request.sources)
    with request.workspace() as workspace:
        view = view_of_explanation(engine.explain(address, desired, workspace, scope))
    format_ = request.output.format
    layout = Layout(color=wants_color(sys.stdout), width=width(sys.stdout))
    show_text(explanation_text(view, layout) if format_ == FOR_PEOPLE else explanation_json(view), format_)
