"""Sample plans and reports against what they look like: `pytest --update-golden` writes the files anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.unit.render.samples import SAMPLES, few, hostile, incomplete
from wexa_sync import __version__
from wexa_sync.errors import WexaSyncError
from wexa_sync.model import Plan, Report
from wexa_sync.render.json import plan_json, report_json
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.text.problems import problems_text
from wexa_sync.render.text.report import report_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.problems import problems_view
from wexa_sync.render.view.report import report_view

GOLDEN = Path(__file__).parents[3] / "golden" / "render"


def text_of(sample: Plan | Report | WexaSyncError, *, color: bool = False) -> str:
    if isinstance(sample, Plan):
        return plan_text(plan_view(sample), Layout(color=color))
    if isinstance(sample, Report):
        return report_text(report_view(sample), Layout(color=color))
    return problems_text(problems_view(sample), Layout(color=color))


def _text_of_sample(sample: Callable[[], Plan | Report | WexaSyncError]) -> str:
    return text_of(sample())


FILES: dict[str, Callable[[], str]] = {
    **{f"{name}.txt": partial(_text_of_sample, sample) for name, sample in SAMPLES.items()},
    "few.details.txt": lambda: plan_text(plan_view(few()), Layout(level=Level.FULL)),
    "few.short.txt": lambda: plan_text(plan_view(few()), Layout(level=Level.SUMMARY)),
    "few.json": lambda: plan_json(plan_view(few())),
    "hostile.json": lambda: plan_json(plan_view(hostile())),
    "incomplete.json": lambda: report_json(report_view(incomplete())),
}


@pytest.mark.parametrize("name", FILES)
def test_looks_as_agreed(name: str, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / name
    made = FILES[name]().replace(f'"{__version__}"', '"0.0.0"')  # a release changes no golden file
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.encode())
    assert made.encode() == path.read_bytes()
    assert FILES[name]() == FILES[name](), "the same plan must look the same twice"


def test_every_golden_file_is_tested() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.is_file()} == set(FILES)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".txt")])
def test_no_line_is_wider_than_the_terminal(name: str) -> None:
    wide = [line for line in FILES[name]().splitlines() if len(line) > 80]
    assert [
        line for line in wide if not re.fullmatch(r"  \S*\s*. \S+|Apply .*\.|      wexa-sync resolve .*", line)
    ] == []


def test_color_changes_nothing_but_the_color() -> None:
    for sample in SAMPLES.values():
        colored = text_of(sample(), color=True)
        assert "\x1b[" in colored
        plain = re.sub(r"^ *\^[ ^]*\n", "", text_of(sample()), flags=re.MULTILINE)  # the carets stand for a colour
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_color_is_where_it_helps() -> None:
    colored = text_of(few(), color=True)
    assert re.search(r"\x1b\[31m- \S*Classify it by urgency: low, normal, high\.", colored)
    assert re.search(r"\x1b\[32m\+ \S*Classify it by urgency: low, normal, high\x1b\[0m\x1b\[7;32m, or outage", colored)


@pytest.mark.parametrize("name", FILES)
def test_secrets_stay_secret(name: str) -> None:
    assert "hunter2" not in FILES[name]()


def test_json_is_json() -> None:
    for name in FILES:
        if name.endswith(".json"):
            assert json.loads(FILES[name]())["format_version"] == "1.0"
