"""`get` on a pipe and on a terminal, and as it watches."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.forks import Started

Going = Callable[..., AbstractContextManager["Started"]]


def flow(desk: Desk, name: str) -> None:
    """Make a flow by hand, in the only project; make that too where there is none."""
    org, user = desk.remote.server.org_id, desk.remote.server.user_id
    body = {"projectName": "Desk", "description": "", "coworker_role": "r", "orgId": org}
    live = desk.remote.raw("GET", "/v1/project", orgId=org, userId=user).json()["projectList"]
    project = (live or [desk.remote.raw("POST", "/v1/project", body).json()])[0]["_id"]
    sent = {"name": name, "description": "", "role": "r\x1b[31m\u202e", "projectID": project}
    desk.remote.raw("POST", "/agentflow/", sent, projectID=project).raise_for_status()


def test_a_pipe_a_program_and_a_terminal_get_what_they_can_read(desk: Desk, cli: Cli) -> None:
    flow(desk, "Triage " * 20)
    desk.remote.forget()
    env = desk.remote.env
    (line,) = cli(desk.folder, "get", "flows", env=env).stdout.splitlines()
    name, role, _, id = line.split("\t")
    assert (name, role) == ("Triage " * 20, "r\\x1b[31m\\u202e")
    item = json.loads(cli(desk.folder, "get", "flow", id, "--format", "json", env=env).stdout)["items"][0]
    assert (item["id"], item["value"]["role"]) == (id, "r\x1b[31m\u202e")
    shown = cli.on_terminal(desk.folder, "get", "flow", "--no-color", env=env).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert id in shown
    assert "\x1b" not in shown
    for words in (
        ("get", "flo"),
        ("get", "flow", "--filter", "colour=red"),
        ("get", "flow", "nope"),
        ("get", "flow", "--filter", "kind"),
    ):
        wrong = cli(desk.folder, *words, env=env, code=64)
        assert wrong.stdout == ""
        assert wrong.stderr.strip()
    assert desk.remote.writes == []


def test_watch_shows_each_change_and_ends_with_ctrl_c(desk: Desk, going: Going) -> None:
    flow(desk, "First")
    with going(desk, "get", "flow", "--watch", "--interval", "0.1") as watching:
        assert watching.stdout
        assert watching.stderr
        assert watching.stdout.readline().startswith("First\t")
        desk.remote.fault("404 GET /agentflows")
        assert "404" in watching.stderr.readline()
        flow(desk, "Second")
        assert [watching.stdout.readline().partition("\t")[0] for _ in range(2)] == ["First", "Second"]
        watching.send_signal(signal.SIGINT)
        rest, said = watching.communicate()
        assert watching.returncode == 130
    assert rest == ""
    assert "Traceback" not in said


def test_watch_separates_what_it_shows_as_documents_of_yaml(desk: Desk, going: Going) -> None:
    flow(desk, "First")
    with going(desk, "get", "flow", "--watch", "--interval", "0.1", "--format", "yaml") as watching:
        assert watching.stdout
        lines = iter(watching.stdout.readline, "")
        first = "".join(iter(lambda: next(lines), "notes: []\n"))
        flow(desk, "Second")
        rest = "".join(iter(lambda: next(lines), "notes: []\n"))
        watching.send_signal(signal.SIGINT)
        watching.communicate()
    shown = yaml.safe_load_all(first + rest)
    assert [[item["name"] for item in each["items"]] for each in shown] == [["First"], ["First", "Second"]]


def test_a_pipe_is_told_where_there_is_nothing_to_list(desk: Desk, cli: Cli) -> None:
    done = cli(desk.folder, "credits", env=desk.remote.env)
    assert (done.stdout, done.stderr) == ("", "Nothing to show: credits.\n")
    assert json.loads(cli(desk.folder, "credits", "--format", "json", env=desk.remote.env).stdout)["about"]["plan"]
    assert "credits_used" in cli.on_terminal(desk.folder, "credits", env=desk.remote.env).stdout
