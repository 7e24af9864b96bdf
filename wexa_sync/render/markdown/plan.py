"""Write a plan as Markdown: what is deleted, run or blocked first and whole; the rest as far as there is room."""

from __future__ import annotations

from collections.abc import Mapping

from wexa_sync.model import Action, Plan, Target
from wexa_sync.render.layout import Layout
from wexa_sync.render.markdown import changes
from wexa_sync.render.markdown.document import Dialect, Part, Section, document
from wexa_sync.render.markdown.words import code, listed, prose
from wexa_sync.render.rows.groups import blocked_alike
from wexa_sync.render.view.plan import ChangeView, PlanView
from wexa_sync.text.digests import short


def plan_markdown(view: PlanView, layout: Layout, dialect: Dialect) -> str:
    """Return the plan as Markdown."""
    return document(_head(view), _sections(view, layout, dialect), dialect, taken=layout.taken, whole=whole(layout))


def whole(layout: Layout) -> str:
    """Return where a reader finds what is left out."""
    if layout.whole:
        return f"The whole stands in {listed(layout.whole)}."
    return "`--output html=FILE` or `--output json=FILE` writes the whole."


def workspace(target: Target) -> str:
    """Return what a heading calls the workspace."""
    return code(target.environment or target.base_url.partition("://")[2] or target.base_url)


def where(plan: Plan) -> str:
    """Return where the workspace is, and the digest of the plan."""
    digest = f" · digest {code(short(plan.digest))}" if plan.digest else ""
    return f"{code(plan.target.base_url)} · organisation {code(plan.target.org_id)}{digest}"


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
    title = prose(view.title) if view.plan.basis else f"wexa-sync plan: {workspace(target)}"
    lines = [
        f"## {title}",
        f"**{view.verdict}**",
        *([prose(view.origins)] if view.origins else []),
        *([prose(view.note)] if view.note else []),
        *([table(counts)] if view.work or view.blocked else []),
        *([where(view.plan)] if target.base_url else []),
    ]
    return "\n\n".join(lines) + "\n"


def lost(said: tuple[str, str, str]) -> list[Part]:
    """Return what stands in the place of many blocked changes where the state seems to be lost."""
    return [Part("\n\n".join(map(prose, said)) + "\n")] if any(said) else []


def _sections(view: PlanView, layout: Layout, dialect: Dialect) -> list[Section]:
    def of(action: Action) -> list[ChangeView]:
        found = [change for change in view.work if change.action is action]
        return sorted(found, key=lambda change: "unexplained" not in change.origins)

    warnings = [Part(f"- {prose(warning)}\n") for warning in view.plan.warnings]
    return [
        Section(
            "Removed" if view.is_drift else "Deleted", changes.lines(of(Action.DELETE), layout), "deletions", grave=True
        ),
        Section("Executions started", changes.unfolding(of(Action.RUN), layout, dialect), "executions", grave=True),
        Section("The state seems to be lost", lost(view.lost), "messages", grave=True, counted=False),
        Section("Blocked", changes.blocked(blocked_alike(view.listed), layout, dialect), "blocked changes", grave=True),
        Section("Warnings", warnings, "warnings", grave=True, counted=False),
        Section("No longer declared: `--prune` deletes or forgets", changes.addresses(view.prunable), "resources"),
        Section("No longer declared: can't be deleted", changes.unprunable(view.unprunable), "resources"),
        Section("Changed", changes.unfolding(of(Action.UPDATE), layout, dialect), "updates"),
        Section("Added", changes.unfolding(of(Action.CREATE), layout, dialect), "new resources"),
        Section("Adopted: live already, managed from now on", changes.lines(of(Action.ADOPT), layout), "adoptions"),
        Section("Forgotten: managed no more, not touched", changes.lines(of(Action.FORGET), layout), "resources"),
    ]
