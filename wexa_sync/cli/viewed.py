"""Print what was read of the workspace, for people, for a pipe or for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from wexa_sync.model import Viewed
from wexa_sync.render import TABLE, VIEW_RENDERERS

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


def show(viewed: Viewed, format: str, *, again: bool = False) -> None:  # the option's name
    """Print a view in that format. `again`: it was shown before, and has changed."""
    from wexa_sync.cli.streams import write_data
    from wexa_sync.cli.terminal import note, show_data, show_text, wants_color, warn, width
    from wexa_sync.render import FOR_PEOPLE
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.text.views import viewed_lines

    talks = format == TABLE and sys.stdout.isatty()
    empty = not viewed.rows and not (viewed.about and talks)  # a pipe gets the rows alone
    for text in viewed.notes if format != TABLE or not empty else ():
        warn(text)
    if format == TABLE and empty:
        note(" ".join((f"Nothing to show: {viewed.view}.", *viewed.notes)))
    elif talks:
        layout = Layout(color=wants_color(sys.stdout), width=width(sys.stdout))
        show_text(("\n" if again else "") + VIEW_RENDERERS[format](layout)(viewed), FOR_PEOPLE)
    elif format == TABLE:
        show_data(viewed_lines(viewed))
    else:
        if again and format == "yaml":
            write_data("---\n", sys.stdout)  # show_data would break it, as what a CI system may take for an order
        show_data(VIEW_RENDERERS[format](Layout())(viewed))
    sys.stdout.flush()


def show_view(
    request: Request, view: str, name: str = "", *, project: str = "", most: int | None = None, **filters: str | None
) -> None:
    """Read a view, and print it. A filter that is None is not given."""
    from wexa_sync import engine
    from wexa_sync.model import Asked

    given = {filter_: value for filter_, value in filters.items() if value is not None}
    with request.workspace() as workspace:
        viewed = engine.get(workspace, view, Asked(name=name, project=project, filters=given, most=most or 0))
    show(viewed, request.output.format)
