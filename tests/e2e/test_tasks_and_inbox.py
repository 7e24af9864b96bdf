"""Tasks are moved, and what runs ask is answered, by commands that name no manifest."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.e2e.conftest import Wire

Begun = Callable[..., str]


def test_a_task_is_paused_resumed_and_stopped_and_nothing_is_sent_twice(desk: Desk, cli: Cli, begun: Begun) -> None:
    begun(desk)

    def tasks(*words: str, code: int = 0) -> str:
        done = cli(desk.folder, "tasks", *words, env=desk.remote.env, code=code)
        return done.stdout + done.stderr

    status, _, name, id = tasks("list").rstrip("\n").split("\t")
    assert (status, name) == ("running", "Ticket triage")
    desk.remote.forget()
    for verb, word in (("pause", "paused"), ("resume", "running"), ("stop", "cancelled")):
        assert tasks(verb, id) == f"{id} is {word}.\n"
    assert tasks("stop", id) == f"{id} is cancelled already.\n"
    assert "can't be paused any more" in tasks("pause", id, code=1)
    assert desk.remote.writes == [f"POST /task/{id}/{verb}" for verb in ("pause", "resume", "stop")]
    nothing = " ".join(tasks("list", "--status", "running", "--project", "support-desk").split())
    assert nothing == "Nothing to show: task. No task has the status 'running'. There are: 'cancelled'."
    shown = json.loads(tasks("show", id, "--format", "json"))["items"][0]
    assert (shown["id"], shown["value"]["status"]) == (id, "cancelled")


def test_a_move_of_a_task_whose_answer_is_lost_is_looked_for_in_the_task(
    desk: Desk, cli: Cli, begun: Begun, wire: Wire
) -> None:
    begun(desk)
    env = wire.env(desk)
    id = cli(desk.folder, "tasks", "list", env=env).stdout.rstrip("\n").split("\t")[-1]
    wire.lose = {"POST /pause": True, "POST /stop": False}
    assert cli(desk.folder, "tasks", "pause", id, env=env).stdout == f"{id} is paused.\n"
    failed = cli(desk.folder, "tasks", "stop", id, env=env, code=1)
    assert "the task is paused" in failed.stderr
    assert [path for path, _ in wire.sent] == [f"POST /task/{id}/pause", f"POST /task/{id}/stop"]


def test_an_item_of_the_inbox_is_shown_with_the_command_that_answers_it(desk: Desk, cli: Cli, begun: Begun) -> None:
    begun(desk, "preview", 0)
    env = desk.remote.env
    (row,) = cli(desk.folder, "inbox", "list", env=env).stdout.splitlines()
    assert row.split("\t")[:3:2] == ["pending", "preview"]
    id = row.split("\t")[-1]
    task = cli(desk.folder, "tasks", "list", env=env).stdout.rstrip("\n").split("\t")[-1]
    refused = cli(desk.folder, "tasks", "resume", task, env=env, code=1)
    assert f"`wexa-sync inbox show {id}`" in " ".join(refused.stderr.split())
    shown = cli(desk.folder, "inbox", "show", id, env=env)
    command = shown.last.removeprefix("Answer with: ")
    assert command == f"wexa-sync inbox answer {id} --approve"
    assert "no call that rejects" in cli(desk.folder, "inbox", "answer", id, "--reject", env=env, code=64).stderr
    answered = cli(desk.folder, *shlex.split(command)[1:], env=env)
    assert answered.stdout.startswith("Answered: support-desk/Execution/smoke-test is ")
    assert cli(desk.folder, "inbox", "show", id, env=env).last == "It asks nothing now."
    none = cli(desk.folder, "executions", "list", "--status", "failed", env=env)
    assert none.stderr == "No executions with --status failed.\n"
    nothing = cli(desk.folder, "inbox", "list", env=env).stderr
    assert nothing == "Nothing to show: inbox. No inbox item has the status 'pending'.\n"
    nowhere = cli(desk.folder, "inbox", "answer", "0" * 24, "--approve", env=env, code=64)
    assert "there is no inbox item" in nowhere.stderr


def test_an_inbox_item_of_another_form_is_answered_by_nothing(desk: Desk, cli: Cli, wire: Wire) -> None:
    id = "6" * 24
    wire.deaf = {f"GET /inbox/{id}": [1]}
    for words in (("show", id), ("answer", id, "--approve")):
        refused = cli(desk.folder, "inbox", *words, env=wire.env(desk), code=64)
        assert f"the inbox item '{id}' names no run" in refused.stderr
    assert wire.sent == []
