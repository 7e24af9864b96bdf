"""Test a sample of the stories (docs/reliability.md). `python -m tests.chaos combined` runs all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .bench import bench
from .sweep import COMBINED, Case, Sweep

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells whose a connection is")

UNSENT, UNSEEN = "drop before POST /execute_flow", "stale POST /execute_flow lists=99 + drop after POST /execute_flow"
SAMPLE = [
    ("doubt of a later run, edit: lifecycle", UNSEEN),
    ("doubt of the first run, edit: renamed", UNSENT),
    ("start in doubt, edit: removed", "drop before POST /execute_flow/*/execute"),
    ("generation 3", UNSENT),
    ("a state from a backup", ""),
    ("a lost state and inputs that change by themselves", ""),
    ("two equal runs", f"{UNSENT} nth=1"),
    ("keys of others in an item outlive an edit", ""),
    ("a project let go of, then pruned", ""),
    ("pruned by a part of the paths", ""),
]


@pytest.fixture(scope="module")
def sweep() -> Iterator[Sweep]:
    """Return a sweep at a bench."""
    with bench() as place:
        yield Sweep(place)


@pytest.mark.parametrize(("name", "fault"), SAMPLE)
def test_nothing_is_twice_or_lost_where_two_things_meet(sweep: Sweep, name: str, fault: str) -> None:
    verdict = sweep.run(Case(example=COMBINED, scenario=name, fault=fault, nth=1))
    assert verdict.wrong == (), "\n".join(verdict.talk)
