"""The views: one for each kind that can be listed, and those of what is no kind. To add one: a View in these files."""

from __future__ import annotations

from wexa_sync.kinds.view import View
from wexa_sync.kinds.views import of_organisations, of_projects
from wexa_sync.kinds.views.of_kinds import readable, view_of

ROOT = "project"
"""The view of what holds everything else."""

OTHERS: tuple[View, ...] = (*of_projects.VIEWS, *of_organisations.VIEWS)
"""The views of what is no kind."""


def views() -> dict[str, View]:
    """Return every view by its name, those of kinds first. A view that is declared here takes the place of a kind's."""
    return {view.name: view for view in (*map(view_of, readable()), *OTHERS)}


def view_named(word: str) -> View | None:
    """Return the view of that name, in singular or plural, as people type it; None where there is none."""
    every = views().values()
    names = {_plain(name): view for view in every for name in (view.name, *view.aliases)}
    return names.get(_plain(word))


def _plain(word: str) -> str:
    word = word.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    for plural, one in (("ies", "y"), ("s", "")):
        if word.endswith(plural) and not word.endswith(("analytics", "settings")):
            return word.removesuffix(plural) + one
    return word
