"""Markdown against what it looks like: `pytest --update-golden` writes the files anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.render.markdown.reader import read
from tests.unit.render.samples import SAMPLES, large
from wexa_sync.model import Action, Plan, Report
from wexa_sync.model.plan import Basis
from wexa_sync.render import RENDERERS
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.markdown.document import DIALECTS
from wexa_sync.render.markdown.plan import plan_markdown
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.problems import problems_view
from wexa_sync.render.view.report import report_view

GOLDEN = Path(__file__).parents[3] / "golden" / "render" / "markdown"
PLACES = {"markdown": 65_536, "markdown-gitlab": 1_000_000, "markdown-bitbucket": 32_768, "step-summary": 1024 * 1024}


def markdown(name: str, place: str = "markdown", **layout: object) -> str:
    renderer = RENDERERS[place](Layout(**layout))  # type: ignore[arg-type]
    assert renderer.plan
    assert renderer.report
    assert renderer.problems
    made = large() if name == "large" else SAMPLES[name]()
    if isinstance(made, Plan):
        return renderer.plan(plan_view(made))
    return renderer.report(report_view(made)) if isinstance(made, Report) else renderer.problems(problems_view(made))


FILES = {f"{name}.md": (name, "markdown") for name in SAMPLES if name != "many"} | {
    "few.bitbucket.md": ("few", "markdown-bitbucket"),
    "large.bitbucket.md": ("large", "markdown-bitbucket"),
}


@pytest.mark.parametrize("name", FILES)
def test_looks_as_agreed(name: str, request: pytest.FixtureRequest) -> None:
    made = markdown(*FILES[name]).encode()
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_bytes(made)
    assert made == (GOLDEN / name).read_bytes()


def test_every_golden_file_is_tested() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(FILES)


@pytest.mark.parametrize(("place", "level"), [*((place, Level.NORMAL) for place in PLACES), ("markdown", Level.FULL)])
def test_of_five_hundred_changes_every_grave_one_is_there(place: str, level: Level) -> None:
    shown = markdown("large", place, level=level, whole=("plan.html",))
    assert len(shown.encode()) < PLACES[place]
    plan = large()
    grave = [change.address for change in plan.changes if change.action in (Action.DELETE, Action.RUN)]
    missing = [address for address in (*grave, *(each.address for each in plan.blocked)) if f"`{address}`" not in shown]
    assert [address for address in missing if f"<code>{address}</code>" not in shown] == []
    if "Cut to fit" in shown:
        assert "The whole stands in `plan.html`." in shown
        assert place in ("markdown", "markdown-bitbucket")


def test_a_place_that_is_nearly_full_gets_what_is_grave() -> None:
    shown = markdown("large", "step-summary", taken=970_000)
    assert len(shown.encode()) < 30_000
    assert "old-149" in shown
    assert "updates left out" in shown


@pytest.mark.parametrize("place", ["markdown", "markdown-bitbucket"])
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "many"])
def test_a_page_has_no_tag_of_another_s(name: str, place: str) -> None:
    page = read(markdown(name, place))
    folds = set() if place == "markdown-bitbucket" else {"details", "summary", "b"}
    known = {"h2", "h3", "p", "strong", "code", "pre", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.tags <= known | folds | {"blockquote"}
    assert page.attributes <= {"style"}, "of the table's columns"


def test_places_are_links_where_it_is_known_where_people_read_them() -> None:
    url = "https://github.com/org/desk/blob/0123456"
    assert f"[`flows/triage.yaml:14`]({url}/flows/triage.yaml#L14)" in markdown("few", source_url=url)
    assert f"[`skills/summarise.yaml:8:3`]({url}/skills/summarise.yaml#L8)" in markdown("problems", source_url=url)
    for odd in ("javascript:alert(1)", "https://x/a)b", "https://x/<script>"):
        assert "](" not in markdown("problems", source_url=odd)


def test_a_plan_that_was_not_made_of_the_workspace_says_so() -> None:
    plan = SAMPLES["few"]()
    assert isinstance(plan, Plan)
    view = plan_view(replace(plan, basis=Basis(ref="main", commit="0123456789abcdef")))
    shown = plan_markdown(view, Layout(), DIALECTS["github"])
    assert shown.startswith("## Plan against the manifests of main (`0123456789ab`)\n")
    assert "It can't be applied." in shown


@pytest.mark.parametrize("name", SAMPLES)
def test_secrets_stay_secret(name: str) -> None:
    assert "hunter2" not in markdown(name, "markdown-gitlab", level=Level.FULL)
