"""A run that happened is not judged by its secrets, nor by `${env:}`; of an edit, what changed is shown and no more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli

DESK = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk}
---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: flow}
spec:
  name: Flow
  description: D
  role: R
  agents: [{handle: a, title: A, role: R, prompt: {template: Answer.}}]
---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: check}
spec:
  agentflow_id: flow
  goal: Check %s.
  input_variables:
    commit: "${env:COMMIT}"
    link: "https://${env:HOST}/?t=${secret:TOKEN}"
    token: "Bearer ${secret:TOKEN}"
    list: [{key: "${secret:TOKEN}", name: "%s"}]
"""
FIRST = {"COMMIT": "aaa", "HOST": "one", "TOKEN": "hush-hush-1"}


@pytest.fixture
def ran(tmp_path: Path, cli: Cli) -> Path:
    """Return a folder whose run happened."""
    (tmp_path / "m.yaml").write_text(DESK % ("one", "n"), encoding="utf-8")
    cli(tmp_path, "apply", "--sandbox", "--auto-approve", env=FIRST)
    return tmp_path


@pytest.mark.parametrize("changed", [{"TOKEN": "hush-hush-2"}, {"COMMIT": "bbb"}, {"COMMIT": "b", "HOST": "two"}])
def test_a_run_is_not_judged_by_its_environment(ran: Path, cli: Cli, changed: dict[str, str]) -> None:
    done = cli(ran, "plan", "--sandbox", "--detailed-exitcode", env={**FIRST, **changed})
    assert done.last == "No changes."
    assert "No changes." in cli(ran, "apply", "--sandbox", "--auto-approve", env={**FIRST, **changed}).stdout


def test_an_edit_of_a_run_shows_what_changed_alone(ran: Path, cli: Cli) -> None:
    (ran / "m.yaml").write_text(DESK % ("two", "m"), encoding="utf-8")
    shown = cli(ran, "plan", "--sandbox", env={**FIRST, "TOKEN": "hush-hush-2"}).stdout
    assert "a run can't be changed" in " ".join(shown.split())
    assert "goal" in shown
    assert "input_variables.list[0].name" in shown
    assert "(sensitive)" not in shown
    assert "hush" not in shown


def test_another_secret_in_a_run_is_an_edit(ran: Path, cli: Cli) -> None:
    text = (DESK % ("one", "n")).replace("Bearer ${secret:TOKEN}", "Bearer ${secret:OTHER}")
    (ran / "m.yaml").write_text(text, encoding="utf-8")
    shown = cli(ran, "plan", "--sandbox", env={**FIRST, "OTHER": "hush-hush-3"}).stdout
    assert "input_variables.token" in shown
    assert "input_variables.link" not in shown


def test_what_is_odd_in_the_environment_is_warned_of(ran: Path, cli: Cli) -> None:
    said = cli(ran, "validate", env={"COMMIT": "", "HOST": "h", "TOKEN": "hush-hush\n"}).stderr
    assert "${env:COMMIT} is empty" in said
    assert "${secret:TOKEN} ends with a line end" in said
    assert "hush" not in said
