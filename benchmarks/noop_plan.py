"""Measure a no-op plan against the least it must do (floor.py), and against scripts without wexa-sync (peers/)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks import floor
from benchmarks.figures import Figure, amount, of_cpu
from benchmarks.processes import PYTHON, ROOT, WEXA_SYNC, How, Usage, interleaved, run, sandbox
from benchmarks.recording import Recorded, record, served
from benchmarks.workspaces import applied, resources

VOUCHED, COLD, MEGABYTES, SDK = 1.0, 1.5, 100, 1.0
PLANS = {"plan": (), "plan --no-cache": ("--no-cache",), "plan, no state": ("--state", "none.json")}


def measure(folder: Path, how: How, number: int = 1_000) -> Iterator[Figure | Usage]:
    """Measure two projects with flows of two agents each, and as many schedules. All are processes."""
    size = resources(40 if how.small else number)
    workspace = folder / "workspace"
    commands = {name: (*WEXA_SYNC, "plan", *words) for name, words in PLANS.items()} | _peers(workspace, folder)
    with sandbox(folder / "sandbox.db") as server:
        applied(workspace, size, server)
        (folder / "ids").write_text(run([*WEXA_SYNC, "state", "list"], folder=workspace, env=server.env).said)
        recorded = record(server, commands, folder=workspace, file=folder / "recorded.json")
    for name, said in recorded.said.items():
        assert name == "plan, no state" or "No changes." in said, (name, said)
    commands |= _floors(workspace, folder, recorded, server.url)
    with served(recorded) as pages:
        taken = interleaved(how, commands, folder=workspace, env=server.env, count=pages.count)
    yield from taken.values()
    yield from _figures(size.resources, taken)


def _figures(number: int, taken: dict[str, Usage]) -> Iterator[Figure]:
    plan, cold, blocked, sdk, singles, bare, least = taken.values()
    name, whole = f"no-op plan of {number}", f"no-op plan of {number}, --no-cache"
    yield of_cpu(name, plan, least, limit=VOUCHED)
    yield of_cpu(whole, cold, least, limit=COLD)
    yield of_cpu(f"plan of {number} without a state", blocked, least)
    yield of_cpu(f"{name}, bare floor", plan, bare)
    yield of_cpu(f"{whole}, bare floor", cold, bare)
    yield of_cpu(f"{name}, SDK", plan, sdk, limit=SDK)
    yield of_cpu(f"{name}, single GETs", plan, singles)
    yield amount(f"{name}, peak memory", plan.memory, "MB", limit=MEGABYTES)
    yield amount(f"{whole}, peak memory", cold.memory, "MB")


def _peers(workspace: Path, folder: Path) -> dict[str, tuple[str, ...]]:
    python = ("env", f"PYTHONPATH={ROOT}", PYTHON, "-m")
    return {
        "script on the SDK": (*python, "benchmarks.peers.sdk", str(workspace)),
        "a GET a resource": (*python, "benchmarks.peers.one_by_one", str(workspace), str(folder / "ids")),
    }


def _floors(workspace: Path, folder: Path, recorded: Recorded, url: str) -> dict[str, tuple[str, ...]]:
    """Return the floors: they GET what the plan GETs that its state vouches for."""
    file = folder / "pages.json"
    file.write_text(json.dumps({"url": url, "pages": recorded.asked["plan"]}), encoding="utf-8")
    command = (PYTHON, str(Path(floor.__file__)), str(workspace), str(file))
    return {f"floor, {client}": (*command, client) for client in ("http.client", "requests")}
