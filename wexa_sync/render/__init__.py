"""Lay out plans, reports and problems (RENDERERS), executions (RUN_RENDERERS) and views (VIEW_RENDERERS), in the
formats there are.

A format is a function of a view (view/) alone, and is loaded when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:
    from wexa_sync.model import Viewed
    from wexa_sync.render.findings import Finding
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.view.environments import EnvironmentsView
    from wexa_sync.render.view.plan import PlanView
    from wexa_sync.render.view.problems import ProblemsView
    from wexa_sync.render.view.report import ReportView
    from wexa_sync.render.view.run import RunView


class Renderer(Struct, frozen=True, kw_only=True):
    """Lay out the views in one format; None for a view that the format has no form for.

    A new format is one file with these, and one line in RENDERERS.
    """

    plan: Callable[[PlanView], str] | None = None
    report: Callable[[ReportView], str] | None = None
    problems: Callable[[ProblemsView], str] | None = None
    environments: Callable[[EnvironmentsView], str] | None = None


class RunRenderer(Struct, frozen=True, kw_only=True):
    """Lay out executions in one format."""

    run: Callable[[RunView], str]
    runs: Callable[[Sequence[RunView]], str]


def _text(layout: Layout) -> Renderer:
    def lay_out(name: str, view: Any) -> str:
        """Load the one function that is needed: every command has this format."""
        text: str = getattr(import_module(f"wexa_sync.render.text.{name}"), f"{name}_text")(view, layout)
        return text

    return Renderer(
        plan=partial(lay_out, "plan"),
        report=partial(lay_out, "report"),
        problems=partial(lay_out, "problems"),
        environments=partial(lay_out, "environments"),
    )


def _json(_: Layout) -> Renderer:
    from wexa_sync.render.json import environments_json, plan_json, problems_json, report_json

    return Renderer(plan=plan_json, report=report_json, problems=problems_json, environments=environments_json)


def _html(layout: Layout) -> Renderer:
    from wexa_sync.render.html import environments_html, plan_html, problems_html, report_html
    from wexa_sync.render.html.page import environment

    environment()  # its library may be missing: better known before an apply than behind it
    return Renderer(
        plan=partial(plan_html, layout=layout),
        report=partial(report_html, layout=layout),
        problems=partial(problems_html, layout=layout),
        environments=environments_html,
    )


def _markdown(place: str, layout: Layout) -> Renderer:
    from wexa_sync.render.markdown import document
    from wexa_sync.render.markdown.environments import environments_markdown
    from wexa_sync.render.markdown.plan import plan_markdown
    from wexa_sync.render.markdown.problems import problems_markdown
    from wexa_sync.render.markdown.report import report_markdown

    dialect = document.DIALECTS[place]
    return Renderer(
        plan=partial(plan_markdown, layout=layout, dialect=dialect),
        report=partial(report_markdown, layout=layout, dialect=dialect),
        problems=partial(problems_markdown, layout=layout, dialect=dialect),
        environments=partial(environments_markdown, layout=layout, dialect=dialect),
    )


def _annotations(layout: Layout) -> Renderer:
    from wexa_sync.render.annotations import annotated

    return _of_findings(annotated, layout)


def _sarif(layout: Layout) -> Renderer:
    from wexa_sync.render.sarif import sarif

    return _of_findings(sarif, layout)


def _gitlab_codequality(layout: Layout) -> Renderer:
    from wexa_sync.render.gitlab import code_quality

    return _of_findings(code_quality, layout)


def _of_findings(write: Callable[[Sequence[Finding], Layout], str], layout: Layout) -> Renderer:
    """Return the renderer of a format that marks findings, whichever view they come from."""
    from wexa_sync.render.findings import of_plan, of_problems, of_report

    return Renderer(
        plan=lambda view: write(of_plan(view), layout),
        report=lambda view: write(of_report(view), layout),
        problems=lambda view: write(of_problems(view), layout),
    )


def _junit(_: Layout) -> Renderer:
    from wexa_sync.render.junit import plan_junit, problems_junit, report_junit

    return Renderer(plan=plan_junit, report=report_junit, problems=problems_junit)


def _gitlab_terraform(_: Layout) -> Renderer:
    from wexa_sync.render.gitlab import plan_numbers

    return Renderer(plan=plan_numbers)


def _text_of_runs(layout: Layout) -> RunRenderer:
    from wexa_sync.render.text.runs import run_text, runs_text

    return RunRenderer(run=partial(run_text, layout=layout), runs=partial(runs_text, layout=layout))


def _json_of_runs(_: Layout) -> RunRenderer:
    from wexa_sync.render.runs_json import run_json, runs_json

    return RunRenderer(run=run_json, runs=runs_json)


def _table_of_view(layout: Layout) -> Callable[[Viewed], str]:
    from wexa_sync.render.text.views import viewed_text

    return partial(viewed_text, layout=layout)


def _json_of_view(_: Layout) -> Callable[[Viewed], str]:
    from wexa_sync.render.json import json_text
    from wexa_sync.render.views import viewed_data

    return lambda viewed: json_text(viewed_data(viewed))


def _yaml_of_view(_: Layout) -> Callable[[Viewed], str]:
    from wexa_sync.render.views import viewed_data
    from wexa_sync.render.yaml import yaml_text

    return lambda viewed: yaml_text(viewed_data(viewed))


FOR_PEOPLE: Final = "text"
"""The format of a conversation on the terminal. Any other is one document, and stdout holds nothing else."""

RENDERERS: Final[Mapping[str, Callable[[Layout], Renderer]]] = {
    FOR_PEOPLE: _text,
    "json": _json,
    "html": _html,
    "markdown": partial(_markdown, "github"),
    "markdown-gitlab": partial(_markdown, "gitlab"),
    "markdown-bitbucket": partial(_markdown, "bitbucket"),
    "step-summary": partial(_markdown, "step-summary"),
    "annotations": _annotations,
    "sarif": _sarif,
    "junit": _junit,
    "gitlab-terraform": _gitlab_terraform,
    "gitlab-codequality": _gitlab_codequality,
}

WITH_NOOPS: Final = frozenset({"html", "json", "junit"})
"""The formats that show what stays as it is."""

FOR_LOGS: Final = frozenset({"annotations"})
"""The formats that are commands to a CI system, which reads them in the log. They make every text in them harmless."""

HARMLESS: Final = FOR_LOGS | {"json"}
"""The formats that see to it themselves that a CI system finds no order in a text of others."""

ADDED: Final = frozenset({"step-summary"})
"""The formats that are added to what their file holds already."""

WHOLE: Final = ("html", "text", "json")
"""The formats that leave nothing out for want of room. What a shorter format leaves out is found in them."""

RUN_RENDERERS: Final[Mapping[str, Callable[[Layout], RunRenderer]]] = {FOR_PEOPLE: _text_of_runs, "json": _json_of_runs}

TABLE: Final = "table"
"""The format of a view for people, and for a pipe a line for each item."""

VIEW_RENDERERS: Final[Mapping[str, Callable[[Layout], Callable[[Viewed], str]]]] = {
    TABLE: _table_of_view,
    "json": _json_of_view,
    "yaml": _yaml_of_view,
}
