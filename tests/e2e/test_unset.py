"""What is not set in the environment is unknown: all is read and planned, and only what needs it is not applied."""

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
spec: {projectName: Desk, description: "%s of ${env:COMMIT}, ${secret:TOKEN}"}
---
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: other}
spec: {projectName: Other}
---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: flow, project: desk}
spec:
  name: Flow
  description: Built from ${env:COMMIT}
  role: R
  agents: [{handle: a, title: A, role: R, prompt: {template: "Use ${secret:TOKEN}"}}]
---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: check, project: desk}
spec: {agentflow_id: flow, goal: Check, input_variables: {token: "${secret:TOKEN}", commit: "${env:COMMIT}"}}
"""
SET = {"COMMIT": "abcdef", "TOKEN": "hush-hush-1"}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return a folder that needs two variables."""
    (tmp_path / "m.yaml").write_text(DESK % "Desk", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("env", [{}, {"TOKEN": ""}])
def test_all_that_reads_goes_on_without(desk: Path, cli: Cli, env: dict[str, str]) -> None:
    for words in (["validate"], ["graph"], ["plan", "--sandbox"], ["plan", "--sandbox", "--format", "json"]):
        done = cli(desk, *words, env=env)
        assert "${secret:TOKEN} is not set here" in done.stderr
        assert "${env:COMMIT} is not set here" in done.stderr
        assert "Did you mean 'TOKEN'" not in done.stderr


def test_what_needs_it_is_not_applied_and_the_rest_can_be(desk: Path, cli: Cli) -> None:
    refused = " ".join(cli(desk, "apply", "--sandbox", "--auto-approve", code=1).stderr.split())
    assert "not all that would be sent is known" in refused
    assert "Project/desk needs ${env:COMMIT}, ${secret:TOKEN};" in refused
    for name in ("AgentFlow/flow/Agent/a needs ${secret:TOKEN};", "AgentFlow/flow needs ${env:COMMIT};"):
        assert f"desk/{name}" in refused
    assert "Plan: 4 to add" in cli(desk, "plan", "--sandbox").stdout
    cli(desk, "apply", "--sandbox", "--auto-approve", "--target", "Project/other")
    assert "Plan: 3 to add" in cli(desk, "plan", "--sandbox").stdout


def test_what_was_applied_with_it_is_no_change_without(desk: Path, cli: Cli) -> None:
    cli(desk, "apply", "--sandbox", "--auto-approve", env=SET)
    for env in ({}, {"COMMIT": "abcdef"}, {"TOKEN": "hush-hush-1"}, SET):
        assert cli(desk, "plan", "--sandbox", env=env).last == "No changes."
        assert "No changes." in cli(desk, "apply", "--sandbox", "--auto-approve", env=env).stdout


def test_a_change_beside_it_is_planned_and_not_applied(desk: Path, cli: Cli) -> None:
    cli(desk, "apply", "--sandbox", "--auto-approve", env=SET)
    text = (DESK % "Desk").replace("role: R, prompt", "role: New, prompt")
    (desk / "m.yaml").write_text(text, encoding="utf-8")
    shown = cli(desk, "plan", "--sandbox").stdout
    assert "Plan: 0 to add, 1 to change" in shown
    assert "(sensitive)" not in shown
    refused = cli(desk, "apply", "--sandbox", "--auto-approve", code=1).stderr
    assert "Agent/a needs ${secret:TOKEN}" in " ".join(refused.split())
    cli(desk, "apply", "--sandbox", "--auto-approve", env=SET)
    assert cli(desk, "plan", "--sandbox").last == "No changes."


def test_a_change_that_does_not_send_it_is_applied_without(desk: Path, cli: Cli) -> None:
    mail = "---\napiVersion: wexa.ai/v1\nkind: Connector\nmetadata: {name: mail, project: other}\n"
    mail += "spec: {name: M, description: D, category: mail, status: %s, config: {password: '${secret:TOKEN}'}}\n"
    (desk / "m.yaml").write_text((DESK % "Desk") + mail % "ready", encoding="utf-8")
    cli(desk, "apply", "--sandbox", "--auto-approve", env=SET)
    (desk / "m.yaml").write_text((DESK % "Desk") + mail % "inactive", encoding="utf-8")
    assert "1 changed" in cli(desk, "apply", "--sandbox", "--auto-approve").stdout
    for env in ({}, SET):
        assert cli(desk, "plan", "--sandbox", env=env).last == "No changes."


def test_a_plan_saved_without_it_is_applied_with_it(desk: Path, cli: Cli) -> None:
    cli(desk, "plan", "--sandbox", "--out", "it.plan")
    assert "needs" in cli(desk, "apply", "it.plan", "--sandbox", "--auto-approve", code=1).stderr
    cli(desk, "apply", "it.plan", "--sandbox", "--auto-approve", env=SET)
    assert cli(desk, "plan", "--sandbox", env=SET).last == "No changes."


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("metadata: {name: other}", "metadata: {name: '${env:NAME}'}"),
        ("kind: Project", "kind: ${env:NAME}"),
        ("handle: a", "handle: '${env:NAME}'"),
        ("agentflow_id: flow", "agentflow_id: '${env:NAME}'"),
        ("agentflow_id: flow", "agentflow_id: {id: '${secret:NAME}'}"),
        ("role: R\n", "role: {file: '${env:NAME}'}\n"),
    ],
)
def test_what_must_be_known_to_plan_is_named(desk: Path, cli: Cli, was: str, now: str) -> None:
    (desk / "m.yaml").write_text((DESK % "Desk").replace(was, now, 1), encoding="utf-8")
    said = " ".join(cli(desk, "validate", code=1, env=SET).stderr.split())
    assert "NAME} is not set, and must be known here" in said


