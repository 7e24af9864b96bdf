"""`wexa-sync history`: who applied what, of which commit, and what was replaced; also after a kill."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wexa_sync.git import Repository
from wexa_sync.state.notes import past_applies

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

GIT = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    file = desk.folder / name
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_history_says_who_applied_which_commit_and_what_was_replaced(desk: Desk, cli: Cli) -> None:
    env = {**desk.remote.env, "GITHUB_ACTOR": "a-very-long-name-of-an-actor"}
    empty = cli(desk.folder, "history", env=env)
    assert (empty.stdout, "is empty" in empty.stderr) == ("", True)
    assert json.loads(cli(desk.folder, "history", "--format", "json", env=env).stdout) == []
    (desk.folder / ".gitignore").write_text(".wexa-sync/\n", "utf-8")
    repository = Repository(desk.folder)
    for words in (("init", "--quiet"), ("add", "--all"), (*GIT, "commit", "--quiet", "--message", "one")):
        repository.run(*words)
    commit = repository.commit() or ""
    cli(desk.folder, "apply", "--auto-approve", env=env)
    edit(desk, "project.yaml", "Reads tickets", "Reads ::error::\\x1b[31m tickets")
    edit(desk, "triage.yaml", "temperature: 0.4", "temperature: 0.5")
    cli(desk.folder, "apply", "--auto-approve", env=env)
    table = cli(desk.folder, "history", env=env)
    head, *rows = table.stdout.splitlines()
    assert head.split() == ["APPLY", "WHO", "COMMIT", "DIGEST", "CHANGES", "OUTCOME"]
    assert all(len(row) <= 80 for row in rows)
    assert [row.split()[-2:] for row in rows] == [["2~", "done"], ["1>", "done"]]
    assert [f"{commit[:7]}*" in rows[0], f"{commit[:7]} " in rows[1]] == [True, True]
    newest, oldest = json.loads(cli(desk.folder, "history", "--format", "json", env=env).stdout)
    assert (newest["commit"], newest["dirty"], oldest["dirty"]) == (commit, True, False)
    assert (newest["who"], newest["counts"]) == ("a-very-long-name-of-an-actor (GitHub Actions)", {"update": 2})
    shown = cli(desk.folder, "history", newest["id"], env=env).stdout
    assert "~ llm.temperature: 0.4 → 0.5" in shown
    assert "\n::error" not in shown
    one = json.loads(cli(desk.folder, "history", newest["id"][:-1], "--format", "json", env=env).stdout)
    assert {change["address"]: change["replaced"] for change in one["changes"]}[
        "support-desk/AgentFlow/triage/Agent/answer"
    ] == [{"path": "llm.temperature", "before": 0.4, "after": 0.5, "sensitive": False}]
    assert "begin with" in cli(desk.folder, "history", "2", env=env, code=64).stderr
    assert "there is no apply 'x'" in cli(desk.folder, "history", "x", env=env, code=64).stderr


KILLED = """
import os, signal
from wexa_sync.api.client import Api
def send(self, call):
    if call.endpoint.method in ("PUT", "PATCH"):
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(self, call)
whole, Api.send = Api.send, send
"""


def test_an_apply_that_was_killed_before_its_request_is_noted_as_unknown_and_goes_on(desk: Desk, cli: Cli) -> None:
    desk.apply()
    edit(desk, "project.yaml", "Reads tickets", "Reads all tickets")
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env, code=-9, before=KILLED)
    (shown,) = [each for each in past_applies(desk.workspace.store.past()) if each.ended is None]
    (change,) = shown.changes
    assert change.status is None
    assert change.before is not None
    assert change.before.fields[0].before.startswith("Reads tickets")
    assert "cut off" in cli(desk.folder, "history", env=desk.remote.env).stdout
    assert "unknown   ~ Project/support-desk" in cli(desk.folder, "history", shown.id, env=desk.remote.env).stdout
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    assert past_applies(desk.workspace.store.past())[-1].count(change.status) == 0
