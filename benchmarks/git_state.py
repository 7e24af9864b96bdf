"""Measure an apply of 300 creates with its state on a ref of a local git remote, against one with its state in a file.

The two take turns, each against a sandbox of its own, so that both meet the machine's other work. The shortest round of
each counts. The measurement is the whole command; each write is a commit that the remote has before the next request.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, ratio
from benchmarks.many_creates import LATENCY_MS, PARALLELISM, SIZE, SMALL
from benchmarks.processes import WEXA_SYNC, How, run, sandbox
from benchmarks.workspaces import write_workspace

LIMIT = 1.3
_APPLY = (*WEXA_SYNC, "apply", "--auto-approve", "--parallelism", str(PARALLELISM))


def measure(folder: Path, how: How) -> Iterator[Figure]:
    """Measure a project with its skills, flows of two agents, and schedules, all new."""
    size = SMALL if how.small else SIZE
    workspace = write_workspace(folder / "workspace", size)
    remote = folder / "remote.git"
    for words in (("init", "-q"), ("remote", "add", "origin", str(remote))):
        subprocess.run(["git", *words], cwd=workspace, check=True)
    taken: dict[str, list[float]] = {"file": [], "git:": []}
    pushes = 0
    for number in range(how.rounds):
        shutil.rmtree(workspace / ".wexa-sync", ignore_errors=True)
        shutil.rmtree(remote, ignore_errors=True)
        subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
        for name, seconds in taken.items():
            state = () if name == "file" else ("--state", name)
            with sandbox(folder / f"{number}-{len(state)}.db", latency_ms=LATENCY_MS) as server:
                used = run((*_APPLY, *state), folder=workspace, env=server.env)
            assert f"{size.resources} added" in used.said, used.said
            seconds.append(used.wall)
        counted = ["git", "rev-list", "--count", "refs/wexa-sync/state"]
        pushes = int(subprocess.run(counted, cwd=remote, check=True, capture_output=True, text=True).stdout)
    name = f"the same, its state on a git ref, {pushes} commits"
    yield ratio(name, min(taken["git:"]), min(taken["file"]), floor="its state in a file", limit=LIMIT)
