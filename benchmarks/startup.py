"""Measure `wexa-sync --version` and `--help` against `python -c "import click"`: they must load nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, ratio
from benchmarks.processes import PYTHON, WEXA_SYNC, interleaved

LIMIT = 2.0


def measure(folder: Path, *, rounds: int, small: bool) -> Iterator[Figure]:
    """Measure both commands."""
    floor = 'python -c "import click"'
    commands = {
        "wexa-sync --version": (*WEXA_SYNC, "--version"),
        "wexa-sync --help": (*WEXA_SYNC, "--help"),
        floor: (PYTHON, "-c", "import click"),
    }
    seconds = interleaved(1 if small else 4 * rounds, commands, folder=folder)
    for name in commands:
        if name != floor:
            yield ratio(name, seconds[name], seconds[floor], floor=floor, limit=LIMIT)
