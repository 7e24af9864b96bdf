"""Write the commands in messages so that they work when they are pasted: with the words that say where this one works.

Those are typed words. What comes from a variable or from the settings is there for the next command, too.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click
from click.core import ParameterSource
from msgspec.structs import replace

from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wexa_sync.errors import Problem, WexaSyncError
    from wexa_sync.model import Blocked, Explanation, Outcome, Plan, Report
    from wexa_sync.render.view.explain import ExplanationView
    from wexa_sync.render.view.plan import PlanView
    from wexa_sync.render.view.problems import ProblemsView
    from wexa_sync.render.view.report import ReportView

AnyBlocked = TypeVar("AnyBlocked", bound="Blocked")

_COMMAND = pattern(r"`(wexa-sync [^`\n]+)`")
_META = "wexa_sync.where"
_FLAGS = {"environment": "--env", "base_url": "--base-url", "state_file": "--state", "sandbox": "--sandbox"}
_EVERY = "all"  # of the environments, which few commands take


def note_where(context: click.Context) -> None:
    """Keep the words of the command line that say where it works, by their parameters, for the messages to come."""
    typed = {
        name: value
        for name, value in context.params.items()
        if value and value != _EVERY and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    where = {
        name: (flag, *([] if typed[name] is True else [str(typed[name])]))
        for name, flag in _FLAGS.items()
        if name in typed
    }
    if paths := tuple(map(str, typed.get("paths", ()))):
        ends = ("--",) * any(path.startswith("-") for path in paths)  # of the options: what follows is none
        where["paths"] = (*ends, *paths)
    context.meta[_META] = where


@contextmanager
def of_environment(name: str) -> Iterator[None]:
    """Let the commands that are told in a block name this environment, one of all those that the command is about."""
    context, before = click.get_current_context(), _where()
    context.meta[_META] = {"environment": (_FLAGS["environment"], name), **before}
    try:
        yield
    finally:
        context.meta[_META] = before


def again(text: str) -> str:
    """Return a message with the commands in backquotes as they have to be typed."""
    return _COMMAND.sub(lambda found: f"`{command(found[1])}`", text) if _where() else text


def command(line: str) -> str:
    """Return a command with the words that say where, as far as it takes them."""
    import shlex

    words = line.split()
    takes = _parameters(words[1:])
    more = (typed for name, typed in _where().items() if name in takes and typed[0] not in words)
    return " ".join([line, *(shlex.quote(word) for typed in more for word in typed)])


def view_of_plan(plan: Plan) -> PlanView:
    """Return the view of a plan."""
    from wexa_sync.render.view.plan import plan_view

    view = plan_view(_plan(plan))
    return replace(view, lost=_lost(view.lost))


def view_of_explanation(explanation: Explanation) -> ExplanationView:
    """Return the view of an explanation."""
    from wexa_sync.render.view.explain import explanation_view

    view = explanation_view(explanation)
    return replace(view, hint=again(view.hint))


def view_of_report(report: Report) -> ReportView:
    """Return the view of a report."""
    from wexa_sync.render.view.report import report_view

    if not _where():
        return report_view(report)
    outcomes = tuple(map(_outcome, report.outcomes))
    message, hint = report.error
    view = report_view(replace(report, plan=_plan(report.plan), outcomes=outcomes, error=(again(message), again(hint))))
    steps = (replace(step, commands=tuple(map(command, step.commands))) for step in view.next_steps)
    return replace(view, next_steps=tuple(steps), lost=_lost(view.lost))


def view_of_error(error: WexaSyncError) -> ProblemsView:
    """Return the view of an error."""
    from wexa_sync.render.view.problems import problems_view

    view = problems_view(error)
    if not _where():
        return view
    problems = tuple(map(_problem, view.problems))
    return replace(view, message=again(view.message), hint=again(view.hint), problems=problems)


def _plan(plan: Plan) -> Plan:
    if not _where():
        return plan
    blocked, unprunable = _blocked(plan.blocked), _blocked(plan.unprunable)
    return replace(plan, blocked=blocked, unprunable=unprunable, warnings=tuple(map(again, plan.warnings)))


def _lost(said: tuple[str, str, str]) -> tuple[str, str, str]:
    heading, why, hint = said
    return heading, why, again(hint)


def _outcome(outcome: Outcome) -> Outcome:
    warnings = tuple(map(again, outcome.warnings))
    return replace(outcome, error=again(outcome.error), hint=again(outcome.hint), warnings=warnings)


def _problem(problem: Problem) -> Problem:
    return replace(problem, message=again(problem.message), hint=again(problem.hint))


def _blocked(blocked: tuple[AnyBlocked, ...]) -> tuple[AnyBlocked, ...]:
    return tuple(replace(each, reason=again(each.reason), hint=again(each.hint)) for each in blocked)


def _where() -> Mapping[str, tuple[str, ...]]:
    context = click.get_current_context(silent=True)
    found: Mapping[str, tuple[str, ...]] = context.meta.get(_META, {}) if context else {}
    return found


def _parameters(words: list[str]) -> set[str]:
    """Return the parameters of the command that these words call; none for what is no command."""
    context = click.get_current_context()
    found: click.Command | None = context.find_root().command
    for word in words:
        if not isinstance(found, click.Group):
            break
        found = found.get_command(context, word)
    return {parameter.name or "" for parameter in found.params} if found else set()
