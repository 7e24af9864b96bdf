"""Write the views as one HTML file each, which needs no network and no script.

`page` fills the templates, `entries` collects what they say of changes, and `picture` draws what waits for what.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from itertools import groupby
from typing import Final

from wexa_sync.model import Action, Outcome, Status
from wexa_sync.render.html.entries import Entries
from wexa_sync.render.html.page import filled
from wexa_sync.render.html.picture import picture
from wexa_sync.render.layout import Layout
from wexa_sync.render.links import Links
from wexa_sync.render.view.environments import BLOCKED, MEANINGS, EnvironmentsView
from wexa_sync.render.view.plan import SYMBOLS, PlanView
from wexa_sync.render.view.problems import ProblemsView
from wexa_sync.render.view.report import STATUS_WORDS, ReportView

_SECTIONS: Final = {
    Action.DELETE: ("Deletions", "deletion"),
    Action.RUN: ("Executions to start", "execution"),
    Action.UPDATE: ("Updates", "update"),
    Action.CREATE: ("New resources", "new resource"),
    Action.ADOPT: ("Taken into the state; the server is not changed", "adoption"),
    Action.FORGET: ("Dropped from the state; the server is not changed", "dropped address"),
}
"""The headings in the order of the page, and the word for one of each. What can't be undone comes first."""

_DRIFTED: Final = {
    Action.DELETE: ("Removed on the live side", "removal"),
    Action.UPDATE: ("Changed on the live side", "change"),
    Action.CREATE: ("Added on the live side", "addition"),
}
"""The same of what others did since the last apply."""

_BEHIND_BLOCKED: Final = (Action.DELETE, Action.RUN)

_ENDS: Final = {
    Status.FAILED: "Failed",
    Status.UNKNOWN: "Unknown: may or may not have happened",
    Status.CONFLICT: "In conflict: changed on the live side since the plan",
    Status.ONGOING: "Started, and the end not seen",
    Status.SKIPPED: "Skipped",
    Status.APPLIED: "Done",
}


def plan_html(view: PlanView, layout: Layout) -> str:
    """Return the page of a plan: the whole in numbers, what to look at first, and every change with its fields."""
    entries = Entries(view, Links(base=layout.source_url))
    blocked = ("blocked", "Blocked", "blocked change", len(view.listed))
    names = _SECTIONS | (_DRIFTED if view.is_drift else {})
    kinds = [(action.value, *names[action], view.plan.count(action)) for action in _SECTIONS]
    kinds.insert(len(_BEHIND_BLOCKED), blocked)
    work = view.work
    by_action = {action.value: [change for change in work if change.action is action] for action in _SECTIONS}
    # The fields of the first sections take the page's room first.
    sections = [
        (key, title, word, count, entries.of_blocked(view.listed) if key == "blocked" else entries.of(by_action[key]))
        for key, title, word, count in kinds
        if count
    ]
    return filled(
        "plan.html.j2",
        view=view,
        sections=sections,
        symbols={action.value: symbol for action, symbol in SYMBOLS.items()} | {"blocked": BLOCKED},
        words={action.value: view.word(action) for action in _SECTIONS} | {"blocked": "blocked"},
        first=[kind for kind in kinds[: len(_BEHIND_BLOCKED) + 1] if kind[3]],
        unprunable=entries.of_blocked(view.unprunable),
        picture=picture(work),
        ids=entries.ids,
        unchanged=view.plan.count(Action.NOOP),
    )


def report_html(view: ReportView, layout: Layout) -> str:
    """Return the page of a report: how it ended, what to do next, and each change with how it ended."""
    ordered = sorted(view.outcomes, key=lambda outcome: [*_ENDS].index(outcome.status))
    sections: Sequence[tuple[str, str, list[Outcome]]] = [
        (STATUS_WORDS[status], _ENDS[status], list(outcomes))
        for status, outcomes in groupby(ordered, key=lambda outcome: outcome.status)
    ]
    return filled(
        "report.html.j2",
        view=view,
        sections=sections,
        links=Links(base=layout.source_url),
        symbols=SYMBOLS,
        times=[datetime.fromtimestamp(time, tz=timezone.utc) for time in (view.report.started, view.report.ended)],
    )


def problems_html(view: ProblemsView, layout: Layout) -> str:
    """Return the page of an error: what failed and what to do next; of invalid manifests each problem, by file."""
    files = [
        (file, list(problems)) for file, problems in groupby(view.problems, key=lambda problem: problem.source.file)
    ]
    return filled("problems.html.j2", view=view, files=files, links=Links(base=layout.source_url))


def environments_html(view: EnvironmentsView) -> str:
    """Return the page of several plans: a table of what is not as declared, resources by environments."""
    return filled("environments.html.j2", view=view, meanings=MEANINGS)
