"""Promise 1: "plan sends only GET"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Choice

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk


def _gets_alone(desk: Desk) -> bool:
    asked = {each["method"] for each in desk.remote.requests}
    desk.remote.forget()
    return asked == {"GET"}


@pytest.mark.parametrize(
    "rules", [Choice(), Choice(prune=True), Choice(adopt=True), Choice(prune=True, adopt=True)], ids=str
)
def test_a_plan_only_reads_whatever_it_finds(desk: Desk, rules: Choice) -> None:
    assert desk.plan(rules).work
    assert _gets_alone(desk)
    desk.apply()
    desk.remote.forget()
    assert not desk.plan(rules).work
    assert _gets_alone(desk)
    (desk.folder / "schedule.yaml").unlink()
    (desk.folder / "prompts" / "classify.md").write_text("Other words.\n", encoding="utf-8")
    assert desk.plan(rules).work
    assert _gets_alone(desk)


def test_the_plan_command_only_reads_and_writes_no_state(desk: Desk, cli: Cli) -> None:
    done = cli(desk.folder, "plan", "--detailed-exitcode", "--out", "it.plan", code=2, env=desk.remote.env)
    assert done.last.startswith("Plan: ")
    assert _gets_alone(desk)
    assert not list(desk.folder.rglob("state.json"))
