"""Show the problems of an error as text for a terminal."""

from __future__ import annotations

from itertools import groupby

from wexa_sync.render.layout import Layout
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.view.problems import ProblemsView
from wexa_sync.text.visible import prose


def problems_text(view: ProblemsView, layout: Layout) -> str:
    """Return an error for the terminal; of invalid manifests every problem, by file, and last how many there are."""
    page = Page(color=layout.color, width=layout.width)
    if not view.type:
        page.wrapped([], view.message)
        return page.render()
    if not view.problems:
        page.wrapped([("Error: ", "bold red")], prose(view.message))
        if view.hint:
            page.wrapped([("Hint: ", "bold")], prose(view.hint))
        return page.render()
    for _, problems in groupby(view.problems, key=lambda problem: problem.source.file):
        page.blank()
        for problem in problems:
            path: list[Part] = ["  ", (problem.path, "cyan")] if problem.path else []
            page.line((str(problem.source), "bold"), *path)
            page.wrapped(["    "], (prose(problem.message), "red"))
            if problem.hint:
                page.wrapped(["    hint: "], prose(problem.hint))
    page.blank()
    page.wrapped([], (prose(view.message), "bold"), f" {prose(view.hint)}")
    return page.render()
