"""Measure an export of 1,000 resources against a plan of the manifests that it wrote, which has no change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, ratio
from benchmarks.processes import WEXA_SYNC, interleaved, run, sandbox
from benchmarks.workspaces import Size, write_workspace

LIMIT = 2.0


def measure(folder: Path, *, rounds: int, small: bool) -> Iterator[Figure]:
    """Measure two projects with flows of two agents each, and as many schedules. Both sides are processes."""
    number = 4 if small else 100
    size = Size(projects=2, skills=number - 1, flows=number, agents=2, schedules=number)
    workspace, kept, again = write_workspace(folder / "workspace", size), folder / "kept", folder / "again"
    with sandbox(folder / "sandbox.db") as server:
        run([*WEXA_SYNC, "apply", "--auto-approve"], folder=workspace, env=server.env)
        run([*WEXA_SYNC, "export", "--all-skills", "--adopt", str(kept)], folder=folder, env=server.env)
        _, said = run([*WEXA_SYNC, "plan", str(kept)], folder=folder, env=server.env)
        assert "No changes." in said, said
        export = f"rm -rf {again} && {WEXA_SYNC[0]} export --all-skills {again}"
        commands = {"export": ("sh", "-c", export), "plan": (*WEXA_SYNC, "plan", str(kept))}
        seconds = interleaved(rounds, commands, folder=folder, env=server.env)
    name = f"export of {size.resources} resources"
    yield ratio(name, seconds["export"], seconds["plan"], floor="a plan of it", limit=LIMIT)
