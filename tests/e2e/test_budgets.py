"""A plan that goes over a budget says so, and its apply is refused before anybody is asked and anything is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Desk

OVER = "`apply` refuses this plan: it would update 4 of 10 managed resources, more than 30 %."
SECOND = """---
apiVersion: wexa.ai/v1
kind: Schedule
metadata: {name: spring-digest}
spec:
  coworker_id: triage
  template: Summarise the tickets of the winter.
  schedule: 2035-04-01T07:00:00Z
"""


def test_a_plan_over_the_budget_warns_and_is_not_applied(desk: Desk, cli: Cli) -> None:
    schedule = desk.folder / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8") + SECOND, "utf-8")
    desk.apply()
    for prompt in (desk.folder / "prompts").iterdir():
        prompt.write_text("Do nothing.\n", "utf-8")
    schedule.write_text(schedule.read_text("utf-8").replace("of the winter", "of last winter"), "utf-8")
    desk.remote.forget()

    def wexa(*words: str, code: int = 0) -> str:
        done = cli(desk.folder, *words, code=code, env=desk.remote.env)
        return " ".join((done.stderr if code else done.stdout).split())

    assert OVER in wexa("plan")
    assert json.loads(wexa("plan", "--format", "json"))["warnings"][0].startswith(OVER)
    # Nobody could be asked here: that it is not even tried tells this refusal from the one for want of a terminal.
    assert "goes too far: it would update 4 of 10 managed resources, more than 30 % Hint" in wexa("apply", code=1)
    assert "no terminal to ask on" in wexa("apply", "--force", code=64)
    assert "goes too far" in wexa("apply", "--auto-approve", code=1)
    assert desk.remote.writes == []
    wexa("plan", "--out", "change.plan")
    assert "goes too far" in wexa("apply", "change.plan", "--auto-approve", code=1)
    assert "apply with --allow updates=4, or raise `budget` in wexa-sync.yaml" in wexa("apply", code=1)
    assert "goes too far" in wexa("apply", "change.plan", "--auto-approve", "--allow", "updates=3", code=1)
    assert "goes too far" in wexa("apply", "change.plan", "--auto-approve", "--allow", "deletes=4", code=1)
    said = cli(desk.folder, "apply", "change.plan", "--force", code=64, env=desk.remote.env).stderr
    assert (
        "--force lifts a budget: it would update 4 of 10 managed resources, more than 30 % (--allow updates=4" in said
    )
    assert "4 changed" in wexa("apply", "change.plan", "--auto-approve", "--allow", "deletes=0", "--allow", "updates=4")
    assert "no terminal" not in wexa("apply", "change.plan", code=1), "stale: nothing to ask for"


def test_a_plan_of_too_many_runs_warns_and_is_not_applied(desk: Desk, cli: Cli) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("max_executions: 0\n", "utf-8")
    shown = " ".join(cli(desk.folder, "plan", env=desk.remote.env).stdout.split())
    assert "it would start 1 execution, more than 0. To allow it, apply with --allow executions=1, or raise" in shown
    refused = cli(desk.folder, "apply", code=1, env=desk.remote.env)
    assert "it would start 1 execution, more than 0" in " ".join(refused.stderr.split())
    assert desk.remote.writes == []
    allowed = {**desk.remote.env, "WEXA_SYNC_APPLY_ALLOW": "deletes=3 runs=1"}
    assert "no terminal to ask on" in cli(desk.folder, "apply", code=64, env=allowed).stderr.replace("\n", " ")
    quiet = cli(desk.folder, "apply", "--auto-approve", "--max-executions", "1", "--force", env=desk.remote.env)
    assert "--force lifts" not in quiet.stderr, "nothing is over a budget any more"


@pytest.mark.parametrize(
    ("allowed", "said"),
    [
        ("creates=3", "'creates=3' names no budget: write deletes=N, updates=N, executions=N, runs=N."),
        ("3", "'3' names no budget"),
        ("deletes", "'deletes' has no number of deletes: write deletes=12, say."),
        ("deletes=-1", "'deletes=-1' has no number of deletes"),
        ("runs=1e3", "'runs=1e3' has no number of runs"),
        ("updates=²", "has no number of updates"),
    ],
)
def test_an_allowance_that_is_none_is_wrong_usage(tmp_path: Path, cli: Cli, allowed: str, said: str) -> None:
    assert said in cli(tmp_path, "apply", "--allow", allowed, code=64).stderr
    assert said in cli(tmp_path, "apply", code=64, env={"WEXA_SYNC_APPLY_ALLOW": allowed}).stderr


def test_what_force_lifts_stands_in_the_json_log_too(desk: Desk, cli: Cli) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("max_executions: 0\n", "utf-8")
    words = ("apply", "--auto-approve", "--force", "--log-format", "json", "--format", "json")
    shown = cli(desk.folder, *words, "--strict", env=desk.remote.env).stderr
    events = [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
    assert [each["flag"] for each in events if each["event"] == "forced"] == ["--allow executions=1"]
