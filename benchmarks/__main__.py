"""Measure, and print the tables of README.md: `python -m benchmarks [NAME...]`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks import (
    creates,
    details,
    export,
    git_state,
    many_creates,
    noop_plan,
    offline,
    phases,
    plan_requests,
    render,
    startup,
)
from benchmarks.figures import Figure, table, usage_table
from benchmarks.peers import ansible
from benchmarks.processes import How, Usage

_Measure = Callable[[Path, How], Iterable[Figure | Usage]]

QUICK: dict[str, _Measure] = {
    "startup": startup.measure,
    "plan-requests": plan_requests.measure,
    "noop-plan": noop_plan.measure,
    "phases": phases.measure,
    "export": export.measure,
    "render": render.measure,
    "many-creates": many_creates.measure,
    "git-state": git_state.measure,
}
LARGE: dict[str, _Measure] = {
    "noop-plan-10000": partial(noop_plan.measure, number=10_000),
    "phases-10000": partial(phases.measure, number=10_000),
    "creates": creates.measure,
    "details": details.measure,
    "offline": offline.measure,
}
PEERS: dict[str, _Measure] = {"ansible": ansible.measure}
_ALL = QUICK | LARGE | PEERS


def main() -> int:
    """Run the chosen benchmarks. Return 1 only if --check is given and a figure is missed."""
    chosen = _chosen()
    how = How(rounds=chosen.rounds, small=chosen.small, instructions=chosen.instructions)
    print(
        f"{date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )
    measured: list[Figure | Usage] = []
    names = chosen.names or [*QUICK, *(LARGE if chosen.large else ()), *(PEERS if chosen.peers else ())]
    try:
        for name in names:
            print(f"{name} ...", file=sys.stderr)
            with tempfile.TemporaryDirectory() as folder:
                measured += _ALL[name](Path(folder), how)
    finally:  # one that fails takes nothing from the others
        figures = [each for each in measured if isinstance(each, Figure)]
        taken = [each for each in measured if isinstance(each, Usage)]
        print("\n\n".join([*([table(figures)] if figures else ()), *([usage_table(taken)] if taken else ())]))
    missed = [figure for figure in figures if not figure.met]
    if chosen.check and missed:
        print("missed:", *(f"  {each.name}: {each.value:.2f}, at most {each.limit:g}" for each in missed), sep="\n")
    return int(chosen.check and bool(missed))


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what wexa-sync promises.")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"of {', '.join(_ALL)}; --large and --peers say which are left out by default",
    )
    parser.add_argument("--large", action="store_true", help=f"those too that take long: {', '.join(LARGE)}")
    parser.add_argument("--peers", action="store_true", help=f"those too that install something: {', '.join(PEERS)}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; the median counts")
    parser.add_argument("--small", action="store_true", help="tiny workspaces: does it run at all?")
    parser.add_argument("--instructions", action="store_true", help="count instructions too, if valgrind is installed")
    parser.add_argument("--check", action="store_true", help="say which figures are missed, and exit with 1")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - _ALL.keys():
        parser.error(f"there is no benchmark {' and no '.join(sorted(unknown))}; there are {', '.join(_ALL)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
