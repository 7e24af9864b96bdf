"""`wexa-sync history`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


@click.command("history")
@options.argument("apply", required=False, default="")
@options.filled(options.where, options.shape(["text", "json"]))
def command(request: Request, apply: str) -> None:
    """List the applies of the past, the newest first; or show one, with what it replaced. Sends nothing."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import note, show_text, wants_color, width
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.past import history_json, past_json
    from wexa_sync.render.text.history import history_text, past_text
    from wexa_sync.render.view.history import past_view

    form, store = request.output.format, request.store
    layout = Layout(color=wants_color(sys.stdout), width=width(sys.stdout))
    if apply:
        view = past_view(engine.find_past(store, apply))
        show_text(past_json(view) if form == "json" else past_text(view, layout), form)
        return
    views = [past_view(each) for each in engine.history(store)]
    if form == "json":
        show_text(history_json(views), form)
    elif views:
        show_text(history_text(views, layout), form)
    else:
        note(f"Nothing was applied yet: the history of {store.describe()} is empty.")
