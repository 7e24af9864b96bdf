"""Measure the client's CPU of an apply of 10,000 creates at no latency, and whether 1,000 cost as much each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure, amount, ratio
from benchmarks.many_creates import PARALLELISM
from benchmarks.processes import WEXA_SYNC, How, Usage, run, sandbox
from benchmarks.workspaces import resources, write_workspace

MILLISECONDS, GROWTH = 2.5, 1.1
_APPLY = (*WEXA_SYNC, "apply", "--auto-approve", "--parallelism", str(PARALLELISM))


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure each size once, the small one `rounds` times: its shortest counts."""
    few, many = (20, 40) if how.small else (1_000, 10_000)
    small = min((_created(folder / f"{n}", few) for n in range(how.rounds)), key=lambda each: each.cpu)
    large = _created(folder / "many", many)
    yield from (small, large)
    each = [used.cpu * 1000 / number for used, number in ((small, few), (large, many))]
    for cost, number in zip(each, (few, many), strict=True):
        yield amount(f"{number} creates, client's CPU of each", cost, "ms", limit=MILLISECONDS)
    yield ratio(f"{many} creates, of each", each[1], each[0], floor=f"of {few}", limit=GROWTH, unit="ms")


def _created(folder: Path, number: int) -> Usage:
    workspace = write_workspace(folder / "workspace", resources(number))
    with sandbox(folder / "sandbox.db") as server:
        used = run(_APPLY, folder=workspace, env=server.env, name=f"apply of {number} creates")
        assert f"{number} added" in used.said, used.said
        return replace(used, requests=server.count())
