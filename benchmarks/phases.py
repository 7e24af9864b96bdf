"""Measure where a no-op plan spends its CPU (sampler.py): vouched for, and read in full."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import sampler
from benchmarks.figures import Figure, ratio
from benchmarks.noop_plan import PLANS
from benchmarks.processes import PYTHON, How, Usage, run, sandbox
from benchmarks.recording import record, served
from benchmarks.sampler import PHASES, REST, START
from benchmarks.workspaces import applied, resources


def measure(folder: Path, how: How, number: int = 1_000) -> Iterator[Figure | Usage]:
    """Measure both plans."""
    size = resources(40 if how.small else number)
    file = folder / "phases.json"
    commands = {name: (PYTHON, sampler.__file__, str(file), "plan", *words) for name, words in list(PLANS.items())[:2]}
    with sandbox(folder / "sandbox.db") as server:
        workspace = applied(folder / "workspace", size, server)
        recorded = record(server, commands, folder=workspace, file=folder / "recorded.json")
    spent: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in commands}
    with served(recorded):
        for _ in range(how.rounds):
            for name, command in commands.items():
                run(command, folder=workspace, env=server.env)
                told = json.loads(file.read_text(encoding="utf-8"))
                for phase in (START, *dict.fromkeys(PHASES.values()), REST):
                    spent[name][phase].append(told.get(phase, 0.0))
    for name, phases in spent.items():
        whole = sum(map(median, phases.values()))
        for phase, seconds in phases.items():
            yield ratio(f"{name} of {size.resources}: {phase}", median(seconds), whole, floor="all of it", unit="s CPU")
