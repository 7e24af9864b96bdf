"""A plan of manifests that the last apply vouches for: the command line says the same as if it had read them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from wexa_sync.render import WITH_NOOPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Cli, Desk

STATE = ".wexa-sync/sandbox-state.json"


@pytest.mark.parametrize(
    "format_", ["text", "markdown", "annotations", "sarif", "gitlab-terraform", *sorted(WITH_NOOPS)]
)
def test_it_says_the_same_in_every_format(cli: Cli, applied: Path, format_: str) -> None:
    assert json.loads((applied / STATE).read_text("utf-8"))["vouch"]["files"]
    words = ("plan", "--sandbox", "--prune", "--format", format_)
    with_it, without = cli(applied, *words), cli(applied, *words, "--no-cache")
    assert (with_it.stdout, with_it.stderr) == (without.stdout, without.stderr)


def test_a_plan_is_saved_as_if_it_had_read_the_manifests(cli: Cli, applied: Path, tmp_path: Path) -> None:
    with_it, without = tmp_path / "a.plan", tmp_path / "b.plan"
    cli(applied, "plan", "--sandbox", "--out", str(with_it), "--output", f"json={tmp_path / 'a.json'}")
    cli(applied, "plan", "--sandbox", "--out", str(without), "--output", f"json={tmp_path / 'b.json'}", "--no-cache")
    assert with_it.read_bytes() == without.read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert cli(applied, "apply", str(with_it), "--sandbox", "--auto-approve").last == "No changes."


@pytest.mark.parametrize("flag", ["--target", "--exclude"])
@pytest.mark.parametrize("format_", ["text", "json"])
@pytest.mark.parametrize("address", ["support-desk/AgentFlow/triage", "support-desk/Skill/nobody"])
def test_a_part_is_planned_as_if_the_manifests_were_read(
    cli: Cli, applied: Path, flag: str, format_: str, address: str
) -> None:
    words = ("plan", "--sandbox", flag, address, "--format", format_)
    with_it, without = (cli(applied, *words, *more, code=None) for more in ([], ["--no-cache"]))
    assert (with_it.stdout, with_it.stderr, with_it.code) == (without.stdout, without.stderr, without.code)


def test_an_edit_is_seen_and_taking_it_back_is_too(cli: Cli, applied: Path) -> None:
    prompt = applied / "prompts" / "answer.md"
    before = prompt.read_text("utf-8")
    prompt.write_text(f"{before}\nBe brief.\n", "utf-8")
    assert "1 to change" in cli(applied, "plan", "--sandbox").last
    prompt.write_text(before, "utf-8")
    assert cli(applied, "plan", "--sandbox", "--check", digest_of(cli, applied)).last == "No changes."


def digest_of(cli: Cli, folder: Path) -> str:
    """Return the digest of the plan that reads everything."""
    found: str = json.loads(cli(folder, "plan", "--sandbox", "--no-cache", "--format", "json").stdout)["digest"]
    return found


def test_an_apply_with_nothing_to_do_vouches_and_changes_nothing_else(cli: Cli, applied: Path) -> None:
    cli(applied, "apply", "--sandbox", "--auto-approve")  # it records the specs without what follows from them
    before = json.loads((applied / STATE).read_text("utf-8"))
    project = applied / "project.yaml"
    project.write_text(f"# A remark.\n{project.read_text('utf-8')}", "utf-8")
    assert cli(applied, "apply", "--sandbox", "--auto-approve").last == "No changes."
    after = json.loads((applied / STATE).read_text("utf-8"))
    assert after.pop("vouch") != before.pop("vouch")
    assert after == before


def vouch_of(folder: Path) -> str | None:
    """Return the vouch in the state of a folder."""
    state = json.loads((folder / STATE).read_text("utf-8"))
    found: str | None = state["vouch"]["inputs"] if "vouch" in state else None
    return found


def edited(folder: Path, name: str = "skills.yaml", word: str = "three", other: str = "two") -> Path:
    """Edit a manifest, and return its path."""
    file = folder / name
    text = file.read_text("utf-8")
    assert word in text
    file.write_text(text.replace(word, other), "utf-8")
    return file


def test_the_apply_of_a_saved_plan_vouches_for_the_manifests_that_it_was_made_from(
    cli: Cli, applied: Path, tmp_path: Path
) -> None:
    saved = str(tmp_path / "change.plan")
    edited(applied, "project.yaml", "description:", "description: Now")
    cli(applied, "plan", "--sandbox", "--out", saved)
    cli(applied, "apply", saved, "--sandbox", "--auto-approve")
    by_saved = vouch_of(applied)
    assert by_saved is not None
    cli(applied, "apply", "--sandbox", "--auto-approve")
    assert vouch_of(applied) == by_saved, "the apply of manifests vouches in the same words"


def test_settings_with_moves_and_defaults_are_vouched_for_from_every_folder(cli: Cli, applied: Path) -> None:
    moved = "moved: [{from: support-desk/Skill/old, to: support-desk/Skill/summarise}]\n"
    (applied / "wexa-sync.yaml").write_text(f"{moved}defaults: {{Agent: {{has_knowledge_base: false}}}}\n", "utf-8")
    cli(applied, "apply", "--sandbox", "--auto-approve")
    for folder in (applied, applied / "prompts"):
        done = cli(folder, "plan", "--sandbox", "-v")
        assert done.last == "No changes."
        assert "GET /skills" in done.stderr
        assert "GET /connectors" not in done.stderr, "what reads the manifests reads these"


def test_environments_side_by_side_have_their_rows_in_the_same_order(cli: Cli, desk: Desk) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("environments: {one: {}, two: {}}\n", "utf-8")
    cli(desk.folder, "apply", "--env", "one", "--auto-approve", env=desk.remote.env)
    words = ("plan", "--env", "all")
    with_it, without = (
        cli(desk.folder, *words, *more, code=None, env=desk.remote.env) for more in ([], ["--no-cache"])
    )
    assert "Skill/summarise" in with_it.stdout, "it is blocked in the other: something live has its name"
    assert with_it.stdout == without.stdout


OTHERS: dict[str, Callable[[Path], object]] = {
    "another value": lambda folder: edited(folder, "project.yaml", "description:", "description: Not"),
    "one more": lambda folder: (folder / "more.yaml").write_text(
        (folder / "skills.yaml").read_text("utf-8").split("\n---")[0].replace("name: ", "name: more-", 1), "utf-8"
    ),
    "one less": lambda folder: (folder / "schedule.yaml").unlink(),
    "a fault": lambda folder: edited(folder, "project.yaml", "description:", "description: ["),
    "none at all": lambda folder: [file.rename(f"{file}.off") for file in folder.glob("*.yaml")],
}


@pytest.mark.parametrize("other", OTHERS)
def test_the_apply_of_a_saved_plan_does_not_vouch_for_other_manifests(
    cli: Cli, applied: Path, tmp_path: Path, other: str
) -> None:
    saved = str(tmp_path / "change.plan")
    edited(applied, "project.yaml", "description:", "description: Now")
    cli(applied, "plan", "--sandbox", "--out", saved)
    OTHERS[other](applied)
    done = cli(applied, "apply", saved, "--sandbox", "--auto-approve")
    assert "1 changed" in done.stdout
    assert done.stderr == "[1/1] Project/support-desk: applied\n", "of manifests that it does not need it says nothing"
    assert vouch_of(applied) is None


@pytest.mark.parametrize("words", [("state", "rebuild"), ("import", "--all", "--auto-approve")])
def test_a_state_that_is_made_of_what_is_live_vouches_where_that_is_as_declared(
    cli: Cli, applied: Path, words: tuple[str, ...]
) -> None:
    (applied / STATE).unlink()
    cli(applied, *words, "--sandbox")
    assert vouch_of(applied) is not None
    with_it, without = cli(applied, "plan", "--sandbox"), cli(applied, "plan", "--sandbox", "--no-cache")
    assert with_it.stdout == without.stdout
    (applied / STATE).unlink()
    edited(applied, "project.yaml", "description:", "description: Not")
    cli(applied, *words, "--sandbox")
    assert vouch_of(applied) is None


@pytest.mark.parametrize("format_", ["text", "json", "junit", "markdown"])
def test_an_apply_without_a_change_says_the_same_and_writes_nothing(cli: Cli, applied: Path, format_: str) -> None:
    words = ("apply", "--sandbox", "--format", format_)
    cli(applied, *words)  # it records the specs without what follows from them
    before = (applied / STATE).read_bytes()
    again = cli(applied, *words)
    assert before == (applied / STATE).read_bytes()
    state = json.loads(before)
    del state["vouch"]
    (applied / STATE).write_text(json.dumps(state), "utf-8")
    read = cli(applied, *words)
    assert before == (applied / STATE).read_bytes(), "it vouches again, in the same words"
    assert without_times(again.stdout) == without_times(read.stdout)
    assert again.stderr == read.stderr


def without_times(text: str) -> str:
    """Return the text without the times of a report, and how long it took."""
    return re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z|time=\"[0-9.]+\"", "TIME", text)


def test_an_apply_by_the_vouch_puts_back_what_others_changed(cli: Cli, desk: Desk) -> None:
    words, env = ("apply", "--auto-approve"), desk.remote.env
    for _ in range(2):
        cli(desk.folder, *words, env=env)
    assert cli(desk.folder, *words, env=env).last == "No changes."
    store = desk.workspace.store
    record = next(record for address, record in store.load().records.items() if address.kind == "Project")
    bent = {**record.spec, "description": "Another", "orgId": desk.workspace.api.org_id}
    desk.remote.raw("PUT", "/v1/project", bent, projectId=record.id).raise_for_status()
    assert "1 changed" in cli(desk.folder, *words, env=env).stdout
    assert cli(desk.folder, "plan", env=env).last == "No changes."
    assert store.load().vouch is not None
