"""Measure an export of 1,000 resources against a plan of the manifests that it wrote, which has no change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, of_cpu
from benchmarks.processes import WEXA_SYNC, How, Usage, interleaved, run, sandbox
from benchmarks.workspaces import applied, resources

LIMIT = 2.0


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure two projects with flows of two agents each, and as many schedules. Both sides are processes."""
    size = resources(40 if how.small else 1_000)
    kept, again = folder / "kept", folder / "again"
    with sandbox(folder / "sandbox.db") as server:
        applied(folder / "workspace", size, server)
        run([*WEXA_SYNC, "export", "--all-skills", "--adopt", str(kept)], folder=folder, env=server.env)
        said = run([*WEXA_SYNC, "plan", str(kept)], folder=folder, env=server.env).said
        assert "No changes." in said, said
        export = f"rm -rf {again} && {WEXA_SYNC[0]} export --all-skills {again}"
        commands = {"export": ("sh", "-c", export), "plan of an export": (*WEXA_SYNC, "plan", str(kept))}
        taken = interleaved(how, commands, folder=folder, env=server.env, count=server.count)
    yield from taken.values()
    name = f"export of {size.resources}"
    yield of_cpu(name, taken["export"], taken["plan of an export"], floor="a plan of it", limit=LIMIT)
