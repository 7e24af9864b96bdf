"""Two clones of a repository that keeps its state: neither takes the other's plan, nor a state that git merged."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wexa_sync.plan.file import save

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Desk

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")

Git = Callable[..., int]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Run git in a folder as nobody in particular, with no settings of the machine. Return its exit code."""
    person = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    alone = {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}

    def run(folder: Path, *words: str) -> int:
        done = subprocess.run(["git", *words], cwd=folder, env={**alone, **person}, capture_output=True, check=False)
        return done.returncode

    return run


@pytest.fixture
def clones(desk: Desk, git: Git, tmp_path: Path) -> tuple[Desk, Desk]:
    """Return two clones of the applied desk, each one apply further: at the same serial, with another content."""
    desk.apply()
    for words in (["init", "-b", "main"], ["add", "--force", "."], ["commit", "-m", "Applied."]):
        assert git(desk.folder, *words) == 0
    one, other = (replace(desk, folder=tmp_path / name) for name in ("one", "other"))
    for clone, file in ((one, "project.yaml"), (other, "schedule.yaml")):
        assert git(tmp_path, "clone", str(desk.folder), str(clone.folder)) == 0
        manifest = clone.folder / file
        manifest.write_text(manifest.read_text("utf-8").replace("metadata:\n", LIFECYCLE), "utf-8")
        clone.apply()
        assert git(clone.folder, "commit", "-a", "-m", "Applied again.") == 0
    states = [clone.workspace.store.load() for clone in (one, other)]
    assert len({(state.lineage, state.serial) for state in states}) == 1
    assert states[0] != states[1]
    return one, other


LIFECYCLE = "metadata:\n  lifecycle: {prevent_destroy: true}\n"


def test_a_plan_of_one_clone_is_not_applied_in_the_other(clones: tuple[Desk, Desk], cli: Cli, tmp_path: Path) -> None:
    one, other = clones
    (one.folder / "prompts" / "classify.md").write_text("Other words.\n", "utf-8")
    save(one.plan(), tmp_path / "it.plan")
    one.remote.forget()
    refused = cli(other.folder, "apply", str(tmp_path / "it.plan"), "--auto-approve", code=1, env=one.remote.env)
    assert "the state has changed since this plan was made" in " ".join(refused.stderr.split())
    assert one.remote.writes == []
    cli(one.folder, "apply", str(tmp_path / "it.plan"), "--auto-approve", env=one.remote.env)
    assert len(one.remote.writes) == 1


@pytest.mark.parametrize("strategy", [[], ["-X", "ours"]], ids=["as it is", "-X ours"])
def test_a_state_that_git_merged_is_refused(clones: tuple[Desk, Desk], cli: Cli, git: Git, strategy: list[str]) -> None:
    one, other = clones
    merged = git(one.folder, "pull", "--no-rebase", "--no-edit", *strategy, str(other.folder), "main")
    assert merged == (
        0 if strategy else 1
    )  # both sides changed the checksum: git leaves its marks, or is told to guess
    refused = cli(one.folder, "plan", code=1, env=one.remote.env)
    said = " ".join(refused.stderr.split())
    assert "is damaged" in said
    assert "of a merge conflict take one side whole" in said
    # What the hint says leads out of it.
    assert git(one.folder, "checkout", "HEAD^" if strategy else "--ours", "--", ".wexa-sync/state.json") == 0
    cli(one.folder, "plan", env=one.remote.env)


def test_a_plan_is_applied_as_the_user_it_was_made_as(desk: Desk, cli: Cli, tmp_path: Path) -> None:
    save(desk.plan(), tmp_path / "it.plan")
    words = ("apply", str(tmp_path / "it.plan"), "--auto-approve")
    refused = cli(desk.folder, *words, code=1, env={**desk.remote.env, "WEXA_USER_ID": "6" * 24})
    said = " ".join(refused.stderr.split())
    assert f"the plan was made as the user {desk.remote.server.user_id}, and this is {'6' * 24}" in said
    assert desk.remote.writes == []
    cli(desk.folder, *words, env=desk.remote.env)
