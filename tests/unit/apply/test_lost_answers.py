"""An answer that never comes, for each kind that is made: found at once, or a doubt that the next plan settles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from wexa_sync import engine
from wexa_sync.model import Action, Address, Outcome, Plan, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

POSTS = {
    "Project/desk": "POST /v1/project",
    "desk/Skill/sum": "POST /skills/",
    "desk/AgentFlow/flow": "POST /agentflow/",
    "desk/AgentFlow/flow/Agent/sort": "POST /agentflow/*/skilled",
    "desk/Schedule/digest": "POST /schedule/coworker",
    "desk/Execution/run": "POST /execute_flow",
}
LISTS = {
    "Project/desk": "GET /v1/project",
    "desk/Skill/sum": "GET /skills/",
    "desk/AgentFlow/flow": "GET /agentflows",
    "desk/AgentFlow/flow/Agent/sort": "GET /agentflow/*",
    "desk/Schedule/digest": "GET /schedules/coworker",
    "desk/Execution/run": "GET /*/execution_flows",
}
Small = Callable[..., "Desk"]


def ended(outcomes: tuple[Outcome, ...]) -> dict[str, Outcome]:
    """Return the outcomes by address."""
    return {str(each.change.address): each for each in outcomes}


def made(desk: Desk, address: str) -> int:
    """Return how many requests created the resource."""
    _, path = POSTS[address].split()
    start, _, end = path.partition("*")
    return sum(
        each["method"] == "POST" and each["path"].startswith(start) and each["path"].endswith(end)
        and len(each["path"].split("/")) == len(path.split("/"))
        for each in desk.remote.requests
    )  # fmt: skip


@pytest.mark.parametrize("how", ["drop after", "cut after", "503 after"])
@pytest.mark.parametrize("address", POSTS)
def test_what_was_made_is_found_at_once(
    small: Small, remote: Remote, work: Callable[[Plan], list[str]], address: str, how: str
) -> None:
    desk = small(remote)
    remote.fault(f"{how} {POSTS[address]}")
    outcomes = ended(desk.apply())
    assert {each.status for each in outcomes.values()} == {Status.APPLIED}
    assert made(desk, address) == 1
    assert work(desk.plan()) == []


@pytest.mark.parametrize("address", [each for each in POSTS if "Execution" not in each])
def test_what_never_arrived_is_a_doubt_that_the_next_apply_settles(
    small: Small, remote: Remote, work: Callable[[Plan], list[str]], address: str
) -> None:
    desk = small(remote)
    remote.fault(f"drop before {POSTS[address]}")
    outcomes = ended(desk.apply())
    assert outcomes[address].status is Status.UNKNOWN
    assert outcomes[address].hint
    assert Address.parse(address) in desk.workspace.store.load().intents
    assert Status.SKIPPED in {each.status for each in outcomes.values()} or "Schedule" in address
    again = desk.plan()
    (change,) = [each for each in again.work if str(each.address) == address]
    assert (change.action, change.reason) == (Action.CREATE, "an earlier attempt did not arrive")
    assert {each.status for each in desk.apply(again)} == {Status.APPLIED}
    assert work(desk.plan()) == []


@pytest.mark.parametrize("address", POSTS)
def test_what_can_not_be_looked_for_is_unknown_and_found_by_the_next_plan(
    small: Small, remote: Remote, work: Callable[[Plan], list[str]], address: str
) -> None:
    desk = small(remote)
    plan = desk.plan()
    # The list of projects is read once before the create, those in the new project once before
    # anything is made in it, and the list of runs once more before each run.
    nth = 1 if "Agent/" in address else 3 if "Execution" in address else 2
    remote.fault(f"drop after {POSTS[address]}", f"400 {LISTS[address]} nth={nth} times=forever")
    outcome = ended(desk.apply(plan))[address]
    assert outcome.status is Status.UNKNOWN, outcome.error
    remote.fault()
    again = desk.plan()
    (change,) = [each for each in again.work if str(each.address) == address]
    assert change.reason == "found: an earlier apply made it"
    assert {each.status for each in desk.apply(again)} == {Status.APPLIED}
    assert made(desk, address) == 1
    assert work(desk.plan()) == []


def test_what_was_refused_leaves_no_doubt(small: Small, remote: Remote) -> None:
    desk = small(remote)
    remote.fault("400 POST /skills/")
    outcome = ended(desk.apply())["desk/Skill/sum"]
    assert outcome.status is Status.FAILED
    assert desk.workspace.store.load().intents == {}


@pytest.mark.parametrize("fault", ["400 POST /skills/", "drop after POST /skills/"])
def test_what_a_person_ruled_out_stays_ruled_out_while_it_is_made(
    small: Small, manifests: dict[str, str], remote: Remote, work: Callable[[Plan], list[str]], fault: str
) -> None:
    desk = small(remote, "project")
    desk.apply()
    project = next(iter(desk.workspace.store.load().records.values())).id
    connectors = remote.raw("GET", f"/connectors/{project}").json()
    mail = next(
        each["connectorID"] for group in connectors for each in group["accountDetails"] if each["sourceName"] == "Mail"
    )
    twin = {"name": "Sum", "description": "A twin", "connector_id": mail, "connector_name": "Mail", "logo": ""}
    theirs = remote.raw("POST", "/skills/", {**twin, "projectID": project, "user_id": None}).json()["_id"]
    (desk.folder / "skill.yaml").write_text(manifests["skill"], "utf-8")
    (blocked,) = work(desk.plan())
    assert theirs in blocked
    skill = Address.parse("desk/Skill/sum")
    desired = desk.read()
    engine.resolve(skill, desired, desk.workspace, happened_as=None)
    remote.fault(fault)
    outcomes = ended(desk.apply())
    assert outcomes[str(skill)].id != theirs
    if fault.startswith("400"):
        assert work(desk.plan()) == [f"create {skill}"]
        outcomes = ended(desk.apply())
    assert outcomes[str(skill)].status is Status.APPLIED
    assert outcomes[str(skill)].id not in (None, theirs)
    assert work(desk.plan()) == []
