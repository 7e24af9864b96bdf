"""Measure a no-op plan of 1,000 resources against the least it must do (floor.py): parse the YAML, GET the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks import floor
from benchmarks.figures import Figure, ratio
from benchmarks.processes import PYTHON, WEXA_SYNC, interleaved, run, sandbox
from benchmarks.workspaces import Size, write_workspace

LIMIT = 3.0


def measure(folder: Path, *, rounds: int, small: bool) -> Iterator[Figure]:
    """Measure two projects with flows of two agents each, and as many schedules. Both sides are processes."""
    number = 4 if small else 100
    size = Size(projects=2, skills=number - 1, flows=number, agents=2, schedules=number)
    workspace = write_workspace(folder / "workspace", size)
    pages = folder / "pages.json"
    with sandbox(folder / "sandbox.db") as server:
        run([*WEXA_SYNC, "apply", "--auto-approve"], folder=workspace, env=server.env)
        server.forget()
        _, said = run([*WEXA_SYNC, "plan"], folder=workspace, env=server.env)
        assert "No changes." in said, said
        asked = [f"{request['path']}?{request['query']}" for request in server.requests]
        pages.write_text(json.dumps({"url": server.url, "pages": asked}), encoding="utf-8")
        commands = {
            "plan": (*WEXA_SYNC, "plan"),
            "floor": (PYTHON, str(Path(floor.__file__)), str(workspace), str(pages)),
        }
        seconds = interleaved(rounds, commands, folder=workspace, env=server.env)
    name = f"no-op plan of {size.resources} resources"
    what = f"YAML parsed and {len(asked)} pages fetched"
    yield ratio(name, seconds["plan"], seconds["floor"], floor=what, limit=LIMIT)
