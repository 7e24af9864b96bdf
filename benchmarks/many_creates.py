"""An apply of 300 creates at 50 ms latency, ten at a time, against the best that its dependencies and ten slots allow.

The ideal is computed, not measured: every request takes the latency and nothing else, and nothing else takes any time.
What is measured is the whole command, from the start of its process to its end; of all rounds the shortest, since no
second measurement takes turns with it in which the machine's other work would show.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, ratio
from benchmarks.processes import WEXA_SYNC, run, sandbox
from benchmarks.workspaces import Size, write_workspace

LIMIT = 1.5
LATENCY_MS = 50
PARALLELISM = 10


def measure(folder: Path, *, rounds: int, small: bool) -> Iterator[Figure]:
    """A project with its skills, flows of two agents, and schedules, all new."""
    size = (
        Size(skills=4, flows=2, agents=2, schedules=2) if small else Size(skills=99, flows=50, agents=2, schedules=50)
    )
    workspace = write_workspace(folder / "workspace", size)
    command = (*WEXA_SYNC, "apply", "--auto-approve", "--parallelism", str(PARALLELISM))
    taken = []
    for number in range(rounds):
        shutil.rmtree(workspace / ".wexa-sync", ignore_errors=True)
        with sandbox(folder / f"{number}.db", latency_ms=LATENCY_MS) as server:
            seconds, said = run(command, folder=workspace, env=server.env)
        assert f"{size.resources} added" in said, said
        taken.append(seconds)
    steps = ideal(requests(size))
    what = f"{steps} x {LATENCY_MS} ms"
    name = f"apply of {size.resources} creates, {PARALLELISM} at a time"
    yield ratio(name, min(taken), steps * LATENCY_MS / 1000, floor=what, limit=LIMIT)


def requests(size: Size) -> dict[str, set[str]]:
    """Every request of such an apply, and which it has to wait for; of one project.

    The list of projects is read twice: to plan, and again before the create, which the API can't make conditional.
    """
    waits = {"who am I": set[str](), "projects": {"who am I"}, "projects again": {"projects"}}
    waits |= {"project": {"projects again"}, "connectors": {"project"}}
    for n in range(size.skills):
        waits[f"skill {n}"] = {"connectors"}
    for n in range(size.flows):
        waits[f"flow {n}"] = {"project"}
        for a in range(size.agents):  # the API appends agents: each waits for the one before it
            waits[f"agent {n}.{a}"] = {f"agent {n}.{a - 1}" if a else f"flow {n}", f"skill {(n + a) % size.skills}"}
    for n in range(size.schedules):
        waits[f"schedule {n}"] = {f"agent {n % size.flows}.{size.agents - 1}"}
    return waits


def ideal(waits: dict[str, set[str]]) -> int:
    """How many latencies it takes: in each step the ten requests that may go and have the longest chain behind them."""
    behind = dict.fromkeys(waits, 0)
    for name in reversed(waits):  # what is waited for stands before who waits
        for other in waits[name]:
            behind[other] = max(behind[other], behind[name] + 1)
    done: set[str] = set()
    steps = 0
    while len(done) < len(waits):
        free = sorted((name for name in waits.keys() - done if waits[name] <= done), key=lambda name: -behind[name])
        done.update(free[:PARALLELISM])
        steps += 1
    return steps
