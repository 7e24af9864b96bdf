"""`executions run`: sent once whatever is cut off, asked about, counted, and none of the manifests' business."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import Desk, opened
from wexa_sync import engine
from wexa_sync.model import Status

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Done
    from tests.forks import Started

Going = Callable[..., AbstractContextManager["Started"]]

MANIFESTS = """
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk, description: d, coworker_role: r}
---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: triage}
spec:
  {name: Triage, description: d, role: r, agents: [{handle: sort, title: Sorter, role: r, prompt: {template: Sort.}}]}
"""
SETTINGS = "settle: 0.05\nstart_grace: 0.5\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk whose manifests are applied, for all tests of this file: each has a goal of its own."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "desk.yaml").write_text(MANIFESTS, "utf-8")
    (folder / "wexa-sync.yaml").write_text(SETTINGS, "utf-8")
    with opened() as remote:
        desk = Desk(folder=folder, remote=remote)
        desk.apply()
        yield desk


@pytest.fixture
def applied(shared: Desk) -> Desk:
    """Return the desk; the notes of all requests so far are gone."""
    shared.remote.forget()
    return shared


def words(goal: str) -> tuple[str, ...]:
    """Return the command that runs the flow with that goal."""
    return ("executions", "run", "triage", "--goal", goal, "--input", "ticket=No paper.")


def run(desk: Desk, cli: Cli, goal: str, *more: str, code: int | None = 0, **env: str) -> Done:
    """Run the flow by the command."""
    return cli(desk.folder, *words(goal), "--auto-approve", *more, code=code, env={**desk.remote.env, **env})


def count(desk: Desk, goal: str) -> int:
    """Return how many runs of that goal the server has."""
    project = next(record.id for address, record in _records(desk) if address.kind == "Project")
    items = desk.remote.raw("GET", f"/{project}/execution_flows", projectID=project).json()["data"]
    return sum(item["goal"] == goal for item in items)


def _records(desk: Desk) -> Any:
    return desk.workspace.store.load().records.items()


def test_it_runs_each_time_it_is_commanded_and_no_plan_speaks_of_it(applied: Desk, cli: Cli) -> None:
    goal, env = "Look at {{ticket}}.", applied.remote.env
    first = json.loads(run(applied, cli, goal, "--format", "json").stdout)
    assert (first["goal"], first["inputs"]) == (goal, {"ticket": "No paper."})
    second = run(applied, cli, goal, "--wait")
    assert second.stdout.endswith(f"\nThe run completed: {goal}\n")
    assert count(applied, goal) == 2
    assert cli(applied.folder, "plan", "--prune", env=env).last == "No changes."
    shown = cli(applied.folder, "executions", "show", first["address"], "--format", "json", env=env)
    assert json.loads(shown.stdout)["id"] != first["id"], "the address is that of the newest run of this command"
    ended = " ".join(cli(applied.folder, "executions", "cancel", first["address"], env=env, code=1).stderr.split())
    assert ended.endswith("A run that has ended can't be changed. `wexa-sync executions run` starts another one.")
    undone = cli(applied.folder, "undo", "--auto-approve", code=4, env=env).stdout
    assert "what a run did" in undone
    assert "The manifests still say" not in undone
    assert cli(applied.folder, "history", "--format", "json", env=env).stdout.count('"executions run"') == 2


def test_a_declared_run_with_the_same_goal_is_another_one(applied: Desk, cli: Cli) -> None:
    goal = "Do the same."
    run(applied, cli, goal)
    (applied.folder / "more.yaml").write_text(
        "apiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {name: declared}\n"
        f"spec: {{agentflow_id: triage, goal: {goal}, input_variables: {{ticket: No paper.}}}}\n",
        "utf-8",
    )
    cli(applied.folder, "apply", "--auto-approve", env=applied.remote.env)
    run(applied, cli, goal)
    assert count(applied, goal) == 3


def test_an_answer_that_is_lost_is_looked_for(applied: Desk, cli: Cli) -> None:
    applied.remote.fault("drop after POST /execute_flow")
    run(applied, cli, "Answer lost.")
    assert count(applied, "Answer lost.") == 1


def test_what_may_have_been_sent_is_not_sent_again_by_itself(applied: Desk, cli: Cli) -> None:
    goal = "Never arrived."
    applied.remote.fault("drop before POST /execute_flow")
    first = run(applied, cli, goal, code=3)
    assert "wexa-sync resolve desk/Execution/run-" in first.stderr
    again = run(applied, cli, goal, code=3)
    assert "it was sent before and the response was lost" in " ".join(again.stderr.split())
    assert count(applied, goal) == 0
    address = next(word for word in again.stderr.split() if word.startswith("desk/Execution/run-"))
    cli(applied.folder, "resolve", address.rstrip(":"), "--did-not-happen", env=applied.remote.env)
    run(applied, cli, goal)
    assert count(applied, goal) == 1


KILL = """
from wexa_sync.api.transport.http import Http
from wexa_sync.state.file import _FileSession
import itertools, os, signal
count = itertools.count(1)
def after(function):
    def call(*args, **more):
        found = function(*args, **more)
        if args[1:2] != ("GET",) and next(count) == {at}: os.kill(os.getpid(), signal.SIGKILL)
        return found
    return call
