"""`executions wait`, `list` and `show`: exit codes, what is shown where, and that no secret is."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Remote
    from tests.e2e.conftest import Wire
    from tests.forks import Started

RUN = "support-desk/Execution/smoke-test"
SECRET = "sentinel-run-secret-51c0"
Open = Callable[..., AbstractContextManager["Remote"]]
Begun = Callable[..., str]
Passing = Callable[..., None]
Going = Callable[..., AbstractContextManager["Started"]]


def plain(text: str) -> str:
    """Return the text without colours and cursor moves."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "\n")


@pytest.mark.parametrize(
    ("outcome", "code", "result"), [("completed", 0, "The run completed"), ("failed", 1, "The run failed")]
)
def test_the_end_decides_on_the_exit_code_and_the_result_is_the_output(
    desk: Desk, cli: Cli, begun: Begun, outcome: str, code: int, result: str
) -> None:
    begun(desk, outcome, 0)
    waited = cli(desk.folder, "executions", "wait", RUN, code=code, env=desk.remote.env)
    assert waited.stdout == f"## Ticket triage\n\n{result}: Triage the sample ticket.\n"
    assert waited.stderr.splitlines()[0] == f"{RUN}: {outcome}"
    assert ("Raise metadata.generation" in waited.stderr) is (code == 1)
    shown = cli(desk.folder, "executions", "show", RUN, env=desk.remote.env)
    assert shown.stdout.endswith(f"\n\n{waited.stdout}"), "Markdown, line by line"


@pytest.mark.parametrize("word", ["cancelled", "canceled"])
def test_cancelled_is_an_end_in_both_spellings(
    desk: Desk, cli: Cli, open_sandbox: Open, begun: Begun, word: str
) -> None:
    with open_sandbox(readings={"cancelled_word": word}) as remote:
        id_ = begun(replace(desk, remote=remote))
        remote.raw("POST", f"/execute_flow/{id_}/cancel")
        waited = cli(desk.folder, "executions", "wait", id_, code=1, env=remote.env)
        assert f"the run ended as {word}" in waited.stderr


def test_it_waits_until_the_time_is_over(desk: Desk, cli: Cli, begun: Begun) -> None:
    begun(desk)
    words = ("executions", "wait", RUN, "--timeout", "0.5", "--format", "json")
    waited = cli(desk.folder, *words, code=1, env=desk.remote.env)
    assert json.loads(waited.stdout)["status"] == "running"
    assert "it is running, and the wait took longer than 0.5 s" in " ".join(waited.stderr.split())
    assert desk.remote.writes == []


def test_an_end_in_the_middle_of_the_wait_is_seen_in_spite_of_lost_answers(
    desk: Desk, going: Going, wire: Wire, begun: Begun, passing: Passing
) -> None:
    id_ = begun(desk, seconds=100)
    with going(desk, "executions", "wait", RUN, "--log-format", "json", **wire.env(desk)) as waiting:
        assert waiting.stderr is not None
        first = waiting.stderr.readline()
        wire.lose = {f"GET /{id_}": True}
        passing(desk.remote, 200)
        _, rest = waiting.communicate()
    assert waiting.returncode == 0
    assert wire.lose == {}
    events = [json.loads(line) for line in (first + rest).splitlines()]
    assert [each["status"] for each in events] == ["running", "completed"]
    assert {(each["event"], each["execution"], each["id"]) for each in events} == {("execution", RUN, id_)}
    assert events[1]["seconds"] > events[0]["seconds"]


def test_an_interrupt_ends_the_wait_and_not_the_run(desk: Desk, going: Going, begun: Begun) -> None:
    begun(desk)
    with going(desk, "executions", "wait", RUN) as waiting:
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == f"{RUN}: running\n"
        waiting.send_signal(signal.SIGINT)
        out, talk = waiting.communicate()
    assert waiting.returncode == 130
    assert out == ""
    assert "The run goes on by itself" in talk
    assert "Traceback" not in talk
    assert desk.remote.writes == []


def test_a_run_that_is_removed_meanwhile_is_waited_for_no_longer(
    desk: Desk, going: Going, wire: Wire, begun: Begun
) -> None:
    begun(desk)
    with going(desk, "executions", "wait", RUN, **wire.env(desk)) as waiting:
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == f"{RUN}: running\n"
        wire.words = {'"status":"running"': '"status":"running","is_deleted":true'}
        _, talk = waiting.communicate()
    assert waiting.returncode == 1
    assert "the run is gone" in talk


def test_the_list_fits_a_terminal_of_80_columns(desk: Desk, cli: Cli, begun: Begun) -> None:
    id_ = begun(desk, goal="Triage the sample ticket, " + "and say so at length, " * 9)
    shown = cli.on_terminal(desk.folder, "executions", "list", env=desk.remote.env).stdout
    head, row = plain(shown).splitlines()
    assert head.split() == ["STATUS", "EXECUTION", "AT", "(UTC)", "GOAL"]
    assert re.match(rf"running  {RUN}  \d\d-\d\d \d\d:\d\d  Triage the sample", row)
    assert row.endswith("…")
    assert len(row) <= 80
    assert "\x1b[36mrunning" in shown
    assert (
        "\x1b["
        not in cli.on_terminal(desk.folder, "executions", "list", env={**desk.remote.env, "NO_COLOR": "1"}).stdout
    )
    piped = cli(desk.folder, "executions", "list", env=desk.remote.env).stdout
    assert piped.startswith(f"{id_}\trunning\t{RUN}\tTriage the sample ticket, and say")
    wide = plain(cli.on_terminal(desk.folder, "executions", "list", env={**desk.remote.env, "COLUMNS": "140"}).stdout)
    assert id_ in wide


def test_a_wait_on_a_terminal_leaves_one_line_and_the_result(desk: Desk, cli: Cli, begun: Begun) -> None:
    begun(desk, seconds=0)
    shown = plain(cli.on_terminal(desk.folder, "executions", "wait", RUN, env=desk.remote.env).stdout)
    assert re.search(rf"^{RUN}  completed  \d s$", shown, re.MULTILINE)
    assert shown.rstrip().endswith("The run completed: Triage the sample ticket.")


def test_no_secret_input_is_shown_by_any_of_them(desk: Desk, cli: Cli, going: Going) -> None:
    file = desk.folder / "execution.yaml"
    text = file.read_text(encoding="utf-8").replace("input_variables:", "input_variables:\n    key: ${secret:RUN_KEY}")
    file.write_text(text.replace("sample ticket.", "sample ticket with ${secret:RUN_KEY}."), encoding="utf-8")
    script = {"match": {"goal_contains": ""}, "outcome": "preview", "seconds": 0}
    desk.remote.raw("POST", "/_sandbox/outcomes", script)
    with going(desk, "apply", "--auto-approve", RUN_KEY=SECRET) as applying:
        assert applying.stderr is not None
        early = list(takewhile(lambda line: line != "answer    with\n", applying.stderr))
        cli(desk.folder, "executions", "answer", RUN, "--approve", env=desk.remote.env)
        said = [*early, *applying.communicate()]
    assert any("waits for an answer" in text for text in said)
    for words in (["list"], ["show", RUN], ["wait", RUN, "--timeout", "9"]):
        for shape in ("text", "json"):
            log = ["--log-format", "json"] if shape == "json" else []
            more = [*words, "--format", shape, *log]
            done = cli(desk.folder, "executions", *more, code=None, env=desk.remote.env)
            said += [done.stdout, done.stderr]
    assert [text for text in said if SECRET in text] == []
    assert len([text for text in said if "(sensitive)" in text]) >= 5
