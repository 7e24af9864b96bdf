"""What is declared where, by names and lifecycles alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wexa_sync.manifests.declared import declared
from wexa_sync.manifests.sources import Sources

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk, lifecycle: {deletion: retain}}\nspec: {}\n"


def found(folder: Folder) -> tuple[list[str], list[str]]:
    manifests, problems = declared(Sources(paths=(Path(),), root=folder.path))
    return [str(each.address) for each in manifests], [f"{each.source.file} {each.path}" for each in problems]


def test_a_problem_in_a_spec_hides_no_declaration(folder: Folder) -> None:
    folder.write({"project.yaml": PROJECT})
    assert found(folder) == (["Project/desk"], [])
    (manifest,), _ = declared(Sources(paths=(Path(),), root=folder.path))
    assert manifest.lifecycle.retain


def test_what_is_no_manifest_of_ours_declares_nothing(folder: Folder) -> None:
    folder.write({"project.yaml": PROJECT, "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"})
    assert found(folder) == (["Project/desk"], [])


def test_a_file_or_a_name_that_cant_be_read_is_a_problem(folder: Folder) -> None:
    folder.write(
        {"a.yaml": "apiVersion: wexa.ai/v1\n]\n", "b.yaml": PROJECT.replace("desk", "A Desk"), "c.yaml": PROJECT}
    )
    addresses, problems = found(folder)
    assert addresses == ["Project/desk"]
    assert [each.split(" ")[0] for each in problems] == ["a.yaml", "b.yaml"]
