"""Show the problems of an error as text for a terminal."""

from __future__ import annotations

from itertools import groupby

from wexa_sync.errors import InvalidManifests, WexaSyncError
from wexa_sync.render.text.page import Page, Part
from wexa_sync.text.visible import prose, visible


def problems_text(error: WexaSyncError, *, color: bool, width: int = 80) -> str:
    """An error for the terminal; of invalid manifests every problem, by file, and last how many there are."""
    page = Page(color=color, width=width)
    if not isinstance(error, InvalidManifests):
        page.wrapped([("Error: ", "bold red")], prose(error.message))
        if error.hint:
            page.wrapped([("Hint: ", "bold")], prose(error.hint))
        return page.render()
    for _, problems in groupby(error.problems, key=lambda problem: problem.source.file):
        page.blank()
        for problem in problems:
            path: list[Part] = ["  ", (visible(problem.path), "cyan")] if problem.path else []
            page.line((visible(str(problem.source)), "bold"), *path)
            page.wrapped(["    "], (prose(problem.message), "red"))
            if problem.hint:
                page.wrapped(["    hint: "], prose(problem.hint))
    page.blank()
    page.wrapped([], (prose(error.message), "bold"), f" {prose(error.hint)}")
    return page.render()
