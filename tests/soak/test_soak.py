"""Test a few seconds of the soak, started as a person would. docs/reliability-soak.md describes all of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SHORT = ("--seed", "7", "--episodes", "1", "--steps", "12")
SABOTAGED = """
import sys
from tests.soak import __main__ as soak, checks
checks.Checks.differences = lambda self: ["something is there twice"]
sys.exit(soak.main())
"""


def soaked(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a soak as a process."""
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, *command], cwd=root, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_short_soak_finds_nothing() -> None:
    done = soaked("-m", "tests.soak", *SHORT)
    assert done.returncode == 0, done.stdout + done.stderr
    said = re.search(r"Soak: 1 episodes, (\d+) operations, 0 divergences\.", done.stdout)
    assert said, done.stdout
    assert int(said[1]) > 15


def test_a_divergence_is_told_with_what_led_there_and_how_to_repeat_it() -> None:
    done = soaked("-c", SABOTAGED, *SHORT)
    assert done.returncode == 1
    assert "declare Project/p1\n" in done.stdout
    assert "\nsettle prune=" in done.stdout
    assert "\nsomething is there twice\n" in done.stdout
    assert "\nRepeat: python -m tests.soak --seed 7 --episode 0 --steps 12\n" in done.stdout
