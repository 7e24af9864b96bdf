"""Test a sample of the sweep: the worst moments of each apply. `python -m tests.chaos --all` runs all.

The sample names requests by path, so that it stays the same when an apply sends other requests (docs/reliability.md).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .bench import bench
from .scenarios import SCENARIOS
from .sweep import Case, Sweep, enumerate_cases, random_case
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


@pytest.mark.parametrize(("example", "scenario", "fault", "word"), SAMPLE)
def test_all_is_as_if_nothing_had_happened(sweep: Sweep, example: str, scenario: str, fault: str, word: str) -> None:
    verdict = sweep.run(Case(example=example, scenario=scenario, fault=fault, nth=1))
    assert verdict.wrong == (), "\n".join(verdict.talk)
    assert (verdict.word, verdict.struck) == (word, True), verdict.asked


@pytest.fixture(scope="module")
def sweep_on_ref() -> Iterator[Sweep]:
    """Return a sweep whose states are on a ref."""
    with bench() as place:
        yield Sweep(place, on_ref=True)


@pytest.mark.parametrize(("scenario", "fault", "word"), ON_REF)
def test_all_is_so_too_with_the_state_on_a_ref(sweep_on_ref: Sweep, scenario: str, fault: str, word: str) -> None:
    verdict = sweep_on_ref.run(Case(example="support-desk", scenario=scenario, fault=fault, nth=1))
    assert verdict.wrong == (), "\n".join(verdict.talk)
    assert (verdict.word, verdict.struck) == (word, True), verdict.asked


@pytest.mark.parametrize("number", range(3))
def test_readings_and_faults_at_random(sweep: Sweep, number: int) -> None:
    verdict = sweep.run(random_case(sweep, number))
    assert verdict.wrong == (), "\n".join(verdict.talk)


def test_the_whole_has_every_request_of_every_apply(sweep: Sweep) -> None:
    cases = {(case.example, case.scenario, case.nth, case.fault) for case in enumerate_cases(sweep, "kills")}
    assert len(cases) == 4 * sum(len(sweep.prepare(*apply).requests) for apply in SCENARIOS)


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
