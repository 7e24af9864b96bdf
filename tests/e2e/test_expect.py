"""What was reviewed is what is applied: the digest in `plan`, `plan --check` and `apply --expect`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Desk
from wexa_sync.text.digests import short


def planned(cli: Cli, folder: Path, env: dict[str, str], *words: str) -> Any:
    """Return the JSON of the plan that the command line makes."""
    return json.loads(cli(folder, "plan", "--format", "json", *words, env=env).stdout)


@pytest.fixture
def edited(desk: Desk) -> Desk:
    """Return the applied desk with an edited project."""
    desk.apply()
    file = desk.folder / "project.yaml"
    file.write_text(file.read_text("utf-8").replace("Support coworker", "First line"), "utf-8")
    desk.remote.forget()
    return desk


def test_the_same_world_has_one_digest_and_only_that_is_applied(cli: Cli, edited: Desk, tmp_path: Path) -> None:
    env, folder = edited.remote.env, edited.folder
    reviewed = planned(cli, folder, env)
    digest = reviewed["digest"]
    elsewhere = shutil.copytree(folder, tmp_path / "another machine" / "x")
    assert planned(cli, elsewhere, {**env, "TZ": "Asia/Kolkata"})["digest"] == digest
    assert planned(cli, tmp_path, env, "desk")["digest"] == digest
    assert f"digest: {short(digest)}" in cli(folder, "plan", "--check", f" {short(digest).upper()} ", env=env).stdout
    assert planned(cli, folder, env, "--prune")["digest"] != digest

    file = tmp_path / "reviewed.json"
    file.write_text(json.dumps(reviewed), "utf-8")
    manifest = folder / "project.yaml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("First line", "Second line"), "utf-8")
    agreed = ("apply", "--auto-approve", "--expect", digest)
    refused = cli(folder, *agreed, "--reviewed", str(file), env=env, code=5)
    assert "Second line" in refused.stdout, "the plan as it is now"
    assert "Since then: Project/support-desk differs (update: the manifest changed)." in " ".join(
        refused.stderr.split()
    )
    refused = cli(folder, *agreed, "--format", "json", "--log-format", "json", env=env, code=5)
    report = json.loads(refused.stdout)
    assert {each["status"] for each in report["outcomes"]} == {"skipped"}
    assert report["error"]["message"].startswith("this is not the plan that was reviewed")
    assert "It would now update Project/support-desk." in json.loads(refused.stderr)["message"]
    assert cli(folder, "plan", "--check", digest, env=env, code=5).last.startswith("Plan: 0 to add, 1 to change")
    assert edited.remote.writes == []

    manifest.write_text(text, "utf-8")
    assert cli(folder, *agreed, env=env).last.startswith("Apply complete!")
    again = cli(folder, *agreed, "--reviewed", str(file), env=env, code=5)
    assert "there was another apply" in " ".join(again.stderr.split())


def test_what_changed_live_moves_the_digest(cli: Cli, edited: Desk) -> None:
    env, digest = edited.remote.env, edited.plan().digest
    (project,) = [c for c in edited.plan().changes if c.address.kind == "Project"]
    body = {"projectName": "Support desk", "coworker_role": "Support coworker", "orgId": edited.remote.server.org_id}
    changed = edited.remote.raw("PUT", "/v1/project", {**body, "description": "Live."}, projectId=project.id or "")
    assert changed.ok
    edited.remote.forget()
    cli(edited.folder, "plan", "--check", digest, env=env, code=5)
    cli(edited.folder, "apply", "--auto-approve", "--expect", digest, env=env, code=5)
    assert edited.remote.writes == []


def test_a_saved_plan_is_held_against_the_digest_too(cli: Cli, edited: Desk) -> None:
    env, folder = edited.remote.env, edited.folder
    digest = planned(cli, folder, env, "--out", "it.plan")["digest"]
    saved = ("apply", "it.plan", "--auto-approve", "--expect")
    cli(folder, *saved, "0" * 16, env=env, code=5)
    assert edited.remote.writes == []
    assert cli(folder, *saved, short(digest), env=env).last.startswith("Apply complete!")


@pytest.mark.parametrize("command", [("plan", "--check"), ("apply", "--expect")])
def test_a_digest_that_is_none_is_wrong_usage(cli: Cli, tmp_path: Path, command: tuple[str, str]) -> None:
    assert "16 hex digits" in cli(tmp_path, *command, "3f9a-1c2b", code=64).stderr


def test_a_reviewed_plan_needs_its_digest(cli: Cli, tmp_path: Path) -> None:
    assert "--reviewed needs --expect" in cli(tmp_path, "apply", "--reviewed", "plan.json", code=64).stderr
