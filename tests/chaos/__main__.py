"""Run the whole sweep: `python -m tests.chaos --all [--jobs 2]`. An interrupted sweep continues where it stopped."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from msgspec.structs import replace

from .bench import bench
from .sweep import GROUPS, Case, Sweep, Verdict, enumerate_cases, random_case
from .tables import tables


def main() -> int:
    """Run the cases that are left. Return 1 if anything is wrong."""
    chosen = _arguments()
    done = _read(chosen.results)
    stop = threading.Event()
    cases: SimpleQueue[Case] = SimpleQueue()
    for case in _cases(chosen):
        if case.name not in done and chosen.only in case.name:
            cases.put(case)
    print(f"{cases.qsize()} cases to run, {len(done)} done before", file=sys.stderr)
    until = time.monotonic() + chosen.minutes * 60
    lock = threading.Lock()
    counts: Counter[str] = Counter()

    def note(verdict: Verdict) -> None:
        with lock, chosen.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(verdict.as_data()) + "\n")
            counts[verdict.word] += 1
        if verdict.wrong:
            print(f"WRONG {verdict.case.name} ({verdict.case.request})\n  {verdict.wrong[0][:300]}", file=sys.stderr)

    def work() -> None:
        with bench() as place:
            sweep = Sweep(place)
            while not stop.is_set() and time.monotonic() < until and not cases.empty():
                case = cases.get()
                started = time.monotonic()
                note(replace(sweep.run(case), seconds=round(time.monotonic() - started, 2)))

    with ThreadPoolExecutor(max_workers=chosen.jobs) as pool:
        try:
            for future in as_completed([pool.submit(work) for _ in range(chosen.jobs)]):
                future.result()
        except KeyboardInterrupt:
            print("Interrupted: the cases under way are finished. Start it again to go on.", file=sys.stderr)
        finally:
            stop.set()
    print(f"{dict(counts)}, {cases.qsize()} left", file=sys.stderr)
    verdicts = list(_read(chosen.results).values())
    print(tables(verdicts))
    return int(any(each["wrong"] for each in verdicts))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--all", action="store_true", help="every group")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="so many cases with readings at random")
    parser.add_argument("--seed", type=int, default=0, help="other random cases")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin nothing more after so long")
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases whose name contains it")
    parser.add_argument(
        "--results",
        type=Path,
        default=Path("chaos.jsonl"),
        help="a line a case: what stands there is done",
    )
    chosen = parser.parse_args()
    if unknown := set(chosen.groups) - set(GROUPS):
        parser.error(f"there is no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    return chosen


def _cases(chosen: argparse.Namespace) -> list[Case]:
    with bench() as place:
        sweep = Sweep(place)
        groups = GROUPS if chosen.all else chosen.groups
        listed = [case for group in groups for case in enumerate_cases(sweep, group)]
        return [*listed, *(random_case(sweep, number, chosen.seed) for number in range(chosen.random))]


def _read(file: Path) -> dict[str, dict[str, Any]]:
    """Return the earlier verdicts by the case's name; the last one counts."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = [json.loads(line) for line in lines if line.endswith("}")]
    return {each["name"]: each for each in found}


if __name__ == "__main__":
    sys.exit(main())
