"""What a command comes to is written wherever it was asked for: whole, once, and beside what may stay."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Here
from wexa_sync.render import RENDERERS, Renderer

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"


@pytest.fixture
def folder(here: Here) -> Path:
    (here.path / "project.yaml").write_text(PROJECT, "utf-8")
    return here.path


def test_a_summary_is_added_to_what_the_file_holds(here: Here, folder: Path) -> None:
    summary = folder / "summary"
    summary.write_text("of another step", "utf-8")
    for _ in range(2):
        here.run("validate", "--output", "step-summary=summary", "--output", "markdown=plan.md")
    once = (folder / "plan.md").read_text("utf-8")
    assert once.startswith("## wexa-sync\n\n**✅ Valid: 1 resource.**\n")
    assert summary.read_text("utf-8") == f"of another step\n{once}\n{once}"


def test_a_summary_that_is_full_leaves_out_what_it_must(here: Here, folder: Path) -> None:
    for number in range(200):
        (folder / f"{number}.yaml").write_text(PROJECT.replace("projectName", "x" * 99), "utf-8")
    (folder / "summary").write_text("x" * 990_000, "utf-8")
    here.run("validate", "--output", "step-summary=summary", "--output", "json=whole.json", code=1)
    added = (folder / "summary").read_text("utf-8")[990_000:]
    assert len(added.encode()) < 10_000
    assert "left out" in added
    assert "The whole stands in `whole.json`." in added
    assert len(json.loads((folder / "whole.json").read_bytes())["problems"]) >= 200


def test_a_reader_never_sees_half_a_file(here: Here, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "out.json"
    file.write_text("old", "utf-8")
    seen: list[str] = []
    replace = Path.replace

    def watched(fresh: Path, target: Path) -> Path:
        seen.append(file.read_text("utf-8"))
        return replace(fresh, target)

    monkeypatch.setattr(Path, "replace", watched)
    here.run("validate", "--output", "json=out.json")
    assert seen == ["old"]
    assert "Valid" in file.read_text("utf-8")


def test_a_file_that_can_not_be_replaced_is_overwritten(
    here: Here, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mounted(_fresh: Path, _target: Path) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    monkeypatch.setattr(Path, "replace", mounted)  # as a file that is mounted into a container
    here.run("validate", "--output", "json=out.json")
    assert "Valid" in (folder / "out.json").read_text("utf-8")
    assert [path.name for path in folder.iterdir() if path.name.endswith(".new")] == []


def test_a_link_stays_one(here: Here, folder: Path) -> None:
    (folder / "there").mkdir()
    (folder / "link.json").symlink_to("there/out.json")
    here.run("validate", "--output", "json=link.json")
    assert (folder / "link.json").is_symlink()
    assert "Valid" in (folder / "there" / "out.json").read_text("utf-8")


def test_a_format_that_can_not_show_it_is_refused(here: Here, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RENDERERS, "plans-only", lambda _: Renderer(plan=str))
    _, said = here.run("validate", "--output", "plans-only=x", code=64)
    assert "this command ends in a list of problems, which can't be written as plans-only" in " ".join(said.split())
    assert not (folder / "x").exists()
