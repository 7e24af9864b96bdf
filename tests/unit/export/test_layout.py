"""Drafts become files that a person would have written."""

from __future__ import annotations

from tests.unit.export.drafts import agent, draft, flow, project
from wexa_sync.export.layout import laid_out
from wexa_sync.model import Ref


def test_one_project_stands_at_the_top_and_several_in_folders() -> None:
    one, other = project(), project("other")
    skill = draft("Skill", "s", {"name": "S", "description": "", "connector_id": Ref(kind="Connector", external="C")})
    assert [*laid_out([skill, one])] == ["project.yaml", "skills.yaml"]
    assert "  project: desk\n" in laid_out([skill, one])["skills.yaml"]
    both = laid_out([skill, one, other])
    assert [*both] == ["desk/project.yaml", "desk/skills.yaml", "other/project.yaml"]
    assert "  project: desk\n" in both["desk/skills.yaml"]


def test_the_order_of_drafts_does_not_matter() -> None:
    drafts = [project(), flow("a", agent("x", "1\n2")), flow("b"), draft("Connector", "c", {"name": "C"})]
    files = laid_out(drafts)
    assert laid_out(reversed(drafts)) == files
    assert [*files] == ["connectors.yaml", "flows/a.yaml", "flows/b.yaml", "project.yaml", "prompts/a-x.md"]


def test_names_that_meet_get_numbers() -> None:
    files = laid_out([project(), flow("a-b", agent("c", "1\n2")), flow("a", agent("b-c", "3\n4"))])
    assert files["prompts/a-b-c.md"] == "3\n4\n"
    assert files["prompts/a-b-c-2.md"] == "1\n2\n"
    assert "{file: ../prompts/a-b-c-2.md}" in files["flows/a-b.yaml"]


def test_no_file_has_a_name_that_is_not_read_or_not_checked_out() -> None:
    files = laid_out([project(), flow("wexa-sync"), flow("nul"), flow("x" * 63, agent("y" * 63, "1\n2"))])
    assert {"flows/wexa-sync-2.yaml", "flows/nul-2.yaml", f"prompts/{'x' * 63}-{'y' * 16}.md"} <= files.keys()
    assert [*laid_out([project("venv"), project()])] == ["desk/project.yaml", "venv-2/project.yaml"]


def test_settings_are_written_where_there_are_none() -> None:
    assert laid_out([project()], settings="state: x\n")["wexa-sync.yaml"] == "state: x\n"
    assert "wexa-sync.yaml" not in laid_out([project()])
