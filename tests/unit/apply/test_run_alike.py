"""Runs are told apart by flow, goal and inputs: also where the server fills a goal in, or lists little of a run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.api import sparse
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.same import natural_key
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.model import Address, Outcome, Plan, Secret, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

RUN = Address.parse("desk/Execution/run")
Open = Callable[..., AbstractContextManager["Remote"]]
Small = Callable[..., "Desk"]
Work = Callable[[Plan], list[str]]
FILLED, SPARSE = {"goal": "filled_in"}, {"execution_items": "sparse"}


GOALS: list[tuple[Any, dict[str, Any], str]] = [
    ("Do {{what}} {{ n }} times.", {"what": "it", "n": 2}, "Do it 2 times."),
    ("Do {{what}} for {{who}}.", {"what": "it", "who": None}, "Do it for {{who}}."),
    ("Do {{a b}}{{what}}.", {"a b": [1, "é"], "what": True}, 'Do [1, "é"]true.'),
    ("Do {{what}}.", {"what": Secret(template="${secret:A}", value="aaa")}, "Do aaa."),
    (Secret(template="${secret:A} {{what}}", value="aaa {{what}}"), {"what": "it"}, "aaa it"),
]


@pytest.mark.parametrize(("goal", "inputs", "shown"), GOALS, ids=[case[2] for case in GOALS])
def test_a_goal_is_the_same_with_its_names_and_filled_in(goal: Any, inputs: dict[str, Any], shown: str) -> None:
    comparison = Comparison(id_of=lambda _ref: None, seal_key="key")
    fields = EXECUTION.identity
    live = {name: value.reveal() if isinstance(value, Secret) else value for name, value in inputs.items()}

    def key(goal: Any, inputs: dict[str, Any]) -> str:
        return natural_key(
            EXECUTION, {"agentflow_id": "f1", "goal": goal, "input_variables": inputs}, fields, comparison
        )

    assert key(goal, inputs) == key(shown, live)
    assert key(goal, inputs) != key(shown, {**live, "more": 1})
    assert key(goal, inputs) != key(f"{shown}!", live)


def made(small: Small, remote: Remote) -> Desk:
    """Make a desk of which all but the run is applied; its goal has names to fill in."""
    desk = small(remote, "project", "flow", "skill", "run", without="run")
    file = desk.folder / "run.yaml"
    text = file.read_text("utf-8").replace("  goal: Do it.", '  goal: "Do {{what}} for {{ who }} {{n}} times."')
    file.write_text(text + "  input_variables: {what: it, n: 2}\n", "utf-8")
    return desk


def outcome(desk: Desk) -> Outcome:
    """Apply, and return how the run ended."""
    return next(each for each in desk.apply() if each.change.address == RUN)


def runs(desk: Desk) -> list[dict[str, Any]]:
    """Return the live runs as the list shows them."""
    records = desk.workspace.store.load().records
    project = next(each.id for address, each in records.items() if address.kind == "Project")
    found: list[dict[str, Any]] = desk.remote.raw("GET", f"/{project}/execution_flows").json()["data"]
    return found


@pytest.mark.parametrize("readings", [FILLED, SPARSE, {**FILLED, **SPARSE}], ids=str)
def test_it_runs_once_and_the_next_plan_is_empty(small: Small, open_sandbox: Open, work: Work, readings: Any) -> None:
    with open_sandbox(readings=readings) as remote:
        desk = made(small, remote)
        ended = outcome(desk)
        assert (ended.status, ended.error, ended.warnings) == (Status.APPLIED, "", ())
        assert work(desk.plan()) == []


@pytest.mark.parametrize("readings", [FILLED, SPARSE, {**FILLED, **SPARSE}], ids=str)
def test_a_lost_answer_is_found_by_the_run_itself(small: Small, open_sandbox: Open, work: Work, readings: Any) -> None:
    with open_sandbox(readings=readings, faults=["drop after POST /execute_flow"]) as remote:
        desk = made(small, remote)
        ended = outcome(desk)
        assert (ended.status, ended.error) == (Status.APPLIED, "")
        assert ended.id == runs(desk)[0]["execution_id"]
        assert work(desk.plan()) == []
        assert len(runs(desk)) == 1


@pytest.mark.parametrize("readings", [FILLED, SPARSE, {**FILLED, **SPARSE}], ids=str)
def test_a_lost_answer_is_found_by_the_next_plan(small: Small, open_sandbox: Open, work: Work, readings: Any) -> None:
    with open_sandbox(readings=readings) as remote:
        desk = made(small, remote)
        remote.fault("drop after POST /execute_flow", "stale POST /execute_flow lists=99")
        assert outcome(desk).status is Status.UNKNOWN
        remote.fault()
        assert work(desk.plan()) == [f"run {RUN}"], "it is found, and gone on with"
        assert outcome(desk).status is Status.APPLIED
        assert len(runs(desk)) == 1


@pytest.mark.parametrize("readings", [FILLED, SPARSE, {**FILLED, **SPARSE}], ids=str)
def test_a_lost_state_runs_nothing_again(small: Small, open_sandbox: Open, work: Work, readings: Any) -> None:
    with open_sandbox(readings=readings) as remote:
        desk = made(small, remote)
        desk.apply()
        (desk.folder / ".wexa-sync" / "state.json").unlink()
        (blocked,) = [line for line in work(desk.plan()) if str(RUN) in line and "adopt" not in line]
        assert "is live already and not managed here" in blocked


def test_a_long_history_that_a_list_says_little_of_is_read_in_part_and_asked_about(
    small: Small, open_sandbox: Open, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_sandbox(readings=SPARSE) as remote:
        desk = small(remote, "project", "flow", "skill", "run", without="run")
        records = desk.workspace.store.load().records
        ids = {address.kind: record.id for address, record in records.items()}
        body = {"agentflow_id": ids["AgentFlow"], "executed_by": remote.server.user_id, "projectID": ids["Project"]}
        for number in range(4):
            said = {**body, "goal": f"Something else {number}", "input_variables": {}}
            remote.raw("POST", "/execute_flow", said, projectID=ids["Project"]).raise_for_status()
        remote.forget()
        assert work(desk.plan()) == [f"run {RUN}"], "each was read, and none is it"
        assert len([each for each in remote.requests if each["path"].startswith("/execute_flow/")]) == 4
        monkeypatch.setattr(sparse, "MOST", 2)
        remote.forget()
        (blocked,) = work(desk.plan())
        assert blocked.endswith("the list of Executions does not show what 2 of them are about")
        assert len([each for each in remote.requests if each["path"].startswith("/execute_flow/")]) == 2
        desired = desk.read()
        engine.resolve(RUN, desired, desk.workspace, happened_as=None)
        assert outcome(desk).status is Status.APPLIED
