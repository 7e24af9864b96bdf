"""A shell completes commands, options and addresses, and hears nothing where an address can't be known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Here

MANIFESTS = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk}
---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: summarise}
spec: {name: Summarise, description: D, connector_id: {external: Mail}}
"""


def completed(folder: Path, *words: str) -> list[str]:
    """Return what bash offers for the last word, in a process of its own."""
    command = Path(sys.executable).with_name("wexa-sync")
    env = {name: value for name, value in os.environ.items() if not name.startswith("WEXA_")}
    script = 'source <("$0" completion bash); COMP_WORDS=(wexa-sync "$@"); COMP_CWORD=$#; _wexa_sync_completion "$0"'
    done = subprocess.run(
        ["bash", "-c", f'{script}; printf "%s\\n" "${{COMPREPLY[@]}}"', str(command), *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands_options_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MANIFESTS, encoding="utf-8")
    assert completed(tmp_path, "val") == ["validate"]
    assert completed(tmp_path, "get", "sk") == ["skill", "skill-category"]
    assert completed(tmp_path, "plan", "--detailed") == ["--detailed-exitcode"]
    assert completed(tmp_path, "plan", "--target", "") == ["Project/desk", "desk/Skill/summarise"]
    assert completed(tmp_path, "plan", "--target", "desk/") == ["desk/Skill/summarise"]


def test_bash_completes_environments(tmp_path: Path) -> None:
    (tmp_path / "wexa-sync.yaml").write_text("environments: {staging: {}, production: {}}\n", encoding="utf-8")
    assert completed(tmp_path, "plan", "--env", "") == ["staging", "production"]
    assert completed(tmp_path, "apply", "--env", "st") == ["staging"]


def test_what_cant_be_read_offers_nothing_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "wexa-sync.yaml").write_text("nope: [\n", encoding="utf-8")
    assert completed(tmp_path, "plan", "--target", "") == []


@pytest.mark.parametrize(("shell", "first"), [("bash", "_wexa_sync_completion()"), ("zsh", "#compdef wexa-sync")])
def test_each_shell_has_its_script(here: Here, shell: str, first: str) -> None:
    assert here.run("completion", shell)[0].startswith(first)
    assert "complete --no-files --command wexa-sync" in here.run("completion", "fish")[0]
