"""Test a sample of the sweep: the worst moments of each apply. `python -m tests.chaos --all` runs all.

The sample names requests by path, so that it stays the same when an apply sends other requests (docs/reliability.md).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .bench import bench
from .scenarios import SCENARIOS
from .sweep import Case, Sweep, cases_of, random_case
from .world import things, unlike, world

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells whose a connection is")

CLEAN, ASKED = "clean", "asked"
SAMPLE = [
    ("support-desk", "first", "kill_client after POST /v1/project", CLEAN),
    ("support-desk", "first", "kill_client before POST /agentflow/", CLEAN),
    ("support-desk", "first", "kill_client after POST /agentflow/*/skilled", CLEAN),
    ("support-desk", "first", "kill_client after POST /execute_flow", CLEAN),
    ("support-desk", "first", "kill_client before POST /execute_flow", ASKED),  # no list proves that no run was made
    ("support-desk", "first", "kill after POST /skills/", CLEAN),
    ("support-desk", "first", "stale POST /execute_flow lists=2 + kill_client after POST /execute_flow", CLEAN),
    ("support-desk", "update", "kill_client before POST /agentflow/*/update/skilled/*", CLEAN),
    ("support-desk", "update", "504 after POST /execute_flow", CLEAN),
    (
        "support-desk",
        "update",
        "307 after POST /execute_flow",
        CLEAN,
    ),  # a server may redirect so after it processed the request
    ("support-desk", "update", "short GET /agentflows", CLEAN),
    (
        "support-desk",
        "prune",
        "empty GET /schedule/coworker/*",
        CLEAN,
    ),  # an empty body does not prove that the schedule is gone
    ("support-desk", "command", "kill_client after POST /execute_flow", CLEAN),
    ("support-desk", "agents", "kill_client after DELETE /agentflow/*/agent/*", CLEAN),
    ("support-desk", "agents", "kill_client after POST /agentflow/*/decider", CLEAN),
    ("support-desk", "replace", "kill_client after DELETE", CLEAN),
    ("channels", "first", "kill_client after POST /actions/*/config", CLEAN),
    ("channels", "update", "504 after POST /connectors/change_status", CLEAN),
    ("channels", "prune", "kill_client after DELETE /connector/*", CLEAN),
    ("auto-reply", "update", "kill_client after PUT /triggers/connector/**", CLEAN),
    ("auto-reply", "update", "short GET /triggers/connector/*", CLEAN),
    ("marketplace", "first", "kill_client after POST /marketplace/**", CLEAN),
    ("marketplace", "update", "504 after POST /marketplace/**", CLEAN),
    ("files", "first", "kill_client after PUT /contents/*", ASKED),  # no call shows the content of a file
    ("files", "update", "drop after PUT /contents/*", CLEAN),
    ("tables", "first", "kill_client after POST /create/table", CLEAN),
    ("tables", "update", "kill_client after DELETE /delete/column/*", CLEAN),
    ("seed", "update", "kill_client after POST /storage/*/*", CLEAN),
    ("content-studio", "first", "kill_client after POST /execute_flow/*/execute", CLEAN),
    (
        "content-studio",
        "first",
        "kill_client before POST /execute_flow/*/execute",
        ASKED,
    ),  # the run may be about to start
    ("content-studio", "update", "drop after PUT", CLEAN),
    ("content-studio", "prune", "kill after DELETE /schedule/coworker/*", CLEAN),
]


ON_REF = [
    ("first", "kill_client after POST /agentflow/", CLEAN),
    ("first", "kill_client after POST /execute_flow", CLEAN),
    ("first", "kill_client before POST /execute_flow", ASKED),
    ("update", "kill_client before POST /agentflow/*/update/skilled/*", CLEAN),
]
"""Some of the same with the state on a ref of a git remote."""


@pytest.fixture(scope="module")
def sweep() -> Iterator[Sweep]:
    """Return a sweep at a bench; its applies are prepared once."""
    with bench() as place:
        yield Sweep(place)


@pytest.mark.parametrize(("example", "scenario"), SCENARIOS)  # so that one worker alone prepares each apply
def test_all_is_as_if_nothing_had_happened(sweep: Sweep, example: str, scenario: str) -> None:
    kills = {(case.nth, case.fault) for case in cases_of(sweep, "kills", example, scenario)}
    assert len(kills) == 4 * len(sweep.prepare(example, scenario).requests), "the whole has every request"
    check(sweep, example, scenario, [sample[2:] for sample in SAMPLE if sample[:2] == (example, scenario)])


def check(sweep: Sweep, example: str, scenario: str, sample: list[tuple[str, str]]) -> None:
    """Run a case for each fault, and expect that it strikes and ends with that word."""
    for fault, word in sample:
        verdict = sweep.run(Case(example=example, scenario=scenario, fault=fault, nth=1))
        assert verdict.wrong == (), "\n".join((fault, *verdict.talk))
        assert (verdict.word, verdict.struck) == (word, True), (fault, verdict.asked)
        assert json.loads(json.dumps(verdict.as_data()))["case"]["fault"] == fault


def test_every_sample_is_of_an_apply() -> None:
    assert {sample[:2] for sample in SAMPLE} <= SCENARIOS.keys()


@pytest.fixture(scope="module")
def sweep_on_ref() -> Iterator[Sweep]:
    """Return a sweep whose states are on a ref."""
    with bench() as place:
        yield Sweep(place, on_ref=True)


@pytest.mark.parametrize("scenario", ["first", "update"])
def test_all_is_so_too_with_the_state_on_a_ref(sweep_on_ref: Sweep, scenario: str) -> None:
    check(sweep_on_ref, "support-desk", scenario, [sample[1:] for sample in ON_REF if sample[0] == scenario])


@pytest.mark.parametrize("number", range(3))
def test_readings_and_faults_at_random(sweep: Sweep, number: int) -> None:
    verdict = sweep.run(random_case(sweep, number))
    assert verdict.wrong == (), "\n".join(verdict.talk)


def test_a_thing_that_is_there_twice_is_seen(sweep: Sweep, tmp_path: Path) -> None:
    data = Path(shutil.copy(sweep.prepare("support-desk", "update").start / "sandbox.db", tmp_path))
    sweep.bench.start(data)
    sweep.bench.ask("GET", "/agentflows")  # take the steps that came due
    before = world(data)
    (skill, *_) = [thing for thing in things(data) if thing.title == "skill Draft answer"]
    sent = {key: skill.body[key] for key in ("name", "logo", "description", "projectID", "connector_id")}
    sweep.bench.ask("POST", "/skills/", {**sent, "connector_name": "Content creator", "user_id": None})
    sweep.bench.stop()
    (more,) = unlike(world(data), before)
    assert more.startswith("too many: skill Draft answer [project Support desk]")
    (less,) = unlike(before, world(data))
    assert less.startswith("missing: skill Draft answer")
