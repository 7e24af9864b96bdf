"""Whoever reads the output may have enough of it (`| head`): nothing is called a bug, and nothing is left half done."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Desk


def run(desk: Desk, home: Path, *words: str, closed: str) -> subprocess.CompletedProcess[str]:
    """The command, with a pipe that nobody reads in the place of that stream."""
    read, unread = os.pipe()
    os.close(read)
    try:
        return started(desk, home, *words, streams={closed: unread})
    finally:
        os.close(unread)


def started(
    desk: Desk,
    home: Path,
    *words: str,
    encoding: str = "utf-8",
    before: Callable[[], None] | None = None,
    streams: Mapping[str, Any] | None = None,
) -> subprocess.CompletedProcess[str]:
    """The command, with those streams; it writes in `encoding`, and does `before` first."""
    own = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "PYTHONIOENCODING": encoding}
    return subprocess.run(
        [sys.executable, "-m", "wexa_sync", *words],
        cwd=desk.folder,
        env={**own, **desk.remote.env},
        stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **(streams or {})},
        encoding=encoding,
        timeout=60,
        check=False,
        preexec_fn=before,
    )


UNREAD = [("plan",), ("plan", "--format", "json"), ("schema", "AgentFlow"), ("graph",)]


@pytest.mark.parametrize("words", UNREAD, ids=str)
def test_output_that_nobody_reads_is_no_bug(desk: Desk, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(desk, tmp_path, *words, closed="stdout")
    assert done.stderr == ""
    assert done.returncode == 1


def test_nothing_is_applied_whose_plan_nobody_could_read(desk: Desk, tmp_path: Path) -> None:
    assert run(desk, tmp_path, "apply", "--auto-approve", closed="stdout").returncode == 1
    assert desk.remote.writes == []


def test_an_apply_goes_on_though_nobody_listens_to_its_talk(desk: Desk, tmp_path: Path) -> None:
    done = run(desk, tmp_path, "apply", "--auto-approve", "-v", closed="stderr")
    assert done.returncode == 0, done.stdout
    assert "Apply complete!" in done.stdout
    assert desk.workspace.store.load().intents == {}


def test_a_disk_without_room_for_the_output_is_no_bug(desk: Desk, tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123  # a device
        done = started(desk, tmp_path, "plan", streams={"stdout": full})
    assert (
        done.stderr == "Error: the output can't be written: No space left on device\nHint: Make room where it goes.\n"
    )
    assert done.returncode == 1


@pytest.mark.parametrize("closed", [1, 2], ids=["stdout", "stderr"])
def test_a_closed_stream_takes_everything(desk: Desk, tmp_path: Path, closed: int) -> None:
    done = started(desk, tmp_path, "apply", "--auto-approve", before=partial(os.close, closed))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "itself failed" not in done.stdout + done.stderr
    assert len(desk.workspace.store.load().records) == 9


def test_what_a_stream_can_t_show_is_shown_by_its_number(desk: Desk, tmp_path: Path) -> None:
    done = started(desk, tmp_path, "plan", "--details", encoding="ascii")
    assert done.returncode == 0, done.stderr
    assert "\\u2026" in started(desk, tmp_path, "plan", encoding="ascii").stdout
