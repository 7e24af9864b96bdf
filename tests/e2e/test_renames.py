"""A handle that was renamed: nothing is made or run a second time, and `state mv` says what it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Action, Choice, Plan

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

# what is written in which files in the place of what, and the address that changes by it
RENAMES = {
    "a skill": (("skills.yaml", "triage.yaml"), "draft-answer", "draft-reply", "support-desk/Skill/{}"),
    "a flow": (
        ("triage.yaml", "schedule.yaml", "execution.yaml"),
        "triage",
        "sorting",
        "support-desk/AgentFlow/{}",
    ),
    "an agent": (("triage.yaml",), "handle: classify", "handle: sort", "support-desk/AgentFlow/triage/Agent/{}"),
    "a schedule": (("schedule.yaml",), "new-year-digest", "digest", "support-desk/Schedule/{}"),
    "a run": (("execution.yaml",), "smoke-test", "smoke", "support-desk/Execution/{}"),
    "a project": (("project.yaml",), "support-desk", "desk", "Project/{}"),
}


def rename(desk: Desk, files: tuple[str, ...], old: str, new: str) -> None:
    """Write `new` for `old` where it stands as a handle."""
    for name in files:
        file = desk.folder / name
        text = file.read_text("utf-8")
        for before, after in ((f"name: {old}\n", f"name: {new}\n"), (f": {old}\n", f": {new}\n")):
            text = text.replace(before, after)
        text = text.replace(f"[{old}]", f"[{new}]").replace(f"- {old}\n", f"- {new}\n")
        file.write_text(text, "utf-8")


@pytest.mark.parametrize("rules", [Choice(), Choice(prune=True)], ids=["", "prune"])
@pytest.mark.parametrize("name", RENAMES)
def test_a_renamed_handle_is_asked_about_and_moved(
    desk: Desk, cli: Cli, work: Callable[[Plan], list[str]], name: str, rules: Choice
) -> None:
    desk.apply()
    files, old, new, form = RENAMES[name]
    rename(desk, files, old, new)
    former, latter = (form.format(each.removeprefix("handle: ")) for each in (old, new))
    plan = desk.plan(rules)
    assert not {Action.CREATE, Action.RUN, Action.DELETE} & {change.action for change in plan.work}
    (asked,) = [each for each in plan.blocked if str(each.address) == latter]
    assert f"{former} has the same" in asked.reason
    assert f"`wexa-sync state mv {former} {latter}`" in asked.hint
    before = len(desk.workspace.store.load().records)
    cli(desk.folder, "state", "mv", former, latter, env=desk.remote.env)
    assert work(desk.plan(rules)) == []
    assert len(desk.workspace.store.load().records) == before


def test_two_of_one_name_may_follow_each_other_when_a_person_says_so(
    desk: Desk, cli: Cli, work: Callable[[Plan], list[str]]
) -> None:
    desk.apply()
    rename(desk, ("skills.yaml", "triage.yaml"), "draft-answer", "draft-reply")
    cli(desk.folder, "state", "rm", "support-desk/Skill/draft-answer", env=desk.remote.env)
    cli(desk.folder, "resolve", "support-desk/Skill/draft-reply", "--did-not-happen", env=desk.remote.env)
    assert work(desk.plan()) == [
        "create support-desk/Skill/draft-reply",
        "update support-desk/AgentFlow/triage/Agent/answer",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("support-desk/Skill/summarise", "support-desk/Schedule/summarise", "can't become"),
        ("support-desk/Skill/summarise", "support-desk/Skill/summarise", "has that address already"),
        ("support-desk/Skill/summarise", "other/Skill/summarise", "can't move it there"),
        ("support-desk/Skill/summarise", "support-desk/Skill/draft-answer", "is in the state already"),
    ],
)
def test_what_can_not_be_moved_is_said(desk: Desk, cli: Cli, old: str, new: str, said: str) -> None:
    desk.apply()
    before = desk.workspace.store.load()
    done = cli(desk.folder, "state", "mv", old, new, code=64, env=desk.remote.env)
    assert said in " ".join(done.stderr.split())
    assert desk.workspace.store.load() == before


def test_a_run_in_doubt_whose_handle_is_renamed_has_a_way_out_and_is_not_run_beside(desk: Desk, cli: Cli) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")
    desk.apply()
    file = desk.folder / "execution.yaml"
    file.write_text(file.read_text("utf-8").replace("name: smoke-test", "name: smoke-test\n  generation: 2"), "utf-8")
    desk.remote.fault("503 before POST /execute_flow", "stale POST /execute_flow lists=99")
    cli(desk.folder, "apply", "--auto-approve", code=3, env=desk.remote.env)
    desk.remote.fault()
    rename(desk, ("execution.yaml",), "smoke-test", "smoke")
    desk.remote.forget()
    old, new = "support-desk/Execution/smoke-test", "support-desk/Execution/smoke"
    held = cli(desk.folder, "apply", "--auto-approve", code=None, env=desk.remote.env).stdout
    assert f"wexa-sync resolve {old}" in " ".join(held.split()), held
    assert desk.remote.writes == []
    cli(desk.folder, "resolve", old, "--did-not-happen", env=desk.remote.env)
    cli(desk.folder, "state", "mv", old, new, env=desk.remote.env)
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    assert desk.remote.writes == ["POST /execute_flow"]


@pytest.mark.parametrize("name", ["a skill", "an agent", "a project"])
def test_a_renamed_handle_is_moved_as_the_manifests_say(desk: Desk, cli: Cli, name: str) -> None:
    desk.apply()
    files, old, new, form = RENAMES[name]
    rename(desk, files, old, new)
    former, latter = (form.format(each.removeprefix("handle: ")) for each in (old, new))
    asked = next(each for each in desk.plan().blocked if str(each.address) == latter)
    line = asked.hint.split("`")[1]
    assert line == f"moved: [{{from: {former}, to: {latter}}}]"
    (desk.folder / "wexa-sync.yaml").write_text(f"{line}\n", "utf-8")
    env = desk.remote.env
    before, state = len(desk.workspace.store.load().records), desk.folder / ".wexa-sync" / "state.json"
    text = state.read_bytes()
    shown = cli(desk.folder, "plan", "--detailed-exitcode", env=env, code=2)
    assert f"{latter}, moved from {former}" in " ".join(shown.stdout.split())
    assert shown.last == "Plan: 0 to add, 0 to change, 0 to delete, 0 to run, 1 to move."
    assert state.read_bytes() == text, "a plan writes nothing"
    data = json.loads(cli(desk.folder, "plan", "--format", "json", env=env).stdout)
    assert data["moved"] == [{"from": former, "to": latter}]
    desk.remote.forget()
    if name == "a skill":
        cli(desk.folder, "plan", "--out", "moved.plan", env=env)
        cli(desk.folder, "apply", "moved.plan", "--auto-approve", env=env)
    else:
        cli(desk.folder, "apply", "--auto-approve", env=env)
    assert desk.remote.writes == []
    records = {str(address) for address in desk.workspace.store.load().records}
    assert (latter in records, former in records, len(records)) == (True, False, before)
    assert cli(desk.folder, "plan", "--detailed-exitcode", env=env).last == "No changes.", "done, it says no more"
    cli(desk.folder, "apply", "--auto-approve", env=env)
    (run,) = json.loads(cli(desk.folder, "history", "--format", "json", env=env).stdout)[:1]
    assert run["moved"] == [{"from": former, "to": latter}]


def test_a_chain_of_moves_leads_from_any_of_its_addresses(desk: Desk, cli: Cli) -> None:
    env, skill = desk.remote.env, "support-desk/Skill/{}".format
    chain = [("draft-answer", "one"), ("one", "two"), ("two", "draft-reply")]
    lines = "".join(f"  - {{from: {skill(old)}, to: {skill(new)}}}\n" for old, new in reversed(chain))
    desk.apply()
    rename(desk, ("skills.yaml", "triage.yaml"), "draft-answer", "draft-reply")
    (desk.folder / "moved.yaml").write_text(f"apiVersion: wexa.ai/v1\nmoved:\n{lines}", "utf-8")
    cli(desk.folder, "state", "mv", skill("draft-answer"), skill("one"), env=env)
    shown = cli(desk.folder, "apply", "--auto-approve", env=env)
    assert "2 to move" in shown.stdout
    assert cli(desk.folder, "plan", env=env).last == "No changes."


def test_a_move_to_an_address_in_use_is_a_problem_and_nothing_is_written(desk: Desk, cli: Cli) -> None:
    desk.apply()
    rename(desk, ("skills.yaml", "triage.yaml"), "draft-answer", "draft-reply")
    moved = "moved: [{from: support-desk/Skill/draft-answer, to: support-desk/Skill/summarise}]\n"
    (desk.folder / "wexa-sync.yaml").write_text(moved, "utf-8")
    desk.remote.forget()
    failed = cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env, code=1)
    assert "wexa-sync.yaml:1:9  moved\n    support-desk/Skill/summarise is in the state already" in failed.stderr
    assert desk.remote.writes == []
