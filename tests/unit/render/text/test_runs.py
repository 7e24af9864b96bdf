"""Texts about runs."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from tests.hostile import TEXTS
from wexa_sync.model import Address, Entry, Run, Step, Usage
from wexa_sync.render.layout import Layout
from wexa_sync.render.runs_json import run_json, runs_json
from wexa_sync.render.text.runs import run_line, run_text, runs_text
from wexa_sync.render.text.watch import changed_text, step_text
from wexa_sync.render.view.run import run_view
from wexa_sync.text.times import spell
from wexa_sync.text.visible import visible


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.9, "59 s"), (125, "2 min 05 s"), (3600 + 12 * 60, "1 h 12 min")]
)
def test_a_length_of_time_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert spell(seconds) == text


RUN = Run(
    kind="Execution",
    id="e5e88df9-d88d-4a22-97cb-f99f2eaa7be3",
    status="completed",
    project="support-desk",
    address=Address(project="support-desk", kind="Execution", name="run-0828bceee917"),
    goal="Triage the sample ticket, and say at length what you did.",
    target_name="Ticket triage",
    created=1745220609.0,
    ended=1745220734.5,
    usage=Usage(tokens=4588, price=0.00693),
    steps=(
        Step(
            id="a",
            title="Classifier",
            status="failed",
            model="bedrock/gpt-oss-20b",
            usage=Usage(seconds=0.7, tokens=1458, price=0.00231),
            error="No skills found for the agent",
            entries=(Entry(type="plan", summary="first look, then answer " * 9),),
        ),
        Step(id="b", title="Answerer"),
    ),
)


def table(*runs: Run, width: int = 80) -> list[list[str]]:
    """Return the lines of a table of runs, each cut at two spaces."""
    lines = runs_text([run_view(run) for run in runs], Layout(width=width)).splitlines()
    assert all(len(line) <= width for line in lines)
    return [re.split(r" {2,}", line) for line in lines]


def test_a_table_of_runs_has_as_many_columns_as_fit() -> None:
    earlier = replace(RUN, id="6" * 24, earlier=True)
    head, first, second, note = table(earlier, RUN)
    assert head == ["STATUS", "EXECUTION", "AT (UTC)", "GOAL"]
    assert first[:3] == ["completed", "support-desk/Execution/run-0828bceee917*", "04-21 07:30"]
    assert first[3].endswith("…")
    assert second[1] == str(RUN.address)
    assert note == ["* an earlier run of that address: name it by its id."]
    head, row = table(RUN, width=160)
    assert head == ["STATUS", "EXECUTION", "AT (UTC)", "TOOK", "PRICE", "ID", "GOAL"]
    assert row[3:5] == ["2 min 05 s", "0.00693"]
    head, row = table(Run(kind="Execution", id="x", status="running", goal="g"))
    assert (head, row) == (["STATUS", "EXECUTION", "GOAL"], ["running", "x", "g"]), "what nobody knows has no column"


def test_a_run_shows_what_each_agent_did_used_and_failed_with() -> None:
    lines = run_text(run_view(RUN), Layout(width=80)).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "created   2025-04-21T07:30:09Z, took 2 min 05 s" in lines
    assert "cost      4,588 tokens, price 0.00693" in lines
    (row,) = [line for line in lines if line.startswith("Classifier  ")]
    assert row.split() == ["Classifier", "failed", "bedrock/gpt-oss-20b", "0.7", "s", "1,458", "0.00231"]
    assert "  error       No skills found for the agent" in lines
    assert any(line.split() == ["Answerer", "-"] for line in lines)


def test_no_text_of_a_run_moves_a_terminal_or_breaks_a_line() -> None:
    for text in TEXTS:
        step = Step(id=text, title=text, status=text, model=text, error=text, entries=(Entry(type=text, summary=text),))
        run = replace(
            RUN,
            status=text,
            goal=text,
            inputs={text: text},
            target_name=text,
            failure=text,
            steps=(step,),
            address=None,
        )
        view, layout = run_view(run), Layout(width=80)
        texts = (run_text(view, layout), runs_text([view], layout), run_line(view), step_text(0, step, layout))
        for shown in (*texts, changed_text(0, view, layout), run_json(view), runs_json([view])):
            assert visible(shown.replace("\n", "").replace("\t", "")) == shown.replace("\n", "").replace("\t", "")
        assert runs_text([view], layout).count("\n") == 2
        assert run_line(view).count("\n") == 1


def test_a_secret_of_a_run_is_hidden_in_all_that_its_agents_say() -> None:
    secret = "sentinel-of-a-run"
    said = f"it said {secret}"
    step = Step(
        id="a",
        title=said,
        status="failed",
        error=said,
        output=[{"x": said}],
        entries=(Entry(type="plan", summary=said),),
    )
    view = run_view(replace(RUN, hidden=(secret,), steps=(step,), target_name=said, result=said))
    for shown in (run_text(view, Layout()), run_json(view), runs_text([view], Layout(width=160))):
        assert secret not in shown
