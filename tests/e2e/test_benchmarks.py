"""The benchmarks run, on tiny workspaces. What they measure is nobody's test; what they count is exact."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_benchmark_runs_and_the_requests_are_as_promised() -> None:
    command = [sys.executable, "-m", "benchmarks", "--small", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines() if "|" in line]
    met = {name: verdict for name, *_, verdict in rows[2:]}
    assert len(met) == 9
    assert {verdict for name, verdict in met.items() if re.match("requests of|single GETs", name)} == {"yes"}


def test_a_benchmark_that_is_not_there_is_told_of() -> None:
    command = [sys.executable, "-m", "benchmarks", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2
    assert "there is no benchmark nothing" in done.stderr
