"""Measure what must load little, against `python -c "import click"`: the version, the help, one file validated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure, of_cpu
from benchmarks.processes import PYTHON, WEXA_SYNC, How, Usage, interleaved
from benchmarks.workspaces import Size, write_workspace

LIMITS = {"--version": 1.0, "--help": 1.0, "validate project.yaml": 2.0}
_FLOOR = 'python -c "import click"'


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure each command. They take little, so more rounds are taken."""
    workspace = write_workspace(folder, Size()) / "desk-0"
    commands = {f"wexa-sync {words}": (*WEXA_SYNC, *words.split()) for words in LIMITS}
    often = replace(how, rounds=1 if how.small else 4 * how.rounds)
    taken = interleaved(often, commands | {_FLOOR: (PYTHON, "-c", "import click")}, folder=workspace)
    yield from taken.values()
    for words, limit in LIMITS.items():
        name = f"wexa-sync {words}"
        yield of_cpu(name, taken[name], taken[_FLOOR], limit=limit)
