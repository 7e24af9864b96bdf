"""A snapshot that a trusted job takes, and plans from it where there is no key: the real command line and sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KEY, Cli, Desk

SENTINEL = "sentinel-secret-31c7"
FLOW = """apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: hidden, project: support-desk}
spec:
  name: Hidden
  description: Uses ${secret:TOKEN} now.
  role: process
  agents: []
"""


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def secret(desk: Desk) -> Desk:
    """Return the applied desk with a secret in a schedule, and the secret copied to another field on the live side."""
    edit(desk.folder / "schedule.yaml", "  template: ", "  template: ${secret:TOKEN} ")
    desk.apply(desk.plan(env={"TOKEN": SENTINEL}))
    return desk


def taken(cli: Cli, desk: Desk, file: Path) -> Any:
    """Take a snapshot as a trusted job does, and return its data."""
    cli(desk.folder, "snapshot", "--out", str(file), env={**desk.remote.env, "TOKEN": SENTINEL})
    return json.loads(file.read_text("utf-8"))


def test_a_fork_sees_what_the_workspace_would_show(cli: Cli, secret: Desk, tmp_path: Path) -> None:
    file, folder = tmp_path / "snapshot.json", secret.folder
    secret.remote.forget()
    data = taken(cli, secret, file)
    assert secret.remote.writes == []
    assert SENTINEL not in file.read_text("utf-8")
    assert KEY not in file.read_text("utf-8")
    again = taken(cli, secret, tmp_path / "again.json")
    assert {**data, "taken": "", "sha256": ""} == {**again, "taken": "", "sha256": ""}

    (folder / ".wexa-sync" / "state.json").unlink()  # a fork has none
    secret.remote.forget()
    for env in ({}, {"TOKEN": "another"}):
        same = cli(folder, "plan", "--snapshot", str(file), "--detailed-exitcode", env=env)
        assert same.last == "No changes."
        said = " ".join(same.stdout.split())
        assert "as it was " in said
        assert "It was made from a snapshot, and shows nothing that changed since." in said
        assert "A snapshot holds no secrets: 1 is not compared" in said
        assert "digest:" not in said
    edit(folder / "project.yaml", "Support coworker", "First line")
    edit(folder / "schedule.yaml", "${secret:TOKEN}", "${secret:OTHER}")
    edit(folder / "execution.yaml", "smoke-test\n", "smoke-test\n  generation: 2\n")
    (folder / "new.yaml").write_text(FLOW, "utf-8")
    plan = json.loads(cli(folder, "plan", "--snapshot", str(file), "--format", "json").stdout)
    work = {each["address"]: each["change"]["actions"] for each in plan["resource_changes"]}
    assert {address: actions for address, actions in work.items() if actions != ["no-op"]} == {
        "Project/support-desk": ["update"],
        "support-desk/Schedule/new-year-digest": ["update"],
        "support-desk/Execution/smoke-test": ["run"],
        "support-desk/AgentFlow/hidden": ["create"],
    }
    assert plan["basis"]["kind"] == "snapshot"
    assert plan["basis"]["taken"] == data["taken"]
    assert plan["digest"] == ""
    assert secret.remote.requests == []


def test_a_secret_that_was_changed_on_the_live_side_is_seen(cli: Cli, secret: Desk, tmp_path: Path) -> None:
    plan = secret.plan(env={"TOKEN": SENTINEL})
    (schedule,) = [change for change in plan.changes if change.address.kind == "Schedule"]
    (project,) = [change for change in plan.changes if change.address.kind == "Project"]
    path, live = f"/schedule/coworker/{schedule.id}", {"template": "other-sentinel-5511"}
    assert secret.remote.raw("PATCH", path, live, projectID=project.id or "").ok
    taken(cli, secret, tmp_path / "snapshot.json")
    assert "other-sentinel" not in (tmp_path / "snapshot.json").read_text("utf-8")
    done = cli(secret.folder, "plan", "--snapshot", str(tmp_path / "snapshot.json"))
    assert "~ template: (sensitive)" in " ".join(done.stdout.split())
    assert "(changed on the live side)" in done.stdout


def test_what_is_not_ours_is_in_it_by_name_at_most(cli: Cli, desk: Desk, tmp_path: Path) -> None:
    desk.apply()
    (project,) = [change for change in desk.plan().changes if change.address.kind == "Project"]
    made = {"projectName": "Stranger's project", "orgId": desk.remote.server.org_id, "coworker_role": ""}
    assert desk.remote.raw("POST", "/v1/project", {**made, "description": "private-1"}).ok
    flow = {"name": "Stranger's flow", "description": "private-2", "role": "private-3", "projectID": project.id}
    assert desk.remote.raw("POST", "/agentflow/", flow, projectID=project.id or "").ok
    text = json.dumps(taken(cli, desk, tmp_path / "snapshot.json"))
    assert "Stranger's flow" in text
    assert "Stranger's project" not in text
    assert "private-" not in text


def test_a_snapshot_is_only_to_be_looked_at(cli: Cli, desk: Desk, tmp_path: Path) -> None:
    desk.apply()
    file = tmp_path / "snapshot.json"
    taken(cli, desk, file)
    for flag in (("--out", "it.plan"), ("--check", "0" * 16), ("--against", "HEAD")):
        assert flag[0] in cli(desk.folder, "plan", "--snapshot", str(file), *flag, code=64).stderr
    cli(desk.folder, "apply", str(file), "--auto-approve", code=64, env=desk.remote.env)
    cli(desk.folder, "apply", "--snapshot", str(file), code=64, env=desk.remote.env)
    other = {"WEXA_ORG_ID": "0" * 24}
    said = " ".join(cli(desk.folder, "plan", "--snapshot", str(file), code=64, env=other).stderr.split())
    assert "is a snapshot of" in said
    assert "not of the organisation " + "0" * 24 in said
    assert "there is no such file" in cli(desk.folder, "plan", "--snapshot", "none.json", code=64).stderr
    file.write_text(file.read_text("utf-8").replace("Support", "Supports"), "utf-8")
    assert "changed after it was written" in " ".join(
        cli(desk.folder, "plan", "--snapshot", str(file), code=1).stderr.split()
    )


def test_without_a_file_it_goes_to_stdout(cli: Cli, desk: Desk) -> None:
    done = cli(desk.folder, "snapshot", env=desk.remote.env)
    assert json.loads(done.stdout)["format"] == "wexa-sync-snapshot"
    assert cli(desk.folder, "snapshot", code=1).stderr.startswith("Error: missing: the API key")
