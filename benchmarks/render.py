"""Measure what it adds to a plan of 500 changes to write it in every format there is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, ratio
from benchmarks.processes import WEXA_SYNC, How, Usage, interleaved, run, sandbox
from benchmarks.workspaces import Size, applied, write_workspace
from wexa_sync.render import RENDERERS

LIMIT = 1.2
LATENCY = 50  # milliseconds a request, as many_creates has it
_SAME = {"markdown-gitlab", "markdown-bitbucket", "step-summary"}  # Markdown too, with more room or less

_EDITS = (
    ("low, normal, high.", "low, normal, high, or outage."),
    ("azure/gpt-4o", "azure/gpt-5"),
    ("queue: ...\n", "queue: ...\n          since: ...\n"),
)


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure a plan of new skills, of agents with another prompt, and of schedules to delete."""
    number = 2 if how.small else 50
    size = Size(skills=2, flows=2 * number, agents=2, schedules=3 * number)
    with sandbox(folder / "sandbox.db", latency_ms=0 if how.small else LATENCY) as server:
        workspace = applied(folder / "workspace", size, server)
        _edit(workspace, skills=2 + 3 * number)
        plan = [*WEXA_SYNC, "plan", "--prune"]
        names = [name for name in RENDERERS if name not in _SAME]
        every = [f"--output={name}={folder / name}" for name in names]
        said = run(plan, folder=workspace, env=server.env).said
        changes = f"Plan: {3 * number} to add, {4 * number} to change, {3 * number} to delete"
        assert changes in said, said
        commands = {"plan as text": plan, "plan in every format": [*plan, *every]}
        taken = interleaved(how, commands, folder=workspace, env=server.env, count=server.count)
    yield from taken.values()
    text, formats = taken.values()
    name = f"plan of {10 * number} changes in {len(names)} formats"
    yield ratio(name, formats.wall, text.wall, floor="the same plan as text", limit=LIMIT)


def _edit(workspace: Path, *, skills: int) -> None:
    write_workspace(workspace, Size(skills=skills, flows=0))
    for project in workspace.iterdir():
        shutil.rmtree(project / "schedules", ignore_errors=True)
    for file in workspace.rglob("flows/*.yaml"):
        text = file.read_text("utf-8")
        for old, new in _EDITS:
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
