"""Measure an apply of 300 creates at 50 ms latency, ten at a time, against the best that dependencies and slots allow.

The ideal is computed: every request takes exactly the latency, and nothing else takes any time. The measurement is the
whole command, from the start of its process to its end. The shortest round counts: there is no second measurement that
would show the machine's other work.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure, ratio
from benchmarks.processes import WEXA_SYNC, How, Usage, run, sandbox
from benchmarks.workspaces import Size, write_workspace

LIMIT = 1.2
LATENCY_MS = 50
PARALLELISM = 10
SIZE, SMALL = Size(skills=99, flows=50, agents=2, schedules=50), Size(skills=4, flows=2, agents=2, schedules=2)


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure a project with its skills, flows of two agents, and schedules, all new."""
    size = SMALL if how.small else SIZE
    workspace = write_workspace(folder / "workspace", size)
    command = (*WEXA_SYNC, "apply", "--auto-approve", "--parallelism", str(PARALLELISM))
    taken: list[Usage] = []
    for number in range(how.rounds):
        shutil.rmtree(workspace / ".wexa-sync", ignore_errors=True)
        with sandbox(folder / f"{number}.db", latency_ms=LATENCY_MS) as server:
            used = run(command, folder=workspace, env=server.env, name=f"apply of {size.resources} creates")
            used = replace(used, requests=server.count())
        assert f"{size.resources} added" in used.said, used.said
        taken.append(used)
    least = min(taken, key=lambda each: each.wall)
    yield least
    steps = ideal(requests(size))
    what = f"{steps} x {LATENCY_MS} ms"
    name = f"apply of {size.resources} creates, {PARALLELISM} at a time"
    yield ratio(name, least.wall, steps * LATENCY_MS / 1000, floor=what, limit=LIMIT)


def requests(size: Size) -> dict[str, set[str]]:
    """Return every request of an apply of one project, with the requests that each must wait for.

    The list of projects is read twice: to plan, and again before the create, which the API can't make conditional.
    """
    waits = {"who am I": set[str](), "projects": {"who am I"}, "projects again": {"projects"}}
    waits |= {"project": {"projects again"}, "connectors": {"project"}}
    for n in range(size.skills):
        waits[f"skill {n}"] = {"connectors"}
    for n in range(size.flows):
        waits[f"flow {n}"] = {"project"}
        for a in range(size.agents):  # the API appends agents: each waits for the one before
            waits[f"agent {n}.{a}"] = {f"agent {n}.{a - 1}" if a else f"flow {n}", f"skill {(n + a) % size.skills}"}
    for n in range(size.schedules):
        waits[f"schedule {n}"] = {f"agent {n % size.flows}.{size.agents - 1}"}
    return waits


def ideal(waits: dict[str, set[str]]) -> int:
    """Return the number of latencies. Each step sends the ten free requests with the longest chains behind them."""
    behind = dict.fromkeys(waits, 0)
    for name in reversed(waits):  # a request comes after those it waits for
        for other in waits[name]:
            behind[other] = max(behind[other], behind[name] + 1)
    done: set[str] = set()
    steps = 0
    while len(done) < len(waits):
        free = sorted((name for name in waits.keys() - done if waits[name] <= done), key=lambda name: -behind[name])
        done.update(free[:PARALLELISM])
        steps += 1
    return steps