Http.request = after(Http.request)
_FileSession.write = after(_FileSession.write)
"""


def test_killed_after_any_write_the_same_command_goes_on_with_the_same_run(applied: Desk, cli: Cli) -> None:
    killed, at, doubts = 1, 0, list[int]()
    while killed:
        at += 1
        command, env = (*words(f"Step {at}."), "--auto-approve", "--format", "json"), applied.remote.env
        cut = cli(applied.folder, *command, code=None, env=env, before=KILL.format(at=at))
        killed = cut.code
        if killed and not cut.stdout:
            assert killed == -signal.SIGKILL
            again = cli(applied.folder, *command, code=None, env=env)
            if again.code == 3:  # killed just before it was sent: nobody can tell that it was not
                doubts.append(at)
                assert count(applied, f"Step {at}.") == 0
                address = next(word for word in again.stderr.split() if word.startswith("desk/Execution/run-"))
                cli(applied.folder, "resolve", address.rstrip(":"), "--did-not-happen", env=env)
                again = cli(applied.folder, *command, env=env)
            assert again.code == 0
        assert count(applied, f"Step {at}.") == 1, f"killed after step {at}"
    assert (at > 4, len(doubts)) == (True, 1)
    cli(applied.folder, *command, env=env)
    assert count(applied, f"Step {at}.") == 2, "the command came to its end, so it runs once more"


def test_an_interrupt_of_the_wait_says_that_the_run_goes_on_and_the_same_command_waits_again(
    applied: Desk, going: Going, cli: Cli, scripted: Callable[..., None], passing: Callable[..., None]
) -> None:
    goal = "Take long."
    scripted(applied.remote, "failed", 3600, goal)
    with going(applied, *words(goal), "--auto-approve", "--wait") as waiting:
        assert waiting.stderr is not None
        while not (line := waiting.stderr.readline()).endswith(": running\n") or line.startswith("["):
            pass
        waiting.send_signal(signal.SIGINT)
        _, talk = waiting.communicate()
    assert waiting.returncode == 130
    assert "The run goes on by itself" in talk
    assert "failed" not in talk
    passing(applied.remote, 7200)
    again = run(applied, cli, goal, "--wait", code=1)
    assert "this one goes on with that run" in " ".join(again.stderr.split())
    assert "the run ended as failed" in again.stderr
    assert count(applied, goal) == 1
    run(applied, cli, goal)
    assert count(applied, goal) == 2


def test_it_asks_on_a_terminal_and_takes_no_for_an_answer(applied: Desk, cli: Cli) -> None:
    shown = cli.on_terminal(applied.folder, *words("Ask."), typed="n\n", env=applied.remote.env).stdout
    for text in ("desk/AgentFlow/triage", "Run it?", "Nothing was run."):
        assert text in shown
    assert applied.remote.writes == []
    assert cli.on_terminal(applied.folder, *words("Ask."), typed="yes\n", env=applied.remote.env).code == 0
    assert count(applied, "Ask.") == 1


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (words("No."), 64, "so nothing was run Hint: Agree with --auto-approve"),
        ((*words("No."), "--auto-approve", "--max-executions", "0"), 1, "it would start 1 execution, more than 0"),
        (("executions", "run", "triag", "--goal", "g"), 64, "no live AgentFlow is called 'triag'"),
        (("executions", "run", "x/AgentFlow/triage", "--goal", "g"), 64, "the state knows no AgentFlow x/AgentFlow"),
        (("executions", "run", "none", "--goal", "g", "--project", "x"), 64, "the state knows no project x"),
        (("executions", "run", "6" * 24, "--goal", "g"), 64, "there is no AgentFlow 666666"),
        (("executions", "run", "triage", "--goal", "g", "--input", "x"), 64, "is no NAME=VALUE"),
        (("executions", "run", "triage", "--goal", "${env:"), 64, "is no variable"),
    ],
)
def test_what_can_not_be_run_is_said_and_nothing_is_sent(
    applied: Desk, cli: Cli, command: tuple[str, ...], code: int, said: str
) -> None:
    done = cli(applied.folder, *command, code=code, env=applied.remote.env)
    assert said in " ".join(done.stderr.split())
    assert applied.remote.writes == []


def test_no_secret_of_it_is_shown_or_stored(applied: Desk, cli: Cli) -> None:
    secret = "sentinel-commanded-secret-9"
    command = ("executions", "run", "Triage", "--goal", "Use ${secret:TOKEN}.", "--input", "key=${secret:TOKEN}")
    env = {**applied.remote.env, "TOKEN": secret}
    for more in (("--wait",), ("--format", "json")):
        done = cli(applied.folder, *command, "--auto-approve", *more, env=env)
        assert secret not in done.stdout + done.stderr
    assert count(applied, f"Use {secret}.") == 2
    for file in (applied.folder / ".wexa-sync").rglob("*"):
        assert file.is_dir() or secret not in file.read_text("utf-8", "replace")
    assert secret not in cli(applied.folder, "executions", "list", env=applied.remote.env).stdout


def test_a_list_that_shows_little_is_filled_in_without_secrets(cli: Cli, tmp_path: Path) -> None:
    secret = "sentinel-sparse-secret-9"
    (tmp_path / "desk.yaml").write_text(MANIFESTS, "utf-8")
    with opened(readings={"execution_items": "sparse"}) as remote:
        Desk(folder=tmp_path, remote=remote).apply()
        command = ("executions", "run", "triage", "--goal", "Use ${secret:TOKEN}.", "--auto-approve", "--wait")
        cli(tmp_path, *command, env={**remote.env, "TOKEN": secret})
        (listed,) = json.loads(cli(tmp_path, "executions", "list", "--format", "json", env=remote.env).stdout)
        assert (listed["goal"], listed["price"]) == ("(sensitive)", 0.00231)
        cli(tmp_path, "destroy", "--auto-approve", env=remote.env)
        assert cli(tmp_path, "state", "list", env=remote.env).stdout == "", "it is forgotten with its project"


def test_a_run_whose_end_is_not_awaited_any_more_goes_on_and_keeps_its_id(
    tmp_path: Path, scripted: Callable[..., None]
) -> None:
    execution = (
        "---\napiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {name: long}\n"
        "spec: {agentflow_id: triage, goal: Take long., wait: {timeout: 0.01}}\n"
    )
    (tmp_path / "desk.yaml").write_text(MANIFESTS + execution, "utf-8")
    with opened() as remote:
        scripted(remote, "completed", 3600)
        desk = Desk(folder=tmp_path, remote=remote)
        *_, first = desk.apply()
        workspace = desk.workspace
        workspace.cutoff.stop()
        *_, again = engine.apply(desk.plan(), workspace).outcomes
    assert (first.status, again.status) == (Status.ONGOING, Status.ONGOING)
    assert again.id == first.id is not None
    assert "the run goes on" in again.error


def test_runs_are_chosen_and_an_earlier_one_keeps_the_address(applied: Desk, cli: Cli) -> None:
    goal, env = "List me.", applied.remote.env
    for _ in range(2):
        run(applied, cli, goal, "--wait")

    def listed(*more: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(
            cli(applied.folder, "executions", "list", "--format", "json", *more, env=env).stdout
        )
        return found

    first, second = listed("--flow", "triage", "--status", "completed", "--since", "1h", "--limit", "2")
    assert (first["goal"], second["goal"]) == (goal, goal)
    assert first["address"] == second["address"]
    assert (first["earlier"], second["earlier"]) == (True, False)
    assert first["created"] <= second["created"]
    assert (second["tokens"], second["price"]) == (1362 + 96 + 214, 0.00231)
    assert listed("--since", "2100-01-01") == []
    assert listed()[-2:] == [first, second]
    shown = cli(applied.folder, "executions", "show", first["id"], env=env).stdout
    assert f"{first['address']} (it has a later run)" in " ".join(shown.split())
    assert "Sorter" in shown


def test_what_happens_in_a_run_is_watched_until_its_end(
    applied: Desk, cli: Cli, scripted: Callable[..., None], going: Going, passing: Callable[..., None]
) -> None:
    goal = "Watch me."
    scripted(applied.remote, "failed", 3600, goal)
    address = json.loads(run(applied, cli, goal, "--format", "json").stdout)["address"]
    with going(applied, "executions", "watch", address, "--format", "json") as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        passing(applied.remote, 7200)
        rest, talk = watching.communicate()
    events = [json.loads(line) for line in (first + rest).splitlines()]
    assert [(each["event"], each["status"]) for each in events] == [
        ("status", "running"),
        ("step", "failed"),
        ("status", "failed"),
        ("result", "failed"),
    ]
    assert events[1]["error"] == f"Sorter could not finish: {goal}"
    assert watching.returncode == 1
    assert "the run ended as failed" in talk


def test_all_runs_are_watched_until_somebody_ends_it(
    applied: Desk, cli: Cli, scripted: Callable[..., None], going: Going, passing: Callable[..., None]
) -> None:
    goal = "Watch us all."
    scripted(applied.remote, "completed", 3600, goal)
    address = json.loads(run(applied, cli, goal, "--format", "json").stdout)["address"]
    with going(applied, "executions", "watch", "--interval", "0.1") as watching:
        assert watching.stdout is not None
        lines = [watching.stdout.readline()]
        passing(applied.remote, 7200)
        lines.append(watching.stdout.readline())
        watching.send_signal(signal.SIGINT)
        watching.communicate()
    assert [line.split()[1:3] for line in lines] == [["running", address], ["completed", address]]
    assert watching.returncode == 130
