"""An export into a folder that holds other things changes what an export wrote, and of that what is not so any more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.unit.export.drafts import agent, draft, flow, project
from wexa_sync.engine import read
from wexa_sync.export.draft import Draft
from wexa_sync.export.layout import laid_out
from wexa_sync.export.standing import Standing, standing
from wexa_sync.export.write import staged
from wexa_sync.manifests.declared import declared
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Address, Ref


def there_in(folder: Path) -> Standing:
    return standing(folder, declared(Sources(paths=(folder,), root=folder))[0])


def export(folder: Path, drafts: Iterable[Draft]) -> dict[str, str]:
    """Export into a folder, and return what it holds then."""
    there = there_in(folder) if any(folder.iterdir()) else Standing()
    with staged(folder, laid_out(drafts, there=there), into=True, ours=there.replaceable) as staging:
        staging.commit()
    read(Sources(paths=(folder,), root=folder))
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }


def skill(name: str, description: str = "", project: str = "desk") -> Draft:
    connector = Ref(kind="Connector", external="C")
    return draft("Skill", name, {"name": name, "description": description, "connector_id": connector}, project)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return the folder of an export."""
    export(tmp_path, [project(), skill("a"), skill("b"), flow("x", agent("y", "1\n2"))])
    return tmp_path


def test_what_changed_is_written_anew_and_all_else_stays(desk: Path) -> None:
    file = desk / "skills.yaml"
    file.write_text(
        file.read_text().replace("name: a\nspec", "name: a\nspec").replace("  name: b", "  name: b # ours", 1)
    )
    (desk / "README.md").write_text("mine")
    before = file.read_text()
    drafts = [project(), skill("a", "new"), skill("b"), skill("c"), flow("x", agent("y", "3\n4"))]
    after = export(desk, drafts)
    assert after["skills.yaml"].startswith(before.replace('description: ""', "description: new", 1))
    assert "name: c\n" in after["skills.yaml"].removeprefix(before)
    assert after["prompts/x-y.md"] == "3\n4\n"
    assert after["README.md"] == "mine"
    assert export(desk, drafts) == after


def test_what_is_gone_stays_and_is_named(desk: Path) -> None:
    drafts = [project(), skill("b"), skill("s", project="other"), project("other")]
    after = export(desk, drafts)
    assert "  name: a\n" in after["skills.yaml"]
    assert {"flows/x.yaml", "prompts/x-y.md", "other/skills.yaml"} <= after.keys()
    gone = there_in(desk).gone({each.address for each in drafts})
    assert {str(address): file for address, file in gone.items()} == {
        "desk/Skill/a": "skills.yaml",
        "desk/AgentFlow/x": "flows/x.yaml",
    }


def test_what_a_person_declares_is_left_alone(desk: Path) -> None:
    mine = "# mine\n" + (desk / "skills.yaml").read_text().partition("\n")[2]
    (desk / "skills.yaml").write_text(mine)
    after = export(desk, [project(), skill("a", "new"), skill("c"), flow("x", agent("y", "1\n2"))])
    assert after["skills.yaml"] == mine
    assert "  name: c\n" in after["skills-2.yaml"]
    address = Address(project="desk", kind="Skill", name="a")
    assert there_in(desk).left_alone([address]) == {address: "skills.yaml"}


def test_a_file_that_was_moved_is_written_where_it_stands(desk: Path) -> None:
    (desk / "support").mkdir()
    for name in ("project.yaml", "skills.yaml", "flows", "prompts"):
        (desk / name).rename(desk / "support" / name)
    after = export(
        desk,
        [
            project(),
            skill("a", "new"),
            skill("b"),
            flow("x", agent("y", "3\n4")),
            skill("o", project="p"),
            project("p"),
        ],
    )
    assert all(name.startswith(("support/", "p/")) for name in after)
    assert "description: new" in after["support/skills.yaml"]
    assert after["support/prompts/x-y.md"] == "3\n4\n"


def test_line_ends_of_windows_and_a_missing_last_one(desk: Path) -> None:
    file = desk / "skills.yaml"
    before = file.read_text()
    file.write_bytes(before.rstrip().replace("\n", "\r\n").encode())
    assert export(desk, [project(), skill("a"), skill("b"), flow("x", agent("y", "1\n2"))])["skills.yaml"] == before


def test_no_text_of_a_document_that_stays_is_overwritten(tmp_path: Path) -> None:
    export(tmp_path, [project(), flow("a-b", agent("c", "1\n2"))])
    after = export(tmp_path, [project(), flow("a", agent("b-c", "3\n4"))])
    assert (after["prompts/a-b-c.md"], after["prompts/a-b-c-2.md"]) == ("1\n2\n", "3\n4\n")
