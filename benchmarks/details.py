"""Measure the text of 5,000 changes with all their details, and whether it grows as they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, amount, ratio
from benchmarks.processes import WEXA_SYNC, How, Usage, interleaved, sandbox
from benchmarks.workspaces import resources, write_workspace

SECONDS, GROWTH = 3.0, 1.1


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure plans of an empty organisation. What the same plan takes without details is no part of the text."""
    few, many = (20, 40) if how.small else (1_000, 5_000)
    commands = {
        f"plan of {number} creates, {detail}": (*WEXA_SYNC, "plan", "--detail", detail, str(folder / f"{number}"))
        for number, detail in ((few, "full"), (many, "full"), (many, "summary"))
    }
    for number in (few, many):
        write_workspace(folder / f"{number}", resources(number))
    with sandbox(folder / "sandbox.db") as server:
        taken = interleaved(how, commands, folder=folder, env=server.env, count=server.count)
    yield from taken.values()
    small, large, summary = (used.cpu for used in taken.values())
    yield amount(f"text of {many} creates, with details", large - summary, "s CPU", limit=SECONDS)
    name = f"plan of {many} creates with details, of each"
    yield ratio(name, large * 1e3 / many, small * 1e3 / few, floor=f"of {few}", unit="ms CPU", limit=GROWTH)
