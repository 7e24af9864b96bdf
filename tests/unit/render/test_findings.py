"""The formats that CI systems read mark the same findings, the gravest first, and nothing in them is an order."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from wexa_sync.errors import InvalidManifests, Problem, StateLocked
from wexa_sync.model import Action, Address, Blocked, Change, Outcome, Plan, Report, Source, Status, Target
from wexa_sync.render import RENDERERS
from wexa_sync.render.layout import Layout
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.problems import problems_view
from wexa_sync.render.view.report import report_view

SKILL = Address(kind="Skill", name="summarise", project="desk")
FLOW = Address(kind="AgentFlow", name="triage", project="desk")
PLACE = Source(file="flows/triage.yaml", line=14, column=3)
CHANGE = Change(action=Action.UPDATE, address=SKILL, before={"n": 1}, after={"n": 2}, source=PLACE)
BLOCKED = Blocked(address=FLOW, wanted="delete", reason="the API has no such call", hint="Use Studio.", source=PLACE)
PLAN = Plan(
    target=Target(base_url="b", org_id="o"),
    lineage="l",
    serial=1,
    changes=(CHANGE, replace(CHANGE, action=Action.DELETE, address=FLOW)),
    blocked=(BLOCKED,),
    warnings=("the server is new",),
)
TOP = Layout(folder="infra/wexa/")
HOSTILE = "<script>alert(1)</script>%0A::error::x\n::error::y]]>\x1b[31m\u202e,title=z:##vso[task]" + "n" * 10_000


def problem(message: str = "wrong", path: str = "spec.name") -> Problem:
    return Problem(message=message, hint="fix it", source=PLACE, path=path)


def report(*outcomes: Outcome) -> Report:
    return Report(plan=PLAN, outcomes=outcomes, started=0, ended=2.5)


def plan_as(name: str, plan: Plan = PLAN) -> str:
    renderer = RENDERERS[name](TOP)
    assert renderer.plan
    return renderer.plan(plan_view(plan))


def report_as(name: str, *outcomes: Outcome) -> str:
    renderer = RENDERERS[name](TOP)
    assert renderer.report
    return renderer.report(report_view(report(*outcomes)))


def problems_as(name: str, *problems: Problem) -> str:
    renderer = RENDERERS[name](TOP)
    assert renderer.problems
    return renderer.problems(problems_view(InvalidManifests(problems)))


def xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  # ours


def test_an_annotation_names_the_file_from_the_top_of_the_repository() -> None:
    assert plan_as("annotations").splitlines() == [
        "::warning file=infra/wexa/flows/triage.yaml,line=14,col=3,title=wexa-sync%3A blocked-change::"
        "desk/AgentFlow/triage: delete is blocked: the API has no such call. Use Studio.",
        "::warning title=wexa-sync%3A plan-warning::the server is new",
    ]


def test_of_more_than_ten_errors_the_tenth_says_how_many_more_there_are() -> None:
    lines = problems_as("annotations", *(problem(f"fault {number}") for number in range(14))).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "::error title=wexa-sync::5 more are listed in the log and the summary."
    assert len(problems_as("annotations", *(problem(str(number)) for number in range(10))).splitlines()) == 10


def test_what_failed_stands_before_what_is_blocked() -> None:
    outcomes = (
        Outcome(change=CHANGE, status=Status.FAILED, error="422", warnings=("odd",)),
        Outcome(change=PLAN.changes[1], status=Status.UNKNOWN, error="no response"),
    )
    (run,) = json.loads(report_as("sarif", *outcomes))["runs"]
    found = [result["ruleId"] for result in run["results"]]
    assert found == ["unknown-outcome", "change-failed", "blocked-change", "plan-warning"]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [names[result["ruleIndex"]] for result in run["results"]] == found
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_has_places_and_marks_that_stay_when_lines_move() -> None:
    (run,) = json.loads(plan_as("sarif"))["runs"]
    (result,) = run["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "infra/wexa/flows/triage.yaml"},
        "region": {"startLine": 14, "startColumn": 3},
    }
    note = {"level": "warning", "message": {"text": "the server is new"}}
    assert run["invocations"][0]["toolExecutionNotifications"] == [note]
    moved = replace(PLAN, blocked=(replace(BLOCKED, source=replace(PLACE, line=99)),))
    (again,) = json.loads(plan_as("sarif", moved))["runs"][0]["results"]
    assert again["partialFingerprints"] == result["partialFingerprints"]


def test_sarif_of_an_error_without_a_place_says_that_the_command_failed() -> None:
    renderer = RENDERERS["sarif"](TOP)
    assert renderer.problems
    (run,) = json.loads(renderer.problems(problems_view(StateLocked("it is held", hint="wait"))))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [{"level": "error", "message": {"text": "it is held. wait"}}]
    assert run["results"] == []


def test_junit_passes_what_was_made_skips_what_was_not_begun_and_fails_the_rest() -> None:
    outcomes = [
        Outcome(change=CHANGE, status=Status.APPLIED, seconds=0.25),
        Outcome(change=PLAN.changes[1], status=Status.SKIPPED),
        Outcome(change=CHANGE, status=Status.FAILED, error="422", hint="Fix it."),
    ]
    suites = xml(report_as("junit", *outcomes))
    assert (suites.get("tests"), suites.get("failures"), suites.get("skipped")) == ("3", "1", "1")
    ends = [[child.tag for child in case] for case in suites.iter("testcase")]
    assert ends == [[], ["skipped"], ["failure"]]
    assert next(case.get("name") for case in suites.iter("testcase")) == "desk/Skill/summarise"
    (failure,) = suites.iter("failure")
    assert failure.get("message") == "422 Fix it."


def test_junit_of_a_plan_fails_what_is_blocked() -> None:
    suites = xml(plan_as("junit"))
    assert (suites.get("tests"), suites.get("failures")) == ("4", "2")


def test_gitlab_gets_the_numbers_of_a_plan_and_findings_with_a_place() -> None:
    assert json.loads(plan_as("gitlab-terraform")) == {"create": 0, "update": 1, "delete": 1}
    (issue,) = json.loads(plan_as("gitlab-codequality"))
    assert issue["location"] == {"path": "infra/wexa/flows/triage.yaml", "lines": {"begin": 14}}
    assert (issue["severity"], issue["check_name"]) == ("minor", "blocked-change")
    twice = json.loads(problems_as("gitlab-codequality", problem(), problem(), problem("other")))
    assert len(twice) == len({each["fingerprint"] for each in twice}) == 2


@pytest.mark.parametrize("name", ["annotations", "sarif", "junit", "gitlab-codequality"])
def test_a_hostile_text_is_no_order_in_any_of_them(name: str) -> None:
    place = replace(PLACE, file=f"a,b:c%{HOSTILE[:100]}.yaml")
    blocked = replace(BLOCKED, reason=HOSTILE, hint=HOSTILE, source=place)
    texts = [
        plan_as(name, replace(PLAN, blocked=(blocked,), warnings=(HOSTILE,))),
        report_as(name, Outcome(change=replace(CHANGE, source=place), status=Status.FAILED, error=HOSTILE)),
        problems_as(name, replace(problem(HOSTILE, HOSTILE), source=place)),
    ]
    for text in texts:
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "##vso[" not in text
        if name == "annotations":
            starts = [line.split("::", 2) for line in text.splitlines()]
            assert all(not before and order.split()[0] in ("error", "warning") for before, order, _ in starts)
            assert all(order.count(",title=") <= 1 for _, order, _ in starts)
            assert "%0A" not in text, "an escaped line break would be one in the annotation"
            assert max(map(len, text.splitlines())) < 4000
        elif name == "junit":
            assert xml(text).tag == "testsuites"
        else:
            assert json.loads(text)
