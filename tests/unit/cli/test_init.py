"""`wexa-sync init` writes a repository that is valid, adds to one that has files, and writes nothing over anything."""

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


ACTION = {".github/actions/wexa-sync/action.yml", ".github/actions/wexa-sync/action/run.sh"}
COMPOSE = "services: {web: {image: nginx}}\n"


def test_init_in_a_repository_that_has_files(here: Here) -> None:
    files = {
        ".gitignore": "*.pyc\r\n.wexa-sync/",
        "docker-compose.yml": COMPOSE,
        "project.yaml": COMPOSE,
        "README.md": "# mine\n",
        ".github/workflows/wexa-sync.yml": "name: mine\n",
        "prompts/answer.md": "Mine.\n",
    }
    for name, text in files.items():
        (here.path / name).parent.mkdir(parents=True, exist_ok=True)
        (here.path / name).write_text(text, encoding="utf-8", newline="")
    written, said = here.run("init")
    mine = {".gitignore", ".schemas/wexa-sync.json", "assistant.yaml", "wexa-project.yaml", "wexa-sync.yaml"}
    assert set(written.split()) == mine | ACTION
    assert "Kept as they are: .github/workflows/wexa-sync.yml, prompts/answer.md." in said
    del files[".gitignore"]
    assert {name: (here.path / name).read_text(encoding="utf-8") for name in files} == files
    ignored = (here.path / ".gitignore").read_bytes().decode()
    assert ignored.startswith("*.pyc\r\n.wexa-sync/\r\nstate.json.lock\r\n")
    assert ignored.count(".wexa-sync/") == 1
    out, warned = here.run("validate")
    assert out == "Valid: 4 resources.\n"
    assert "Skipped 2 YAML documents of other tools" in warned


def test_init_ignores_no_file_of_others(here: Here) -> None:
    here.run("init")
    subprocess.run(["git", "init", "--quiet"], cwd=here.path, check=True)
    names = ["state.json.lock", ".wexa-sync/sandbox.db", "change.plan", "poetry.lock", "state.json", "assistant.yaml"]
    done = subprocess.run(["git", "check-ignore", *names], cwd=here.path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == names[:3]


def test_a_second_init_changes_nothing(here: Here) -> None:
    here.run("init")
    before = {path: path.read_bytes() for path in here.path.rglob("*") if path.is_file()}
    written, said = here.run("init")
    assert written == ""
    kept = f"Kept as they are: {', '.join([*sorted(ACTION), '.github/workflows/wexa-sync.yml', '.gitignore'])}"
    assert f"{kept}, wexa-sync.yaml." in said
    assert {path: path.read_bytes() for path in here.path.rglob("*") if path.is_file()} == before


def test_init_beside_manifests_writes_no_example(here: Here) -> None:
    (here.path / "desk.yml").write_text("apiVersion: wexa.ai/v1\nkind: Project\n", encoding="utf-8")
    written, said = here.run("init")
    assert set(written.split()) == {".github/workflows/wexa-sync.yml", ".gitignore", "wexa-sync.yaml"} | ACTION
    assert "There are manifests already" in said


@pytest.mark.parametrize("there", ["wexa-sync.yaml", ".gitignore"])
def test_init_follows_no_link_that_leads_nowhere(here: Here, there: str) -> None:
    (here.path / there).symlink_to("nowhere")
    assert f"Kept as they are: {there}." in here.run("init")[1]
    assert not (here.path / "nowhere").exists()


def test_init_writes_the_rest_where_one_file_can_t_be_written(here: Here) -> None:
    (here.path / "prompts").touch()
    written, said = here.run("init", code=1)
    assert "prompts/answer.md can't be written" in " ".join(said.split())
    assert "wexa-sync.yaml" in written.split()


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


def test_init_in_a_folder_that_is_gone(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    (here.path / "gone").mkdir()
    monkeypatch.chdir(here.path / "gone")
    (here.path / "gone").rmdir()
    assert "the current folder is gone" in here.run("init", code=1)[1]


def test_manifests_name_the_schema_that_init_writes(here: Here) -> None:
    here.run("init")
    schema = here.path / ".schemas" / "wexa-sync.json"
    assert schema.read_text(encoding="utf-8") == here.run("schema", "manifest")[0]
    for name in ("project.yaml", "assistant.yaml"):
        first, *_ = (here.path / name).read_text(encoding="utf-8").splitlines()
        assert first == "# yaml-language-server: $schema=.schemas/wexa-sync.json"
        assert (here.path / first.partition("=")[2]) == schema


def test_the_schema_may_be_at_an_address(here: Here) -> None:
    out, _ = here.run("init", "--schema", "https://example.com/s.json")
    assert ".schemas" not in out
    assert (
        (here.path / "project.yaml")
        .read_text(encoding="utf-8")
        .startswith("# yaml-language-server: $schema=https://example.com/s.json\n")
    )
    assert here.run("validate")[0].startswith("Valid: ")
