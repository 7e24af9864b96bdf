"""Every format lays out every view, whatever stands in it."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from wexa_sync.cli import plan as plan_command
from wexa_sync.errors import InvalidManifests, Problem, StateLocked
from wexa_sync.model import Action, Address, Change, Outcome, Plan, Question, Report, Run, Source, Status, Target
from wexa_sync.render import RENDERERS, RUN_RENDERERS
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.problems import problems_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.problems import no_problems, problems_view
from wexa_sync.render.view.report import report_view
from wexa_sync.render.view.run import run_view

CHANGE = Change(action=Action.CREATE, address=Address(kind="Skill", name="summarise", project="desk"), after={"n": 1})
PLAN = Plan(target=Target(base_url="b", org_id="o"), lineage="l", serial=1, changes=(CHANGE,))
REPORT = Report(plan=PLAN, outcomes=(Outcome(change=CHANGE, status=Status.FAILED, error="no"),), started=0, ended=1)
PLACE = Source(file="desk.yaml", line=3, column=5)
PROBLEM = Problem(message="it is \x1b[31mwrong", hint="fix it", source=PLACE, path="spec.\x1b[31mname")


NO_ADDRESSES = {"annotations", "sarif", "gitlab-terraform", "gitlab-codequality"}
"""The formats that show of a plan its numbers, or what is wrong with it."""


@pytest.mark.parametrize("name", RENDERERS)
def test_a_format_lays_out_a_plan_a_report_and_problems(name: str) -> None:
    renderer = RENDERERS[name](Layout(width=100))
    assert renderer.plan or renderer.report or renderer.problems
    plan = renderer.plan(plan_view(PLAN)) if renderer.plan else ""
    report = renderer.report(report_view(REPORT)) if renderer.report else ""
    for text in filter(None, (plan, report)):
        assert "desk/Skill/summarise" in text or (text == plan and name in NO_ADDRESSES)
        assert text.endswith("\n")
    if renderer.problems:
        problems = renderer.problems(problems_view(InvalidManifests([PROBLEM])))
        assert [part for part in ("desk.yaml", "3", "name", "wrong", "fix it") if part not in problems] == []
        assert "\x1b" not in problems
        if name == "gitlab-codequality":
            return  # it shows what has a place in a file, and nothing else
        assert "held" in renderer.problems(problems_view(StateLocked("it is held", hint="wait")))
        fine = renderer.problems(no_problems("Valid: 3 resources."))
        assert "error" not in (fine.lower() if name != "sarif" else str(json.loads(fine)["runs"][0]["results"]))


def test_colours_are_the_layouts_and_never_the_texts() -> None:
    problems = problems_text(problems_view(InvalidManifests([PROBLEM])), Layout(color=True))
    assert "\x1b[36m" in problems
    assert "spec.\\x1b[31mname" in problems


@pytest.mark.parametrize("name", RUN_RENDERERS)
def test_a_format_lays_out_executions_and_shows_no_secret(name: str) -> None:
    question = Question(id="q1", type="approval", summary="send hush-hush?", inputs={"to": "hush-hush"})
    run = Run(id="r1", kind="Execution", status="waiting", goal="say hush-hush", hidden=("hush-hush",))
    renderer = RUN_RENDERERS[name](Layout())
    whole = renderer.run(run_view(replace(run, questions=(question,)), [["wexa-sync executions answer r1 --approve"]]))
    assert "wexa-sync executions answer r1 --approve" in whole
    short = renderer.runs([run_view(run)])
    for text in (whole, short):
        assert "r1" in text
        assert "hush-hush" not in text
        assert text.endswith("\n")


def test_a_problem_keeps_its_place_as_data() -> None:
    view = problems_view(InvalidManifests([PROBLEM]))
    assert [problem.source for problem in view.problems] == [PLACE]
    assert view.type == "InvalidManifests"


def test_the_command_line_offers_every_format() -> None:
    (choice,) = [option.type for option in plan_command.command.params if option.name == "format_"]
    assert [*choice.choices] == [*RENDERERS]  # type: ignore[attr-defined]
