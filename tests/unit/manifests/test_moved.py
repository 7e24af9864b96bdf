"""`moved:` says what has another address by now; what can't be is a problem with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests, InvalidSettings, NothingDeclared
from wexa_sync.model import Desired
from wexa_sync.settings import read_settings

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"


def read(folder: Path, *moves: tuple[str, str], settings: tuple[tuple[str, str], ...] = (), more: str = "") -> Desired:
    """Return what a folder declares: a project, and these moves in a file of their own and in the settings."""
    (folder / "desk.yaml").write_text(PROJECT, "utf-8")
    lines = [f"  - from: {old}\n    to: {new}\n" for old, new in moves]
    if moves or more:
        text = "apiVersion: wexa.ai/v1\nmoved:\n" + "".join(lines) + more
        (folder / "moved.yaml").write_text(text, "utf-8")
    entries = "".join(f"  - {{from: {old}, to: {new}}}\n" for old, new in settings)
    (folder / "wexa-sync.yaml").write_text(f"moved:\n{entries}" if settings else "{}\n", "utf-8")
    return engine.read(read_settings(folder, {}).sources(env={}))


def moves(desired: Desired) -> list[tuple[str, str]]:
    return [(str(move.old), str(move.new)) for move in desired.moved]


SKILL = "desk/Skill/{}".format


def test_moves_are_read_from_documents_and_from_the_settings(tmp_path: Path) -> None:
    desired = read(tmp_path, (SKILL("a"), SKILL("b")), settings=(("Project/table", "Project/desk"),))
    assert sorted(moves(desired)) == [("Project/table", "Project/desk"), (SKILL("a"), SKILL("b"))]
    assert {str(move.source).rpartition("/")[2] for move in desired.moved} == {"moved.yaml:3:5", "wexa-sync.yaml:2:5"}


def test_of_a_chain_the_first_move_comes_first(tmp_path: Path) -> None:
    desired = read(tmp_path, (SKILL("b"), SKILL("c")), (SKILL("a"), SKILL("b")), (SKILL("c"), SKILL("d")))
    assert moves(desired) == [(SKILL("a"), SKILL("b")), (SKILL("b"), SKILL("c")), (SKILL("c"), SKILL("d"))]
    inner = ("table/Skill/a", "table/Skill/b")
    assert moves(read(tmp_path, ("Project/table", "Project/desk"), inner))[0] == inner, "as long as it is there"
    outer = ("Project/table", "Project/desk")
    assert moves(read(tmp_path, (SKILL("a"), SKILL("b")), outer))[0] == outer


@pytest.mark.parametrize(
    ("given", "place", "message"),
    [
        ([("nothing", SKILL("a"))], "moved.yaml:3:11", "is not an address"),
        ([(SKILL("a"), SKILL("a"))], "moved.yaml:4:9", "moves to itself"),
        ([(SKILL("a"), "desk/Schedule/a")], "moved.yaml:4:9", "only its handle may change"),
        ([(SKILL("a"), "other/Skill/a")], "moved.yaml:4:9", "only its handle may change"),
        ([(SKILL("a"), SKILL("B_"))], "moved.yaml:4:9", "is no handle"),
        ([("Project/desk", "Project/other")], "moved.yaml:3:11", "Project/desk is still declared"),
        ([(SKILL("a"), SKILL("b")), (SKILL("b"), SKILL("a"))], "moved.yaml:3:5", "these move in a circle"),
        ([(SKILL("a"), SKILL("b")), (SKILL("a"), SKILL("c"))], "moved.yaml:5:5", "moved from twice; first at"),
        ([(SKILL("a"), SKILL("c")), (SKILL("b"), SKILL("c"))], "moved.yaml:5:5", "moved to twice; first at"),
    ],
)
def test_what_can_not_be_moved_is_a_problem(
    tmp_path: Path, given: list[tuple[str, str]], place: str, message: str
) -> None:
    with pytest.raises(InvalidManifests) as caught:
        read(tmp_path, *given)
    (problem,) = caught.value.problems
    assert str(problem.source).rpartition("/")[2] == place
    assert message in problem.message
    assert problem.hint


def test_the_form_is_checked(tmp_path: Path) -> None:
    with pytest.raises(InvalidManifests, match="1 problem"):
        read(tmp_path, more="  - {from: desk/Skill/a}\n")
    with pytest.raises(InvalidManifests, match="2 problems"):
        read(tmp_path, more="  - {from: 1, to: []}\n")
    (tmp_path / "wexa-sync.yaml").write_text("moved: {a: b}\n", "utf-8")
    with pytest.raises(InvalidSettings):
        read_settings(tmp_path, {})


def test_moves_alone_declare_nothing(tmp_path: Path) -> None:
    (tmp_path / "moved.yaml").write_text("apiVersion: wexa.ai/v1\nmoved: []\n", "utf-8")
    with pytest.raises(NothingDeclared):
        engine.read(read_settings(tmp_path, {}).sources(env={}))


def test_a_list_pasted_into_a_file_of_its_own_is_not_taken_for_another_tool_s(tmp_path: Path) -> None:
    (tmp_path / "moved.yaml").write_text("moved:\n  - {from: desk/Skill/a, to: desk/Skill/b}\n", "utf-8")
    project = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: D, description: d}\n"
    (tmp_path / "project.yaml").write_text(project, "utf-8")
    with pytest.raises(InvalidManifests) as caught:
        engine.read(read_settings(tmp_path, {}).sources(env={}))
    assert [(each.path, each.message) for each in caught.value.problems] == [("apiVersion", "is missing")]
