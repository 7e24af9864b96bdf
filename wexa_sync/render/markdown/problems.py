"""Write an error as Markdown: one failure, or every problem of the manifests with its place."""

from __future__ import annotations

from wexa_sync.errors import Problem
from wexa_sync.render.layout import Layout
from wexa_sync.render.markdown.document import Dialect, Part, Section, document
from wexa_sync.render.markdown.plan import whole
from wexa_sync.render.markdown.words import code, place, prose
from wexa_sync.render.view.problems import ProblemsView


def problems_markdown(view: ProblemsView, layout: Layout, dialect: Dialect) -> str:
    """Return the problems as Markdown."""
    hint = f"{prose(view.hint)}\n" if view.hint else ""
    head = f"## wexa-sync\n\n**{'❌' if view.type else '✅'} {prose(view.message)}**\n\n{hint}"
    parts = [_part(problem, layout) for problem in view.problems]
    sections = [Section("Problems", parts, "problems", grave=True)]
    return document(head, sections, dialect, taken=layout.taken, whole=whole(layout))


def _part(problem: Problem, layout: Layout) -> Part:
    path = f" {code(problem.path)}" if problem.path else ""
    short = f"- {code(str(problem.source))}{path}"
    hint = f" {prose(problem.hint)}" if problem.hint else ""
    linked = f"- {place(problem.source, layout, str(problem.source))}{path}"
    return Part(f"{short}\n", f"{linked}: {prose(problem.message)}{hint}\n")
