"""An outage, rehearsed with the command line alone: --fault and --reading beside --sandbox."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-desk"
SANDBOX = {"WEXA_SYNC_SANDBOX": "1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the support desk's manifests, nothing applied yet."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "desk", ignore=shutil.ignore_patterns(".wexa-sync")))


def stored(folder: Path, kind: str) -> int:
    """Return how many objects of a kind the sandbox's file holds."""
    with sqlite3.connect(folder / ".wexa-sync" / "sandbox.db") as data:
        return int(data.execute("SELECT count(*) FROM objects WHERE kind = ?", (kind,)).fetchone()[0])


def test_a_lost_answer_is_rehearsed(cli: Any, folder: Path) -> None:
    fewer = ("--sandbox", "--exclude", "support-desk/Execution/smoke-test")
    faults = ("--fault", "drop after POST /skills/", "--fault", "delay GET ms=1", "--fault", "503 GET /v1/project")
    applied = cli(folder, "apply", *fewer, "--auto-approve", "-v", *faults)
    assert "POST /skills/: the request was sent, but no whole answer came back" in applied.stderr
    assert "GET /v1/project -> 503" in applied.stderr
    assert stored(folder, "skill") == 2
    assert cli(folder, "plan", *fewer).last == "No changes."


@pytest.mark.parametrize(("when", "runs"), [("before", 0), ("after", 1)])
def test_a_kill_is_rehearsed(cli: Any, folder: Path, when: str, runs: int) -> None:
    fault = {"WEXA_SYNC_FAULT": f"delay ms=1;kill {when} POST /execute_flow"}
    cli(folder, "apply", "--auto-approve", env=SANDBOX | fault, code=-signal.SIGKILL)
    assert stored(folder, "execution") == runs


def test_the_run_of_a_killed_apply_is_found_and_not_repeated(cli: Any, folder: Path) -> None:
    with (folder / "wexa-sync.yaml").open("a", encoding="utf-8") as settings:
        settings.write("settle: 0.1\n")
    cli(
        folder, "apply", "--sandbox", "--auto-approve", "--fault", "kill after POST /execute_flow", code=-signal.SIGKILL
    )
    again = cli(folder, "apply", "--sandbox", "--auto-approve")
    assert "found: an earlier apply made it" in " ".join(again.stdout.split())
    assert stored(folder, "execution") == 1


def test_a_reading_is_rehearsed(cli: Any, folder: Path) -> None:
    refused = cli(folder, "plan", "--sandbox", "--reading", "list_envelope=bare", "-v")
    assert refused.last.startswith("Plan: 8 to add")
    env = SANDBOX | {"WEXA_SYNC_READING": "list_envelope=bare skip_zero=no"}
    wrong = cli(folder, "plan", env=env, code=64)
    assert "reading 'skip_zero' can't be 'no'" in wrong.stderr
    assert "docs/readings.md" in wrong.stderr


def test_a_wrong_fault_is_told(cli: Any, folder: Path) -> None:
    wrong = cli(folder, "apply", "--sandbox", "--auto-approve", "--fault", "dorp", code=64)
    assert "there is no fault 'dorp'" in wrong.stderr
    assert "Did you mean 'drop'?" in wrong.stderr
    (folder / "faults.txt").write_text("drop\ndrop ms=5\n", encoding="utf-8")
    told = cli(folder, "sandbox", "--fault-file", "faults.txt", code=64)
    assert "faults.txt:2: drop has no parameter 'ms'" in told.stderr


@pytest.mark.parametrize("flags", [("--fault", "drop"), ("--reading", "skip_zero=accepted")])
def test_faults_and_readings_are_for_the_sandbox_alone(cli: Any, folder: Path, flags: tuple[str, str]) -> None:
    env = {"WEXA_API_KEY": "k", "WEXA_ORG_ID": "67fdea40aac77be632954f0f", "WEXA_BASE_URL": "http://127.0.0.1:9"}
    refused = cli(folder, "plan", *flags, env=env, code=64)
    assert "--fault and --reading are for the sandbox" in refused.stderr
    assert "Add --sandbox" in refused.stderr