def test_the_name_of_a_connector_that_is_not_set_blocks_what_needs_it(desk: Path, cli: Cli) -> None:
    skill = "---\napiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: s, project: other}\n"
    skill += "spec: {name: S, description: D, connector_id: {external: '${env:CONNECTOR}'}}\n"
    (desk / "m.yaml").write_text((DESK % "Desk") + skill, encoding="utf-8")
    cli(desk, "validate")
    assert "${env:CONNECTOR}" in cli(desk, "plan", "--sandbox", env=SET).stdout


@pytest.mark.parametrize("written", ["${env:AGENTS}", '["${env:AGENTS}"]'])
def test_a_list_of_agents_must_be_known_or_it_would_be_taken_for_none(desk: Path, cli: Cli, written: str) -> None:
    cli(desk, "apply", "--sandbox", "--auto-approve", env=SET)
    agents = '[{handle: a, title: A, role: R, prompt: {template: "Use ${secret:TOKEN}"}}]'
    text = (DESK % "Desk").replace(agents, written)
    (desk / "m.yaml").write_text(text, encoding="utf-8")
    refused = cli(desk, "plan", "--sandbox", "--prune", code=1, env=SET).stderr
    assert "spec.agents" in refused
    assert "${env:AGENTS} is not set, and must be known here" in refused


@pytest.mark.parametrize(("field", "value"), [("llm: {max_tokens: %s}", "64"), ("has_knowledge_base: %s", "true")])
def test_a_text_of_the_environment_where_a_number_is_wanted_is_told_what_to_write(
    desk: Path, cli: Cli, field: str, value: str
) -> None:
    written = field % '"${env:SIZE}"'
    text = (DESK % "Desk").replace("role: R, prompt", f"role: R, {written}, prompt")
    (desk / "m.yaml").write_text(text, encoding="utf-8")
    said = " ".join(cli(desk, "validate", code=1, env={**SET, "SIZE": value}).stderr.split())
    assert "${env:NAME} is always a text. Write ${var:NAME}" in said
    assert "quotes" not in said
    (desk / "m.yaml").write_text(text.replace("${env:SIZE}", "${var:SIZE}"), encoding="utf-8")
    cli(desk, "validate", "--var", f"SIZE={value}", env=SET)
