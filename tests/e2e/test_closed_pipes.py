"""Whoever reads the output may have enough of it (`| head`): nothing is called a bug, and nothing is left half done."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Done

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk


def run(desk: Desk, cli: Cli, *words: str, stdout: int | None = None, stderr: int | None = None) -> Done:
    """Return the command, with those streams in the place of its own."""
    with cli.going(desk.folder, *words, env=desk.remote.env, stdout=stdout, stderr=stderr) as going:
        out, said = going.communicate()
    return Done(going.wait(), out, said)


@contextmanager
def unread() -> Iterator[int]:
    """Yield a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


UNREAD = [("plan",), ("plan", "--format", "json"), ("schema", "AgentFlow"), ("graph",)]


@pytest.mark.parametrize("words", UNREAD, ids=str)
def test_output_that_nobody_reads_is_no_bug(desk: Desk, cli: Cli, words: tuple[str, ...]) -> None:
    with unread() as pipe:
        done = run(desk, cli, *words, stdout=pipe)
    assert done.stderr == ""
    assert done.code == 1


def test_nothing_is_applied_whose_plan_nobody_could_read(desk: Desk, cli: Cli) -> None:
    with unread() as pipe:
        assert run(desk, cli, "apply", "--auto-approve", stdout=pipe).code == 1
    assert desk.remote.writes == []


def test_an_apply_goes_on_though_nobody_listens_to_its_talk(desk: Desk, cli: Cli) -> None:
    with unread() as pipe:
        done = run(desk, cli, "apply", "--auto-approve", "-v", stderr=pipe)
    assert done.code == 0, done.stdout
    assert "Apply complete!" in done.stdout
    assert desk.workspace.store.load().intents == {}


def test_a_disk_without_room_for_the_output_is_no_bug(desk: Desk, cli: Cli) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123  # a device
        done = run(desk, cli, "plan", stdout=full.fileno())
    assert done.stderr.splitlines() == [
        "Error: the output can't be written: No space left on device",
        "Hint: Make room on that disk, or send the output elsewhere.",
    ]
    assert done.code == 1


@pytest.mark.parametrize("closed", [1, 2], ids=["stdout", "stderr"])
def test_a_closed_stream_takes_everything(desk: Desk, cli: Cli, closed: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wexa_sync", "apply", "--auto-approve"],
        cwd=desk.folder,
        env={**cli.env, **desk.remote.env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(os.close, closed),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "itself failed" not in done.stdout + done.stderr
    assert len(desk.workspace.store.load().records) == 9


def with_streams(desk: Desk, cli: Cli, words: str, redirected: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its streams redirected by a shell."""
    return shell(desk, cli, f"-m wexa_sync {words} {redirected}")


def shell(desk: Desk, cli: Cli, words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with those words, which a shell reads."""
    return subprocess.run(
        ["sh", "-c", f"{shlex.quote(sys.executable)} {words}"],
        cwd=desk.folder,
        env={**cli.env, **desk.remote.env},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize("redirected", [">&-", ">/dev/full", "1</dev/null"])
@pytest.mark.parametrize(
    "words",
    ["plan --format json", "schema AgentFlow", "graph", "executions list --format json", "plan --format json -v 2>&-"],
)
def test_data_that_can_not_be_written_is_a_failure(desk: Desk, cli: Cli, words: str, redirected: str) -> None:
    done = with_streams(desk, cli, words, redirected)
    assert done.returncode == 1
    if "2>" not in words:
        assert "stdout is closed" in done.stderr or "the output can't be written" in done.stderr
        assert "Hint: " in done.stderr
    assert "bug" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_apply_whose_report_has_nowhere_to_go_changes_nothing(desk: Desk, cli: Cli) -> None:
    done = with_streams(desk, cli, "apply --auto-approve --format json", ">&-")
    assert done.returncode == 1
    assert "stdout is closed" in done.stderr
    assert desk.remote.writes == []


def test_an_apply_whose_report_is_cut_short_is_no_success(desk: Desk, cli: Cli) -> None:
    done = with_streams(desk, cli, "apply --auto-approve --format json", ">/dev/full")
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "the report can't be written: No space left on device" in said
    assert "The changes were made" in said
    with unread() as pipe:
        assert run(desk, cli, "apply", "--auto-approve", "--format", "json", stdout=pipe).code == 1
    assert run(desk, cli, "apply", "--auto-approve", "--format", "json").code == 0


@pytest.mark.parametrize("words", ["--help", "validate", "init new", "--nope"])
@pytest.mark.parametrize("redirected", [">/dev/full", ">&-", "2>/dev/full", "2>&-", ">/dev/full 2>&1", "<&- >&- 2>&-"])
def test_no_command_calls_its_streams_a_bug(desk: Desk, cli: Cli, words: str, redirected: str) -> None:
    done = with_streams(desk, cli, words, redirected)
    fails = words == "--nope" or (">/dev/full" in redirected and not redirected.startswith("2>"))
    assert done.returncode == (64 if words == "--nope" else int(fails))
    for trace in ("bug", "Traceback", "Exception ignored"):
        assert trace not in done.stdout + done.stderr


def test_without_a_stdin_nobody_can_agree(desk: Desk, cli: Cli) -> None:
    done = with_streams(desk, cli, "apply", "<&-")
    assert done.returncode == 64
    assert "there is no terminal to ask on" in done.stderr
    assert desk.remote.writes == []


def test_a_full_stderr_stops_no_apply(desk: Desk, cli: Cli) -> None:
    done = with_streams(desk, cli, "apply --auto-approve -v", "2>/dev/full")
    assert done.returncode == 0
    assert "Apply complete!" in done.stdout


def test_no_file_gets_the_number_of_a_closed_stream(desk: Desk, cli: Cli) -> None:
    # A message for people would be written into it: into the state, or to the server.
    code = "import os; from wexa_sync.cli.streams import make_safe; make_safe(); print(os.dup(0))"
    assert int(shell(desk, cli, f"-c {shlex.quote(code)} <&- 2>&-").stdout) > 2
