"""`resolve` and `executions`, as processes against the sandbox: a run whose answer was lost, and what a person says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-desk"


def wexa(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the real command line in that folder."""
    return subprocess.run(  # our own command
        [sys.executable, "-m", "wexa_sync", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The support desk, applied to a sandbox of its own."""
    folder = tmp_path / "desk"
    shutil.copytree(EXAMPLE, folder)
    shutil.rmtree(folder / ".wexa-sync", ignore_errors=True)
    applied = wexa(folder, "apply", "--sandbox", "--auto-approve")
    assert applied.returncode == 0, applied.stderr
    return folder


def runs(folder: Path) -> list[dict[str, str]]:
    """What `executions list` tells."""
    listed = wexa(folder, "executions", "list", "--sandbox", "--format", "json")
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, str]] = json.loads(listed.stdout)
    return found


def lose_the_run(folder: Path) -> str:
    """Forget the record of the run, as a deleted state would; the run stays live. Answers its address."""
    (run,) = runs(folder)
    assert run["address"] is not None
    assert wexa(folder, "state", "rm", "--sandbox", run["address"]).returncode == 0
    return run["address"]


def test_a_run_is_listed_and_shown_with_its_result(desk: Path) -> None:
    (run,) = runs(desk)
    shown = wexa(desk, "executions", "show", str(run["address"]), "--sandbox")
    assert shown.returncode == 0, shown.stderr
    assert run["id"] in shown.stdout
    by_id = wexa(desk, "executions", "show", run["id"], "--sandbox", "--format", "json")
    assert json.loads(by_id.stdout)["address"] == run["address"]


def test_a_person_says_that_it_happened_and_the_plan_is_empty(desk: Path) -> None:
    (run,) = runs(desk)
    address = lose_the_run(desk)
    blocked = wexa(desk, "plan", "--sandbox", "--strict")
    assert blocked.returncode == 3
    said = wexa(desk, "resolve", address, "--happened", run["id"], "--sandbox")
    assert said.returncode == 0, said.stderr
    after = wexa(desk, "plan", "--sandbox", "--detailed-exitcode")
    assert after.returncode == 0, after.stdout
    assert len(runs(desk)) == 1


def test_a_person_says_that_it_did_not_happen_and_it_is_run(desk: Path) -> None:
    address = lose_the_run(desk)
    said = wexa(desk, "resolve", address, "--did-not-happen", "--sandbox")
    assert said.returncode == 0, said.stderr
    after = wexa(desk, "plan", "--sandbox")
    assert "1 to run" in after.stdout, after.stdout
    assert wexa(desk, "apply", "--sandbox", "--auto-approve").returncode == 0
    assert len(runs(desk)) == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--happened", "nothing-there"), 64, "no Execution is live under the id nothing-there"),
        ((), 64, "say one of the two"),
        (("--happened", "x", "--did-not-happen"), 64, "say one of the two"),
    ],
)
def test_what_can_not_be_resolved_is_said(desk: Path, words: tuple[str, ...], code: int, said: str) -> None:
    address = lose_the_run(desk)
    answer = wexa(desk, "resolve", address, *words, "--sandbox")
    assert answer.returncode == code, answer.stderr
    assert said in " ".join(answer.stderr.split())


def test_what_is_in_no_doubt_is_not_resolved(desk: Path) -> None:
    answer = wexa(desk, "resolve", "Project/support-desk", "--did-not-happen", "--sandbox")
    assert answer.returncode == 64
    assert "nothing to resolve" in answer.stderr
    assert wexa(desk, "executions", "show", "support-desk/Execution/none", "--sandbox").returncode == 64
