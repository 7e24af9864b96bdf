"""A handle that was renamed: nothing is made or run a second time, and `state mv` says what it was."""

from __future__ import annotations

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
