"""Count the requests of a no-op plan: as many for 200 flows as for 10, apart from pages; none for one resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.processes import WEXA_SYNC, How, run, sandbox
from benchmarks.workspaces import Size, applied

_LISTS = {"/customer", "/v1/project", "/connectors/", "/skills/", "/agentflows", "/schedules/coworker"}


def measure(folder: Path, how: How) -> Iterator[Figure]:
    """Count requests other than pages of flows in both plans, and requests for single resources."""
    counts = (2, 12) if how.small else (10, 200)
    few, many = (_asked(folder / str(count), Size(skills=5, flows=count, agents=2, schedules=5)) for count in counts)
    pages = {"/agentflows"}
    rest = [Counter({path: n for path, n in asked.items() if path not in pages}) for asked in (few, many)]
    yield Figure(
        name=f"requests of a plan, {counts[0]} and {counts[1]} flows",
        measured=f"{many.total()}, {many['/agentflows']} of them pages of flows",
        against=f"{few.total()}, {few['/agentflows']} of them pages of flows",
        value=abs(rest[1].total() - rest[0].total()),
        limit=0,
    )
    singles = sum(number for path, number in many.items() if path not in _LISTS)
    yield Figure(name="single GETs in it", measured=str(singles), against="none", value=singles, limit=0)


def _asked(folder: Path, size: Size) -> Counter[str]:
    """Return the number of requests of a plan of an applied workspace, by the path of the list."""
    with sandbox(folder / "sandbox.db") as server:
        workspace = applied(folder / "workspace", size, server)
        server.forget()
        said = run([*WEXA_SYNC, "plan"], folder=workspace, env=server.env).said
        assert "No changes." in said, said
        return Counter(_list_of(request["path"]) for request in server.requests)


def _list_of(path: str) -> str:
    return "/connectors/" if path.startswith("/connectors/") else path
