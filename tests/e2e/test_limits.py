"""What bounds the asking, as the command line has it: timeouts, `Retry-After`, and Ctrl-C in the middle of a wait."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.events import clock
from wexa_sync.model import Plan

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.forks import Started

Going = Callable[..., AbstractContextManager["Started"]]


def fault(desk: Desk, *lines: str) -> None:
    """Set what goes wrong in the sandbox from now on."""
    for line in lines:
        desk.remote.raw("POST", "/_sandbox/faults", {"fault": line}).raise_for_status()


def test_an_answer_that_never_comes_is_given_up_after_the_read_timeout(desk: Desk, cli: Cli) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("read_timeout: 1\n", "utf-8")
    fault(desk, "hang GET /customer times=forever")
    done = cli(desk.folder, "plan", "-v", code=1, env=desk.remote.env)
    said = " ".join(done.stderr.split())
    assert "GET /customer: the request was sent, but no whole answer came back: timed out" in said.replace("Read ", "")
    assert said.count("GET /customer ->") == 4, "tried again, since it only reads"


def test_a_connection_that_never_comes_is_given_up_after_the_connect_timeout(
    desk: Desk, cli: Cli, full_port: int
) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("connect_timeout: 0.2\n", "utf-8")
    url = f"http://127.0.0.1:{full_port}"
    done = cli(desk.folder, "plan", code=1, env={**desk.remote.env, "WEXA_BASE_URL": url})
    said = " ".join(done.stderr.split())
    assert f"could not connect to 127.0.0.1:{full_port}" in said
    assert "Nothing was sent" in said


def test_a_create_that_hangs_is_looked_for_and_not_sent_twice(
    desk: Desk, cli: Cli, work: Callable[[Plan], list[str]]
) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("read_timeout: 2\nsettle: 0.5\n", "utf-8")
    fault(desk, "hang after POST /agentflow/", "hang after POST /execute_flow")
    done = cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    assert "the response was lost; it was found on the server" in " ".join(done.stdout.split())
    assert desk.remote.writes.count("POST /agentflow/") == 1
    assert desk.remote.writes.count("POST /execute_flow") == 1
    assert work(desk.plan()) == []


def test_whatever_retry_after_says_every_create_is_made_once(
    desk: Desk, cli: Cli, work: Callable[[Plan], list[str]]
) -> None:
    lies = ("retry_after=soon", "retry_after=-5", "retry_after=date-3600")
    fault(desk, *(f"429 POST nth={number + 1} {lie}" for number, lie in enumerate(lies)), "429 GET retry_after=0")
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    made = [each["path"] for each in desk.remote.requests if each["method"] == "POST" and each["status"] == 200]
    assert sorted(each.rpartition("/")[2] for each in made if "skilled" in each) == ["skilled"] * 3
    assert [made.count(path) for path in ("/v1/project", "/skills/", "/agentflow/", "/execute_flow")] == [1, 2, 1, 1]
    assert sum(each["status"] == 429 for each in desk.remote.requests) == len(lies) + 1
    assert work(desk.plan()) == []


PAUSE = "429 POST retry_after=86400 times=forever"


def waits(process: Started) -> None:
    """Return when the command says that it waits, since the server asks for it."""
    assert process.stderr is not None
    assert any(line.startswith("Waiting for the server, which asks for a pause") for line in process.stderr)


def test_a_server_that_asks_for_a_day_is_waited_for_no_longer_than_the_timeout(
    desk: Desk, cli: Cli, tmp_path: Path
) -> None:
    fault(desk, PAUSE)
    over = tmp_path / "over"
    words = ("apply", "--auto-approve", "--timeout", "1h")
    with cli.going(desk.folder, *words, env=desk.remote.env, before=clock(over)) as process:
        waits(process)
        over.touch()
        out, _ = process.communicate()
    assert process.returncode == 1
    assert "the time given by --timeout is over" in " ".join(out.split())
    assert len(desk.remote.writes) == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_wait_that_the_server_asked_for(
    desk: Desk, going: Going, number: signal.Signals, code: int
) -> None:
    fault(desk, PAUSE)
    with going(desk, "apply", "--auto-approve") as process:
        waits(process)
        process.send_signal(number)
        out, said = process.communicate()
    assert process.returncode == code, out + said
    assert "Traceback" not in said
    assert len(desk.remote.writes) == 1
    assert desk.workspace.store.load().intents == {}


def test_ctrl_c_ends_the_wait_for_a_lock(desk: Desk, cli: Cli) -> None:
    words = ("apply", "--auto-approve", "--lock-timeout", "1h")
    with (
        desk.workspace.store.session(desk.workspace.target),
        cli.going(desk.folder, *words, env=desk.remote.env) as process,
    ):
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Waiting for the lock of ")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert said.strip() == "Interrupted."
    assert desk.remote.requests == []
