"""`wexa-sync init` writes a repository that is valid, and nothing over anything."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Here


def test_init_writes_a_repository_that_is_valid(here: Here) -> None:
    said, next_ = here.run("init", "new desk")
    written = {path.relative_to(here.path).as_posix() for path in (here.path / "new desk").rglob("*") if path.is_file()}
    assert set(said.split("\n")) - {""} == written
    assert {"new desk/wexa-sync.yaml", "new desk/.gitignore", "new desk/.github/workflows/wexa-sync.yml"} <= written
    assert "Next: cd 'new desk' && wexa-sync validate && wexa-sync plan --sandbox" in next_
    assert here.run("validate", "new desk")[0].startswith("Valid: ")


def test_init_writes_here_without_a_name(here: Here) -> None:
    assert "Next: wexa-sync validate" in here.run("init")[1]
    assert here.run("validate")[0].startswith("Valid: ")


@pytest.mark.parametrize("there", ["project.yaml", ".gitignore"])
def test_init_writes_nothing_over_anything(here: Here, there: str) -> None:
    (here.path / there).symlink_to("nowhere")
    _, said = here.run("init", code=1)
    assert f"nothing was written: {there} is there already" in " ".join(said.split())
    assert [path.name for path in here.path.iterdir()] == [there]


def test_init_names_all_that_is_there(here: Here) -> None:
    here.run("init")
    _, said = here.run("init", code=1)
    assert "are there already" in " ".join(said.split())


@pytest.mark.parametrize(("name", "why"), [("file/x", "Not a directory"), ("x" * 300, "File name too long")])
def test_init_where_nothing_can_be_written(here: Here, name: str, why: str) -> None:
    (here.path / "file").touch()
    _, said = here.run("init", name, code=1)
    assert f"can't be written: {why}" in " ".join(said.split())


def test_init_on_a_full_disk_names_the_file(here: Here) -> None:
    script = f"ulimit -f 0; trap '' XFSZ; exec {sys.executable} -m wexa_sync init new"
    done = subprocess.run(["bash", "-c", script], cwd=here.path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "new/" in done.stderr
    assert "can't be written: File too large" in " ".join(done.stderr.split())


def test_init_in_a_folder_whose_name_is_not_utf8(here: Here) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wexa_sync", "init", os.fsdecode(b"caf\xe9")],
        cwd=here.path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
