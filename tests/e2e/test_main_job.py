"""The real command line as a process, against the real sandbox server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(folder for folder in (ROOT / "examples").iterdir() if folder.is_dir())


def run(folder: Path, *words: str, code: int = 0, said: str = "") -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("WEXA")}
    done = subprocess.run(
        [sys.executable, "-m", "wexa_sync", *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert said in " ".join(done.stderr.split())
    return done.stdout


@pytest.fixture(params=EXAMPLES, ids=lambda folder: folder.name)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    target = tmp_path / "workspace"
    shutil.copytree(request.param, target, ignore=shutil.ignore_patterns(".wexa-sync"))
    return target


def test_apply_then_plan_is_empty(workspace: Path) -> None:
    assert run(workspace, "validate").startswith("Valid: ")
    assert " to add, 0 to change, 0 to delete" in run(workspace, "plan", "--sandbox", "--detailed-exitcode", code=2)
    assert "Apply complete!" in run(workspace, "apply", "--sandbox", "--auto-approve")
    assert run(workspace, "plan", "--sandbox", "--detailed-exitcode").rstrip().endswith("No changes.")


def support_desk(tmp_path: Path) -> Path:
    target = tmp_path / "workspace"
    shutil.copytree(ROOT / "examples/support-desk", target, ignore=shutil.ignore_patterns(".wexa-sync"))
    run(target, "apply", "--sandbox", "--auto-approve")
    return target


def test_an_edited_prompt_is_one_update_and_is_applied(tmp_path: Path) -> None:
    folder = support_desk(tmp_path)
    prompt = folder / "prompts/answer.md"
    prompt.write_text(prompt.read_text() + "Sign with the desk's name.\n")
    shown = run(folder, "plan", "--sandbox")
    assert "+ Sign with the desk's name." in shown
    assert shown.rstrip().endswith("Plan: 0 to add, 1 to change, 0 to delete, 0 to run.")
    assert "1 changed" in run(folder, "apply", "--sandbox", "--auto-approve")
    assert run(folder, "plan", "--sandbox").rstrip().endswith("No changes.")


def test_a_removed_schedule_is_an_orphan_until_it_is_pruned(tmp_path: Path) -> None:
    folder = support_desk(tmp_path)
    (folder / "schedule.yaml").unlink()
    plan = json.loads(run(folder, "plan", "--sandbox", "--format", "json"))
    assert plan["summary"]["delete"] == 0
    assert [orphan["address"] if isinstance(orphan, dict) else orphan for orphan in plan["orphans"]] == [
        "support-desk/Schedule/new-year-digest"
    ]
    run(folder, "plan", "--sandbox", "--detailed-exitcode", code=2)
    run(folder, "apply", "--sandbox", "--auto-approve")
    assert "1 deleted" in run(folder, "apply", "--sandbox", "--auto-approve", "--prune")
    run(folder, "plan", "--sandbox", "--detailed-exitcode")


def test_what_the_api_cannot_do_is_blocked(tmp_path: Path) -> None:
    folder = support_desk(tmp_path)
    skills = folder / "skills.yaml"
    skills.write_text(skills.read_text().replace("three sentences", "two sentences"))
    shown = run(folder, "plan", "--sandbox", "--strict", code=3)
    assert "0 to change, 0 to delete, 0 to run, 1 blocked." in shown
    assert "`wexa-sync state show ADDRESS` has what was applied" in " ".join(shown.split())
    address = "support-desk/Skill/summarise"
    assert "three sentences" in run(folder, "state", "show", address, "--sandbox"), "and it is as the hint says"
    run(folder, "plan", "--sandbox", "--detailed-exitcode", code=2)
    run(folder, "plan", "--sandbox")
    assert "1 blocked" in run(folder, "apply", "--sandbox", "--auto-approve", code=4), "merged, and not made: not green"
    saved = str(tmp_path / "change.plan")
    run(folder, "plan", "--sandbox", "--out", saved)
    run(folder, "apply", saved, "--sandbox", "--auto-approve", "--format", "json", code=4)
    (folder / "schedule.yaml").unlink()
    assert "1 deleted" in run(folder, "apply", "--sandbox", "--auto-approve", "--prune", code=4), "the rest is made"
    run(folder, "apply", "--sandbox", "--auto-approve", "--strict", code=3)


def test_a_saved_plan_is_applied_as_it_was_reviewed_and_once(tmp_path: Path) -> None:
    folder = support_desk(tmp_path)
    skills = folder / "skills.yaml"
    skills.write_text(skills.read_text().replace("draft-answer", "draft-reply").replace("Draft answer", "Draft reply"))
    flow = folder / "triage.yaml"
    flow.write_text(flow.read_text().replace("draft-answer", "draft-reply"))
    saved = str(tmp_path / "change.plan")
    run(folder, "plan", "--sandbox", "--out", saved)
    run(tmp_path, "apply", saved, "--sandbox", "--auto-approve", code=1, said="made with another state")
    assert "1 added, 1 changed" in run(folder, "apply", saved, "--sandbox", "--auto-approve")
    run(folder, "apply", saved, "--sandbox", "--auto-approve", code=1, said="somebody applied meanwhile")


def test_destroy_takes_everything_that_is_managed(tmp_path: Path) -> None:
    folder = support_desk(tmp_path)
    run(folder, "destroy", "--sandbox", "--auto-approve")
    assert run(folder, "state", "list", "--sandbox") == ""


def test_destroy_says_by_its_exit_code_that_something_stays(tmp_path: Path) -> None:
    folder = support_desk(tmp_path)
    schedule = folder / "schedule.yaml"
    schedule.write_text(
        schedule.read_text().replace("metadata:\n", "metadata:\n  lifecycle: {prevent_destroy: true}\n")
    )
    run(folder, "apply", "--sandbox", "--auto-approve")
    said = run(folder, "destroy", "--sandbox", "--auto-approve", code=3)
    assert "blocked, and left as it is: the plan above says why" in said
    assert "support-desk/Schedule/" in run(folder, "state", "list", "--sandbox")
    run(folder, "destroy", "--sandbox", "--auto-approve", code=3)


def test_bad_input_is_told_with_its_place_and_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "skill.yaml").write_text("apiVersion: wexa.ai/v1\nkind: Skil\nmetadata:\n  name: x\nspec: {}\n")
    run(tmp_path, "plan", "--sandbox", code=1)
    assert not (tmp_path / ".wexa-sync").exists()


def test_the_graph_names_every_edge() -> None:
    shown = run(ROOT / "examples/support-desk", "graph")
    assert shown.startswith("graph LR\n")
    assert '["support-desk/AgentFlow/triage/Agent/answer"]' in shown
    assert run(ROOT / "examples/support-desk", "graph", "--format", "dot").rstrip().endswith("}")


def test_a_schema_is_printed_whole() -> None:
    assert json.loads(run(ROOT, "schema", "Skill"))["properties"]["kind"] == {"const": "Skill"}
    for name in run(ROOT, "schema").split():
        assert "$ref" not in run(ROOT, "schema", name)
    run(ROOT, "schema", "Skil", code=64)


def test_a_plan_as_json_is_what_its_printed_schema_says(workspace: Path) -> None:
    schema = json.loads(run(workspace, "schema", "plan"))
    Draft202012Validator(schema).validate(json.loads(run(workspace, "plan", "--sandbox", "--format", "json")))


def test_wrong_usage_is_64(tmp_path: Path) -> None:
    run(tmp_path, "plan", "--no-such-option", code=64)
