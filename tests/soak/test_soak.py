"""A few seconds of the soak, as a person would start it. All of it: docs/reliability-soak.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def test_a_short_soak_finds_nothing() -> None:
    command = [sys.executable, "-m", "tests.soak", "--seed", "7", "--minutes", "0.1"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = re.search(r"Soak: \d+ episodes, (\d+) operations, 0 divergences\.", done.stdout)
    assert said, done.stdout
    assert int(said[1]) > 30
