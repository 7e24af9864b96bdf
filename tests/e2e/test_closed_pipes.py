"""Whoever reads the output may have enough of it (`| head`): nothing is called a bug, and nothing is left half done."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk


def run(desk: Desk, home: Path, *words: str, closed: str) -> subprocess.CompletedProcess[str]:
    """The command, with a pipe that nobody reads in the place of that stream."""
    read, unread = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [sys.executable, "-m", "wexa_sync", *words],
            cwd=desk.folder,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(home), **desk.remote.env},
            stdin=subprocess.DEVNULL,
            stdout=unread if closed == "stdout" else subprocess.PIPE,
            stderr=unread if closed == "stderr" else subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(unread)


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
