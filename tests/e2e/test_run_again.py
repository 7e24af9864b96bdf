"""A run that is declared again, by a raised generation, is never taken for the one before it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.events import held, until

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Remote
    from tests.e2e.conftest import Wire

OTHER_RUN = """
---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: other}
spec: {agentflow_id: triage, goal: Another thing.}
"""


def raise_generation(desk: Desk, *, also: str = "") -> None:
    """Ask for the smoke test once more."""
    file = desk.folder / "execution.yaml"
    text = file.read_text(encoding="utf-8").replace("name: smoke-test", "name: smoke-test\n  generation: 2")
    file.write_text(text + also, encoding="utf-8")


def test_it_runs_again_also_beside_a_new_run(desk: Desk, cli: Cli) -> None:
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    raise_generation(desk, also=OTHER_RUN)
    assert cli(desk.folder, "plan", env=desk.remote.env).last == "Plan: 0 to add, 0 to change, 0 to delete, 2 to run."


@pytest.mark.parametrize("done", [True, False], ids=["done, answer lost", "never arrived"])
def test_a_lost_answer_is_not_settled_by_the_run_before(desk: Desk, cli: Cli, wire: Wire, done: bool) -> None:
    env = wire.env(desk)
    (desk.folder / "wexa-sync.yaml").write_text("settle: 1\n", encoding="utf-8")
    cli(desk.folder, "apply", "--auto-approve", env=env)
    raise_generation(desk)
    wire.lose = {"POST /execute_flow": done}
    cli(desk.folder, "apply", "--auto-approve", code=0 if done else 3, env=env)
    assert not wire.lose
    listed = cli(desk.folder, "executions", "list", env=env).stdout.splitlines()
    assert len(listed) == 1 + done
    assert ("support-desk/Execution/smoke-test" in listed[-1]) is True
    plan = cli(desk.folder, "plan", env=env)
    assert plan.last == ("No changes." if done else "Plan: 0 to add, 0 to change, 0 to delete, 0 to run, 1 blocked.")


def executed(remote: Remote) -> int:
    """Return how many requests made a run."""
    return sum(each["path"] == "/execute_flow" and each["status"] == 200 for each in remote.requests)


def test_a_doubt_outlives_an_edit_of_the_lifecycle(desk: Desk, cli: Cli, wire: Wire) -> None:
    env = wire.env(desk)
    (desk.folder / "wexa-sync.yaml").write_text("settle: 1\n", encoding="utf-8")
    cli(desk.folder, "apply", "--auto-approve", env=env)
    raise_generation(desk)
    desk.remote.fault("stale POST /execute_flow lists=1000")
    wire.lose = {"POST /execute_flow": True}
    cli(desk.folder, "apply", "--auto-approve", code=3, env=env)
    file = desk.folder / "execution.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("generation: 2", "generation: 2\n  lifecycle: {prevent_destroy: true}"), "utf-8")
    for _ in range(2):
        done = cli(desk.folder, "apply", "--auto-approve", code=3, env=env)
        assert "it was sent before and the response was lost" in " ".join(done.stdout.split())
    refused = cli(desk.folder, "state", "rm", "support-desk/Execution/smoke-test", code=64, env=env)
    assert "wexa-sync resolve support-desk/Execution/smoke-test" in " ".join(refused.stderr.split())
    assert executed(desk.remote) == 2


def test_the_run_before_is_known_where_a_create_answers_with_its_other_id_alone(
    desk: Desk, cli: Cli, wire: Wire
) -> None:
    env = wire.env(desk)
    (desk.folder / "wexa-sync.yaml").write_text("settle: 1\n", encoding="utf-8")
    wire.lies = {"POST /execute_flow": lambda answer: {"_id": answer["_id"]}}
    cli(desk.folder, "apply", "--auto-approve", env=env)
    raise_generation(desk)
    wire.lose = {"POST /execute_flow": False}
    cli(desk.folder, "apply", "--auto-approve", code=3, env=env)
    assert executed(desk.remote) == 1
    asked = cli(desk.folder, "plan", env=env)
    assert "live runs that might be it: none" in " ".join(asked.stdout.split())


def test_a_state_of_a_backup_runs_nothing_again_and_asks(desk: Desk, cli: Cli) -> None:
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    state = desk.folder / ".wexa-sync" / "state.json"
    backup = state.read_bytes()
    raise_generation(desk)
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    state.write_bytes(backup)
    asked = cli(desk.folder, "apply", "--auto-approve", code=3, env=desk.remote.env)
    assert "wexa-sync resolve support-desk/Execution/smoke-test" in " ".join(asked.stdout.split())
    assert executed(desk.remote) == 2


def test_a_run_that_began_by_itself_just_before_it_is_told_to_is_no_failure(
    desk: Desk,
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
    failures: Callable[..., list[str]],
    passing: Callable[..., None],
) -> None:
    start = held("POST /execute_flow/*/execute")
    with open_sandbox(ready_seconds=3600, faults=[start]) as remote, ThreadPoolExecutor(1) as pool:
        file = desk.folder / "execution.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "  start: explicit\n", encoding="utf-8")
        applying = pool.submit(replace(desk, remote=remote).apply)
        until(lambda: applying.done() or any(each["fault"] for each in remote.requests))
        passing(remote, 3600)  # it is not told yet, and begins
        remote.fault()
        assert failures(applying.result()) == []
        (told,) = [each["status"] for each in remote.requests if each["path"].endswith("/execute")]
        assert told == 409
