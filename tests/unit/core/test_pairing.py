"""Pairing of runs: a later generation of a run is another run than the one that is recorded."""

from __future__ import annotations

import pytest

from wexa_sync.diff import Terms
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.model import Address, Intent, Live, Manifest, Pair, Record, Ref, Source
from wexa_sync.pairing import Place, pair

ADDRESS = Address(project="desk", kind="Execution", name="it")
SPEC = {"agentflow_id": Ref(kind="AgentFlow", id="f1"), "goal": "one"}
FIRST = Live(id="first", spec=SPEC, status="completed", created_at=100.0)
SECOND = Live(id="second", spec=SPEC, status="running", created_at=5000.0)


def paired(generation: int, *lives: Live, sent: int | None = None) -> Pair:
    """The recorded run of generation 1, declared in `generation`, `sent` in a generation without an answer."""
    intent = Intent(address=ADDRESS, operation="create", time=4990.0, spec=SPEC, fingerprint="f", generation=sent or 1)
    place = Place(
        kind=EXECUTION,
        manifests={ADDRESS: Manifest(address=ADDRESS, spec=SPEC, source=Source(file="m"), generation=generation)},
        records={ADDRESS: Record(address=ADDRESS, id="first", spec=SPEC, started=True)},
        intents={ADDRESS: intent} if sent else {},
        lives=lives,
        terms=Terms(id_of=lambda ref: ref.id, key="k"),
    )
    return pair(place)[ADDRESS]


def test_the_recorded_run_is_what_is_live_of_its_generation() -> None:
    assert paired(1, FIRST).live == FIRST


def test_a_raised_generation_is_not_the_run_that_is_recorded() -> None:
    found = paired(2, FIRST)
    assert (found.live, found.candidates) == (None, ())


@pytest.mark.parametrize("generation", [1, 2])
def test_the_lost_answer_of_a_later_generation_is_found_beside_the_recorded_run(generation: int) -> None:
    found = paired(generation, FIRST, SECOND, sent=2)
    assert found.live == SECOND
    assert found.certain
