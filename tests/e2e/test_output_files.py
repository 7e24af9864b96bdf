"""--output and --out: what can't be written is told before anything is done, and what was done is told in any case."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from wexa_sync.plan.file import save

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk


@pytest.mark.parametrize("words", [("apply", "--output"), ("plan", "--output"), ("plan", "--out")])
def test_a_place_that_is_not_there_is_told_before_anything_is_sent(
    words: tuple[str, str], desk: Desk, cli: Cli
) -> None:
    command, option = words
    for place, said in (("nowhere/x", "there is no folder nowhere to write x in"), (".", "is a directory")):
        done = cli(desk.folder, command, option, place, code=64, env=desk.remote.env)
        assert said in done.stderr
    assert desk.remote.requests == []


STATE = ".wexa-sync/state.json"
OVERWRITTEN = [
    ("plan --out project.yaml", "project.yaml is YAML, as manifests and settings are"),
    ("plan --output wexa-sync.yaml", "wexa-sync.yaml is YAML, as manifests and settings are"),
    ("apply --output project.yaml", "project.yaml is YAML"),
    ("destroy --output project.yaml", "project.yaml is YAML"),
    ("plan --out prompts/classify.md", "prompts/classify.md is there and is no saved plan"),
    ("plan --out " + STATE, "state.json is there and is no saved plan"),
    ("plan --output " + STATE, "state.json belongs to the state, and would be overwritten"),
    ("plan --output prompts/../.wexa-sync/state.json", "belongs to the state"),
    ("plan --output link", "link belongs to the state"),
    ("apply --output " + STATE, "belongs to the state"),
    ("destroy --output " + STATE, "belongs to the state"),
    ("plan --out .wexa-sync/state.json.journal", "belongs to the state"),
    ("apply --output .wexa-sync/state.json.lock", "belongs to the state"),
    ("plan --sandbox --output .wexa-sync/sandbox-state.json", "belongs to the state"),
    ("plan --state other.json --out other.json", "belongs to the state"),
    ("apply saved.plan --output saved.plan", "saved.plan is read by the same command"),
    ("plan --var-file values --output values", "values is read by the same command"),
    ("plan --out new.plan --output ./new.plan", "new.plan is written by the same command"),
    ("plan --output json=new --output text=./new", "new is written by the same command"),
    ("apply --output json=" + STATE, "belongs to the state"),
    ("validate --output json=" + STATE, "belongs to the state"),
    ("plan --output json=project.yaml", "project.yaml is YAML"),
    ("plan --output jsn=new", "'jsn' is no format. Did you mean 'json'? A file of that name is written ./jsn=new"),
    ("plan --output json=", "names no file"),
    ("plan --output json=- --output text=-", "stdout can't have json and text at once"),
]


@pytest.mark.parametrize(("words", "said"), OVERWRITTEN)
def test_nothing_that_is_read_or_somebody_s_work_is_overwritten(words: str, said: str, desk: Desk, cli: Cli) -> None:
    desk.apply()
    save(desk.plan(), desk.folder / "saved.plan")
    (desk.folder / "wexa-sync.yaml").write_text("settle: 1\n", "utf-8")
    (desk.folder / "values").write_text("a: b\n", "utf-8")
    (desk.folder / "link").symlink_to(STATE)
    before = {file: file.read_bytes() for file in desk.folder.rglob("*") if file.is_file()}
    desk.remote.forget()
    done = cli(desk.folder, *words.split(), code=64, env=desk.remote.env)
    assert said in " ".join(done.stderr.split())
    assert desk.remote.requests == []
    assert {file: file.read_bytes() for file in desk.folder.rglob("*") if file.is_file()} == before


def test_a_plan_is_saved_over_another_one_or_over_nothing(desk: Desk, cli: Cli) -> None:
    (desk.folder / "saved.plan").touch()  # as mktemp makes it
    for _ in range(2):
        cli(desk.folder, "plan", "--out", "saved.plan", "--output", "plan.txt", env=desk.remote.env)
    assert "Apply complete!" in cli(desk.folder, "apply", "saved.plan", "--auto-approve", env=desk.remote.env).stdout


def test_a_receipt_that_can_not_be_written_is_shown(desk: Desk, cli: Cli) -> None:
    done = cli(desk.folder, "apply", "--auto-approve", "--output", "/dev/full", code=1, env=desk.remote.env)
    assert done.last.startswith("Apply complete!")
    assert "/dev/full can't be written: No space left on device; its text stands above" in " ".join(done.stderr.split())


def test_a_receipt_is_written_where_there_was_nothing_to_do_too(desk: Desk, cli: Cli) -> None:
    desk.apply()
    cli(desk.folder, "apply", "--auto-approve", "--output", "receipt.txt", env=desk.remote.env)
    assert "Resources: 0 added" in (desk.folder / "receipt.txt").read_text("utf-8")


def test_one_run_writes_every_format(desk: Desk, cli: Cli) -> None:
    desk.apply()
    (desk.folder / "plan.json").write_text("old", "utf-8")
    (desk.folder / "plan.json").chmod(0o640)
    words = ("--output", "json=plan.json", "--output", "text=./plan=.txt")
    done = cli(desk.folder, "plan", *words, env=desk.remote.env)
    assert (desk.folder / "plan=.txt").read_text("utf-8") == done.stdout
    assert json.loads((desk.folder / "plan.json").read_bytes())["summary"]["add"] == 0
    assert stat.S_IMODE((desk.folder / "plan.json").stat().st_mode) == 0o640
    assert [file for file in desk.folder.iterdir() if file.name.endswith(".new")] == []
    asked = cli(desk.folder, "plan", "--output", "json=-", "--output", "./jsn=x", env=desk.remote.env).stdout
    assert json.loads(asked) == json.loads((desk.folder / "plan.json").read_bytes())
    assert (desk.folder / "jsn=x").read_text("utf-8") == done.stdout


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "destroy"])
def test_problems_are_written_where_the_plan_was_to_go(command: str, desk: Desk, cli: Cli) -> None:
    file = desk.folder / "skills.yaml"
    file.write_text(file.read_text("utf-8").replace("kind: Skill", "kind: Skil", 1), "utf-8")
    done = cli(desk.folder, command, "--output", "json=it.json", "--output", "text=it.txt", code=1, env=desk.remote.env)
    (problem, *_) = json.loads((desk.folder / "it.json").read_bytes())["problems"]
    assert (problem["file"], problem["line"]) == ("skills.yaml", 2)
    assert (desk.folder / "it.txt").read_text("utf-8").split() == done.stderr.split()
    assert done.stdout == ""
    asked = cli(desk.folder, command, "--format", "json", code=1, env=desk.remote.env)
    assert json.loads(asked.stdout) == json.loads((desk.folder / "it.json").read_bytes())
    assert desk.remote.requests == []


def test_valid_manifests_are_written_as_such(desk: Desk, cli: Cli) -> None:
    done = cli(desk.folder, "validate", "--output", "json=it.json")
    assert done.last.startswith("Valid: ")
    found = json.loads((desk.folder / "it.json").read_bytes())
    assert (found["message"], found["problems"]) == (done.last, [])


def test_what_was_not_applied_is_reported_with_the_reason(desk: Desk, cli: Cli) -> None:
    planned = cli(desk.folder, "plan", "--format", "json", env=desk.remote.env)
    desk.remote.forget()
    cli(desk.folder, "apply", "--output", "json=it.json", code=64, env=desk.remote.env)
    report = json.loads((desk.folder / "it.json").read_bytes())
    assert "there is no terminal to ask on" in report["error"]["message"]
    work = [each for each in json.loads(planned.stdout)["resource_changes"] if each["change"]["actions"] != ["no-op"]]
    assert [each["address"] for each in report["outcomes"]] == [each["address"] for each in work]
    assert {each["status"] for each in report["outcomes"]} == {"skipped"}
    assert desk.remote.writes == []


def test_a_file_that_can_not_be_written_keeps_no_other_from_being_written(desk: Desk, cli: Cli) -> None:
    words = ("--output", "json=/dev/full", "--output", "text=plan.txt")
    done = cli(desk.folder, "plan", *words, code=1, env=desk.remote.env)
    assert (desk.folder / "plan.txt").read_text("utf-8") == done.stdout
    assert "/dev/full can't be written: No space left on device" in " ".join(done.stderr.split())
