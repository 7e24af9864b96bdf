"""Write a plan, a report or problems as JUnit's XML, which most CI systems list as tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from wexa_sync.model import Outcome, Source, Status
from wexa_sync.render.findings import Finding, of_plan, of_problems
from wexa_sync.render.view.plan import ChangeView, PlanView
from wexa_sync.render.view.problems import ProblemsView
from wexa_sync.render.view.report import STATUS_WORDS, ReportView
from wexa_sync.text.orders import without_orders
from wexa_sync.text.patterns import pattern
from wexa_sync.text.visible import prose, visible

_NOT_IN_XML = pattern("[\ufffe\uffff]")  # what XML can't hold and is not hidden
_PASSED: Final = (Status.APPLIED, Status.ONGOING)


def plan_junit(view: PlanView) -> str:
    """Return a plan as JUnit: each change to make passes; each blocked change and each warning fails."""
    return _text("plan", [*map(_change, view.work), *map(_failed, of_plan(view))])


def report_junit(view: ReportView) -> str:
    """Return a report as JUnit: a change that was made passes, one that was not begun is skipped, others fail."""
    error = of_problems(ProblemsView(type="Error", message=view.report.error[0], hint=view.report.error[1]))
    cases = [*map(_failed, error if view.report.error[0] else ()), *map(_outcome, view.outcomes)]
    return _text("apply", cases, seconds=view.report.ended - view.report.started)


def problems_junit(view: ProblemsView) -> str:
    """Return problems as JUnit: each fails; where there is none, one case passes."""
    return _text("manifests", [*map(_failed, of_problems(view))] or [_case("manifests", view.message)])


def _change(change: ChangeView) -> Element:
    return _case(change.action.value, str(change.address), change.source)


def _outcome(outcome: Outcome) -> Element:
    change = outcome.change
    case = _case(change.action.value, str(change.address), change.source)
    case.set("time", f"{outcome.seconds:.3f}")
    said = " ".join(filter(None, (outcome.error, outcome.hint)))
    if outcome.status is Status.SKIPPED:
        SubElement(case, "skipped", message=_shown(said or "not begun"))
    elif outcome.status not in _PASSED:
        _fail(case, STATUS_WORDS[outcome.status], said or STATUS_WORDS[outcome.status])
    return case


def _failed(finding: Finding) -> Element:
    case = _case(finding.rule.name, finding.subject or finding.rule.text, finding.source)
    _fail(case, finding.rule.name, finding.message)
    return case


def _fail(case: Element, type: str, message: str) -> None:
    SubElement(case, "failure", type=type, message=_shown(message)).text = _shown(message)


def _case(group: str, name: str, source: Source | None = None) -> Element:
    place = {"file": _shown(source.file), "line": str(source.line)} if source else {}
    return Element("testcase", {"classname": f"wexa-sync.{group}", "name": _shown(name), **place})


def _shown(text: str) -> str:
    return without_orders(_NOT_IN_XML.sub("\\\\ufffe", visible(prose(text))))


def _text(name: str, cases: Sequence[Element], *, seconds: float = 0.0) -> str:
    failures, skipped = (str(_count(cases, tag)) for tag in ("failure", "skipped"))
    numbers = {
        "tests": str(len(cases)),
        "failures": failures,
        "skipped": skipped,
        "time": f"{seconds:.3f}",
    }
    suites = Element("testsuites", {"name": "wexa-sync", **numbers})
    suite = SubElement(suites, "testsuite", {"name": f"wexa-sync {name}", **numbers})
    suite.extend(cases)
    indent(suites)
    return tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _count(cases: Iterable[Element], tag: str) -> int:
    return sum(case.find(tag) is not None for case in cases)
