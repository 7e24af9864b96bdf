"""Measure what is done offline with 100,000 resources, and whether 10,000 cost as much each: `wexa-sync validate`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, ratio
from benchmarks.processes import WEXA_SYNC, How, Usage, run
from benchmarks.workspaces import resources, write_workspace

GROWTH = 1.1


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure each size once: it takes long enough. All is read, validated and linked, and no request is sent."""
    sizes = (40, 400) if how.small else (10_000, 100_000)
    each = []
    for number in sizes:
        workspace = write_workspace(folder / str(number), resources(number))
        used = run([*WEXA_SYNC, "validate"], folder=workspace, name=f"validate of {number}")
        assert f"{number} resources" in used.said, used.said
        yield used
        each.append(used.cpu * 1000 / number)
    name = f"validate of {sizes[1]}, of each"
    yield ratio(name, each[1], each[0], floor=f"of {sizes[0]}", unit="ms CPU", limit=GROWTH)
