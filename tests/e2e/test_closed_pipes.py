"""Whoever reads the output may have enough of it (`| head`): nothing is called a bug, and nothing is left half done."""

from __future__ import annotations

import os
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
        "Hint: Make room on the disk that it goes to, or send it elsewhere.",
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


def test_what_a_stream_can_t_show_is_shown_by_its_number(desk: Desk, cli: Cli) -> None:
    env = {**desk.remote.env, "PYTHONIOENCODING": "ascii"}
    cli(desk.folder, "plan", "--details", env=env)
    assert "\\u2026" in cli(desk.folder, "plan", env=env).stdout
