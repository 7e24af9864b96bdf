"""Measure, and print the table of README.md: `python -m benchmarks [NAME...]`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks import export, git_state, many_creates, noop_plan, plan_requests, render, startup
from benchmarks.figures import Figure, table

_ALL = {
    "startup": startup.measure,
    "plan-requests": plan_requests.measure,
    "noop-plan": noop_plan.measure,
    "export": export.measure,
    "render": render.measure,
    "many-creates": many_creates.measure,
    "git-state": git_state.measure,
}


def main() -> int:
    """Run the chosen benchmarks. Return 1 only if --check is given and a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what wexa-sync promises.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(_ALL)}; all where left out")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; the median counts")
    parser.add_argument("--small", action="store_true", help="tiny workspaces: does it run at all?")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a figure is missed")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - _ALL.keys():
        parser.error(f"there is no benchmark {' and no '.join(sorted(unknown))}; there are {', '.join(_ALL)}")
    print(
        f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )
    figures: list[Figure] = []
    for name in chosen.names or _ALL:
        print(f"{name} ...", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            figures += _ALL[name](Path(folder), rounds=chosen.rounds, small=chosen.small)
    print(table(figures))
    return int(chosen.check and not all(figure.met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
