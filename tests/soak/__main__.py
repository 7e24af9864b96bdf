"""Soak wexa-sync: `python -m tests.soak --minutes 30 --seed 1`. The output counts operations and divergences.

An episode is some forty steps on a new sandbox. The seed and the episode's number choose the steps: `--episode 17
--seed 1` repeats one episode. The seed does not decide how long anything takes, so a race may end differently.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.soak.episode import STEPS, Diverged, Episode

_BEFELL = ("faults", "killed", "server died", "asked a person")


def main() -> int:
    """Soak until the time is over or the episodes are done. Return 1 if the server's data diverged from the model."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Soak wexa-sync against its sandbox.")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long; an episode that has begun is ended")
    parser.add_argument("--episodes", type=int, default=10**9, help="how many at the most")
    parser.add_argument("--seed", type=int, default=1, help="what all chances follow from")
    parser.add_argument("--steps", type=int, default=STEPS, help="how many of an episode")
    parser.add_argument("--episode", type=int, help="only this one, with all its steps")
    given = parser.parse_args()
    end = time.monotonic() + 60 * given.minutes
    counts: Counter[str] = Counter()
    diverged: list[str] = []
    number = first = given.episode or 0
    last = first if given.episode is not None else given.episodes - 1
    while number <= last and (number == first or time.monotonic() < end):
        if failure := run(f"{given.seed}/{number}", given.steps, counts, verbose=given.episode is not None):
            more = f" --steps {given.steps}" if given.steps != STEPS else ""
            diverged.append(f"--seed {given.seed} --episode {number}{more}")
            print(failure)
        number += 1
        left = max(0.0, end - time.monotonic())
        print(
            f"episode {number}: {operations(counts)} operations, {len(diverged)} diverged, {left:.0f} s left",
            flush=True,
        )
    print("\n".join(f"{name:<20}{count:>8}" for name, count in sorted(counts.items())))
    print(f"Soak: {number - first} episodes, {operations(counts)} operations, {len(diverged)} divergences.")
    for each in diverged:
        print(f"Repeat: python -m tests.soak {each}")
    return int(bool(diverged))


def operations(counts: Counter[str]) -> int:
    """Return the number of operations. Faults, kills and questions are counted too, but are not operations."""
    return sum(count for name, count in counts.items() if name not in _BEFELL)


def run(seed: str, steps: int, counts: Counter[str], *, verbose: bool) -> str:
    """Run one episode. Return what went wrong and the steps before, an empty text if nothing did."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        tell = (lambda line: print(line, flush=True)) if verbose else lambda _line: None
        episode = Episode(seed, Path(folder), steps, tell)
        try:
            episode.run()
        except Diverged as failure:
            return "\n".join(["DIVERGED", *episode.done, str(failure)])
        except Exception:  # noqa: BLE001  # any crash is a finding, and the soak continues
            return "\n".join(["CRASHED", *episode.done, traceback.format_exc()])
        finally:
            counts.update(episode.counts)
    return ""


if __name__ == "__main__":
    sys.exit(main())
