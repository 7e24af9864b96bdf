"""A sample of the stories (docs/reliability.md). All: `python -m tests.chaos combined`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .bench import bench
from .stories import STORIES
from .sweep import COMBINED, Case, Sweep

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells whose a connection is")

SAMPLE = [(story.name, story.faults[number]) for story in STORIES.values() for number in story.sample]


@pytest.fixture(scope="module")
def sweep() -> Iterator[Sweep]:
    """A sweep at a bench."""
    with bench() as place:
        yield Sweep(place)


@pytest.mark.parametrize(("name", "fault"), SAMPLE)
def test_nothing_is_twice_or_lost_where_two_things_meet(sweep: Sweep, name: str, fault: str) -> None:
    verdict = sweep.run(Case(example=COMBINED, scenario=name, fault=fault, nth=1))
    assert verdict.wrong == (), "\n".join(verdict.talk)
