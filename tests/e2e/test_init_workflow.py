"""What the workflow that `init` writes does in its steps, as the shell that runs them does it, with a real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from tests.conftest import Cli

NAMED = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def run(folder: Path, *command: str, **env: str) -> str:
    """Return what a command prints. It must succeed."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **NAMED}
    done = subprocess.run(command, cwd=folder, env={**clean, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path, cli: Cli) -> Path:
    """Return a repository as init writes it, cloned from a remote."""
    run(tmp_path, "git", "init", "--quiet", "--bare", "remote")
    run(tmp_path, "git", "clone", "--quiet", "remote", "here")
    here = tmp_path / "here"
    cli(here, "init")
    run(here, "git", "add", ".")
    run(here, "git", "commit", "--quiet", "-m", "init")
    run(here, "git", "push", "--quiet", "--set-upstream", "origin", "HEAD")
    return here


def step(folder: Path, job: str, name: str, **env: str) -> None:
    """Run a step of the workflow as GitHub does."""
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "wexa-sync.yml").read_text(encoding="utf-8"))
    (script,) = [found["run"] for found in workflow["jobs"][job]["steps"] if found.get("name", "").startswith(name)]
    run(folder, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script, **env)


def committed(folder: Path) -> set[str]:
    """Return the files of the state that the remote has."""
    run(folder, "git", "fetch", "--quiet")
    return set(run(folder, "git", "ls-tree", "--name-only", "@{upstream}").split()) & {
        "state.json",
        "state.json.journal",
        "state.json.lock",
        "change.plan",
    }


def test_the_state_is_committed_where_there_is_one_and_its_lock_never(checkout: Path) -> None:
    for there, kept in (
        ([], set()),
        (["state.json.lock"], set()),
        (["state.json.journal", "state.json.lock"], {"state.json.journal"}),
        (["state.json"], {"state.json"}),  # the next apply folded the journal in
        (["state.json"], {"state.json"}),
    ):
        for file in checkout.glob("state.json*"):
            file.unlink()
        for name in [*there, "change.plan"]:
            (checkout / name).write_text(name, encoding="utf-8")
        step(checkout, "apply", "Commit the state")
        assert committed(checkout) == kept


def test_nothing_in_a_plan_can_leave_its_place_in_the_summary(checkout: Path, tmp_path: Path) -> None:
    said = "~~~~\n```\n\n# Approved\n<b>evil</b>\n"
    tool = tmp_path / "bin" / "wexa-sync"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\n", encoding="utf-8")
    tool.chmod(0o700)
    summary = tmp_path / "summary.md"
    path = f"{tool.parent}:{os.environ['PATH']}"
    step(checkout, "plan", "Plan", GITHUB_STEP_SUMMARY=str(summary), PATH=path)
    lines = summary.read_text(encoding="utf-8").splitlines()
    assert [line.removeprefix("    ") for line in lines] == said.splitlines()
    assert all(line.startswith("    ") for line in lines)
