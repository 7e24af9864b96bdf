"""Print what was read of the workspace, for people, for a pipe or for programs."""

from __future__ import annotations

import sys

from wexa_sync.model import Viewed
from wexa_sync.render import TABLE, VIEW_RENDERERS


def show(viewed: Viewed, format: str, *, again: bool = False) -> None:  # the option's name
    """Print a view in that format. `again`: it was shown before, and has changed."""
    from wexa_sync.cli.terminal import note, show_data, show_text, wants_color, warn, width
    from wexa_sync.render import FOR_PEOPLE
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.text.views import viewed_lines

    for text in viewed.notes:
        warn(text)
    talks = format == TABLE and sys.stdout.isatty()
    if format == TABLE and not viewed.rows:
        note(f"Nothing to show: {viewed.view}.")
    elif talks:
        layout = Layout(color=wants_color(sys.stdout), width=width(sys.stdout))
        show_text(("\n" if again else "") + VIEW_RENDERERS[format](layout)(viewed), FOR_PEOPLE)
    elif format == TABLE:
        show_data(viewed_lines(viewed))
    else:
        show_data(("---\n" if again and format == "yaml" else "") + VIEW_RENDERERS[format](Layout())(viewed))
    sys.stdout.flush()
