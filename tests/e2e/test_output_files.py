"""--output and --out: what can't be written is told before anything is done, and what was done is told in any case."""

from __future__ import annotations

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
