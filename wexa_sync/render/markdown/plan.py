"""Write a plan as Markdown: what is deleted, run or blocked first and whole; the rest as far as there is room."""

from __future__ import annotations

from collections.abc import Mapping

from wexa_sync.model import Action
from wexa_sync.render.layout import Layout
from wexa_sync.render.markdown import changes
from wexa_sync.render.markdown.document import Dialect, Part, Section, document
from wexa_sync.render.markdown.words import code, listed, prose
from wexa_sync.render.rows.groups import blocked_alike
from wexa_sync.render.view.plan import ChangeView, PlanView


def plan_markdown(view: PlanView, layout: Layout, dialect: Dialect) -> str:
    """Return the plan as Markdown."""
    return document(_head(view), _sections(view, layout, dialect), dialect, taken=layout.taken, whole=whole(layout))


def whole(layout: Layout) -> str:
    """Return where a reader finds what is left out."""
    if layout.whole:
        return f"The whole stands in {listed(layout.whole)}."
    return "`wexa-sync plan` shows the whole, and so does `--output html=FILE` or `--output json=FILE`."


def workspace(environment: str, base_url: str) -> str:
    """Return what a heading calls the workspace."""
    return code(environment or base_url.partition("://")[2] or base_url)


def table(counts: Mapping[str, int]) -> str:
    """Return counts as a table of two lines."""
    names, numbers = counts.keys(), counts.values()
    return "\n".join(
        f"| {' | '.join(row)} |" for row in (names, ["--:"] * len(counts), [f"**{n}**" if n else "0" for n in numbers])
    )


def _head(view: PlanView) -> str:
    target = view.plan.target
    kept = ("add", "change", "delete", "run", "blocked")
    counts = {name: count for name, count in view.counts.items() if name != "noop" and (count or name in kept)}
    digest = f" · digest {code(view.digest)}" if view.digest else ""
    lines = [
        f"## wexa-sync plan: {workspace(target.environment, target.base_url)}",
        f"**{view.verdict}**",
        *([table(counts)] if view.work or view.blocked else []),
        f"{code(target.base_url)} · organisation {code(target.org_id)}{digest}",
    ]
    return "\n\n".join(lines) + "\n"


def _sections(view: PlanView, layout: Layout, dialect: Dialect) -> list[Section]:
    def of(action: Action) -> list[ChangeView]:
        return [change for change in view.work if change.action is action]

    level = layout.level
    warnings = [Part(f"- {prose(warning)}\n") for warning in view.plan.warnings]
    return [
        Section("Deleted", changes.lines(of(Action.DELETE)), "deletions", grave=True),
        Section("Executions started", changes.unfolding(of(Action.RUN), level, dialect), "executions", grave=True),
        Section("Blocked", changes.blocked(blocked_alike(view.blocked), level, dialect), "blocked changes", grave=True),
        Section("Warnings", warnings, "warnings", grave=True, counted=False),
        Section("No longer declared: `--prune` deletes or forgets", changes.addresses(view.prunable), "resources"),
        Section("No longer declared: can't be deleted", changes.unprunable(view.unprunable), "resources"),
        Section("Changed", changes.unfolding(of(Action.UPDATE), level, dialect), "updates"),
        Section("Added", changes.unfolding(of(Action.CREATE), level, dialect), "new resources"),
        Section("Adopted: live already, managed from now on", changes.lines(of(Action.ADOPT)), "adoptions"),
        Section("Forgotten: managed no more, not touched", changes.lines(of(Action.FORGET)), "resources"),
    ]
