"""The real command line as a process, against the real sandbox server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import env_of, examples

if TYPE_CHECKING:
    from tests.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., str]


@pytest.fixture
def run(cli: Cli) -> Run:
    """Return a function that runs the command line, and returns its stdout."""

    def start(folder: Path, *words: str, code: int = 0, said: str = "") -> str:
        done = cli(folder, *words, code=code, env=env_of(folder))
        assert said in " ".join(done.stderr.split())
        return done.stdout

    return start


@pytest.fixture(params=examples(), ids=lambda folder: folder.name)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    target = tmp_path / "workspace"
    shutil.copytree(request.param, target, ignore=shutil.ignore_patterns(".wexa-sync"))
    return target


def test_an_edited_prompt_is_one_update_and_is_applied(applied: Path, run: Run) -> None:
    prompt = applied / "prompts/answer.md"
    prompt.write_text(prompt.read_text() + "Sign with the desk's name.\n")
    shown = run(applied, "plan", "--sandbox")
    assert "+ Sign with the desk's name." in shown
    assert shown.rstrip().endswith("Plan: 0 to add, 1 to change, 0 to delete, 0 to run.")
    assert "1 changed" in run(applied, "apply", "--sandbox", "--auto-approve")
    assert run(applied, "plan", "--sandbox").rstrip().endswith("No changes.")


def test_a_removed_schedule_is_an_orphan_until_it_is_pruned(applied: Path, run: Run) -> None:
    (applied / "schedule.yaml").unlink()
    plan = json.loads(run(applied, "plan", "--sandbox", "--format", "json"))
    assert plan["summary"]["delete"] == 0
    assert [orphan["address"] if isinstance(orphan, dict) else orphan for orphan in plan["orphans"]] == [
        "support-desk/Schedule/new-year-digest"
    ]
    run(applied, "plan", "--sandbox", "--detailed-exitcode", code=2)
    run(applied, "apply", "--sandbox", "--auto-approve")
    assert "1 deleted" in run(applied, "apply", "--sandbox", "--auto-approve", "--prune")
    run(applied, "plan", "--sandbox", "--detailed-exitcode")


def test_what_the_api_cannot_do_is_blocked(applied: Path, tmp_path: Path, run: Run) -> None:
    skills = applied / "skills.yaml"
    skills.write_text(skills.read_text().replace("three sentences", "two sentences"))
    shown = run(applied, "plan", "--sandbox", "--strict", code=3)
    assert "0 to change, 0 to delete, 0 to run, 1 blocked." in shown
    assert "`wexa-sync state show support-desk/Skill/summarise --sandbox` has what was applied" in " ".join(
        shown.split()
    )
    address = "support-desk/Skill/summarise"
    assert "three sentences" in run(applied, "state", "show", address, "--sandbox"), "and it is as the hint says"
    run(applied, "plan", "--sandbox", "--detailed-exitcode", code=2)
    run(applied, "plan", "--sandbox")
    assert "1 blocked" in run(applied, "apply", "--sandbox", "--auto-approve", code=4), (
        "merged, and not made: not green"
    )
    saved = str(tmp_path / "change.plan")
    run(applied, "plan", "--sandbox", "--out", saved)
    run(applied, "apply", saved, "--sandbox", "--auto-approve", "--format", "json", code=4)
    (applied / "schedule.yaml").unlink()
    assert "1 deleted" in run(applied, "apply", "--sandbox", "--auto-approve", "--prune", code=4), "the rest is made"
    run(applied, "apply", "--sandbox", "--auto-approve", "--strict", code=3)


def test_a_saved_plan_is_applied_as_it_was_reviewed_and_once(applied: Path, tmp_path: Path, run: Run) -> None:
    skills = applied / "skills.yaml"
    skills.write_text(skills.read_text().replace("draft-answer", "draft-reply").replace("Draft answer", "Draft reply"))
    flow = applied / "triage.yaml"
    flow.write_text(flow.read_text().replace("draft-answer", "draft-reply"))
    saved = str(tmp_path / "change.plan")
    run(applied, "plan", "--sandbox", "--out", saved)
    run(tmp_path, "apply", saved, "--sandbox", "--auto-approve", code=1, said="made with another state")
    assert "1 added, 1 changed" in run(applied, "apply", saved, "--sandbox", "--auto-approve")
    run(applied, "apply", saved, "--sandbox", "--auto-approve", code=1, said="there was another apply")


def test_destroy_takes_everything_that_is_managed(applied: Path, run: Run) -> None:
    run(applied, "destroy", "--sandbox", "--auto-approve")
    assert run(applied, "state", "list", "--sandbox") == ""


def test_destroy_says_by_its_exit_code_that_something_stays(applied: Path, run: Run) -> None:
    schedule = applied / "schedule.yaml"
    schedule.write_text(
        schedule.read_text().replace("metadata:\n", "metadata:\n  lifecycle: {prevent_destroy: true}\n")
    )
    run(applied, "apply", "--sandbox", "--auto-approve")
    said = run(applied, "destroy", "--sandbox", "--auto-approve", code=3)
    assert "blocked, and left as it is: the plan above says why" in said
    assert "support-desk/Schedule/" in run(applied, "state", "list", "--sandbox")
    run(applied, "destroy", "--sandbox", "--auto-approve", code=3)


def test_bad_input_is_told_with_its_place_and_nothing_is_sent(tmp_path: Path, run: Run) -> None:
    (tmp_path / "skill.yaml").write_text("apiVersion: wexa.ai/v1\nkind: Skil\nmetadata:\n  name: x\nspec: {}\n")
    run(tmp_path, "plan", "--sandbox", code=1)
    assert not (tmp_path / ".wexa-sync").exists()


def test_the_graph_names_every_edge(run: Run) -> None:
    shown = run(ROOT / "examples/support-desk", "graph")
    assert shown.startswith("graph LR\n")
    assert '["support-desk/AgentFlow/triage/Agent/answer"]' in shown
    assert run(ROOT / "examples/support-desk", "graph", "--format", "dot").rstrip().endswith("}")


def test_a_schema_is_printed_whole(run: Run) -> None:
    assert json.loads(run(ROOT, "schema", "Skill"))["properties"]["kind"] == {"const": "Skill"}
    for name in run(ROOT, "schema").split():
        assert ".json#" not in run(ROOT, "schema", name), "it refers to another file"
    run(ROOT, "schema", "Skil", code=64)


def test_a_plan_as_json_is_what_its_printed_schema_says(workspace: Path, run: Run) -> None:
    schema = json.loads(run(workspace, "schema", "plan"))
    Draft202012Validator(schema).validate(json.loads(run(workspace, "plan", "--sandbox", "--format", "json")))


def test_wrong_usage_is_64(tmp_path: Path, run: Run) -> None:
    run(tmp_path, "plan", "--no-such-option", code=64)
