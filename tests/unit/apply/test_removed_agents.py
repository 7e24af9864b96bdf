"""Agents and flows are deleted by undocumented calls where the settings allow it: each read back, nobody cut off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.errors import PlanRefused
from wexa_sync.model import Action, Address, Blocked, Choice, Outcome, Plan, Status
from wexa_sync.plan.limits import require_applicable

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

Small = Callable[..., "Desk"]
Open = Callable[..., AbstractContextManager["Remote"]]
FLOW = Address.parse("desk/AgentFlow/flow")
THERE = {
    "after_agent": "links",
    "unlinked_without_after_agent": "yes",
    "agent_delete": "ends_chain",
    "flow_delete": "both",
}
ALLOWED = frozenset({"agent.delete", "agentflow.delete"})
PRUNE = Choice(prune=True)
AGENT = "    - {{handle: {0}, title: {0}, role: r, skills: [sum], prompt: {{template: t}}}}\n"


def declare(desk: Desk, *handles: str) -> None:
    """Declare the flow with the agent that it has, and these behind it."""
    path = desk.folder / "flow.yaml"
    kept = path.read_text("utf-8").split("    - {handle: x", maxsplit=1)[0].rstrip()
    path.write_text(kept + "\n" + "".join(AGENT.format(each) for each in handles), "utf-8")


def prune(desk: Desk, allowed: frozenset[str] = ALLOWED) -> dict[str, Outcome]:
    """Plan with --prune and apply; the outcomes of what does something, in order, by handle."""
    plan = desk.plan(PRUNE, allowed=allowed)
    done = desk.apply(plan, allowed=allowed)
    return {each.change.address.name: each for each in done if each.change.action is not Action.NOOP}


def flow_of(desk: Desk) -> Any:
    """Return the flow as it is live; None where it is gone."""
    records = desk.workspace.store.load().records
    shown = desk.remote.raw("GET", f"/agentflow/{records[FLOW].id}") if FLOW in records else None
    return shown.json() if shown is not None and shown.ok else None


def titles(desk: Desk) -> list[str]:
    """Return the titles of the flow's agents as they are live."""
    return [agent["title"] for agent in flow_of(desk)["agents"]]


def blocked(plan: Plan) -> dict[str, Blocked]:
    """Return what a plan blocks, by handle."""
    return {each.address.name: each for each in plan.blocked}


@pytest.mark.parametrize("deletes", ["ends_chain", "bridges"])
def test_the_last_agents_go_the_last_one_first_and_others_come_in_their_place(
    small: Small, open_sandbox: Open, deletes: str
) -> None:
    with open_sandbox(readings={**THERE, "agent_delete": deletes}) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "xa", "xb", "xc")
        desk.apply()
        remote.forget()
        declare(desk, "xa", "xd")
        done = prune(desk)
        assert [each.status for each in done.values()] == [Status.APPLIED] * 3
        assert list(done) == ["xc", "xb", "xd"]
        writes = [each.split("/")[-2:][0] for each in remote.writes]
        assert writes == ["agent", "agent", flow_of(desk)["_id"]]
        first, second, third = flow_of(desk)["agents"]
        assert [first["next_agent"], second["next_agent"]] == [second["_id"], third["_id"]]
        assert titles(desk) == ["Sort", "xa", "xd"]
        plan = desk.plan(PRUNE, allowed=ALLOWED)
        assert (plan.work, plan.blocked, plan.warnings) == ((), (), ())


def test_an_agent_with_others_behind_it_stays(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=THERE) as remote:
        desk = small(remote, "project", "skill", "flow", "run")
        declare(desk, "xa", "xb")
        desk.apply()
        declare(desk, "xb")
        found = blocked(desk.plan(PRUNE, allowed=ALLOWED))
        assert found["xa"].reason == "it leads to Agent/xb, and nothing would lead there without it"
        prune(desk)
        assert titles(desk) == ["Sort", "xa", "xb"]


def test_nothing_is_deleted_that_is_not_allowed_or_not_pruned(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=THERE) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "xa")
        desk.apply()
        declare(desk)
        (found,) = desk.plan(PRUNE).blocked
        assert "allow_undocumented: [agent.delete]" in found.hint
        assert [str(each) for each in desk.plan(allowed=ALLOWED).orphans] == [f"{FLOW}/Agent/xa"]
        plan = desk.plan(PRUNE, allowed=ALLOWED)
        with pytest.raises(PlanRefused, match="not documented and not allowed"):
            require_applicable(plan, desk.workspace.store.load(), None, frozenset())
        assert titles(desk) == ["Sort", "xa"]


def test_an_agent_that_somebody_put_behind_since_the_plan_is_a_conflict(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=THERE) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "xa")
        desk.apply()
        declare(desk)
        plan = desk.plan(PRUNE, allowed=ALLOWED)
        flow = flow_of(desk)
        body = {**flow["agents"][0], "_id": "0" * 23 + "1", "title": "Theirs", "skills": []}
        query = {"projectID": flow["projectID"], "after_agent": flow["agents"][1]["_id"]}
        remote.raw("POST", f"/agentflow/{flow['_id']}/skilled", body, **query).raise_for_status()
        (done,) = (each for each in desk.apply(plan, allowed=ALLOWED) if each.change.action is not Action.NOOP)
        assert (done.status, done.error) == (
            Status.CONFLICT,
            "it leads to Agent 'Theirs', which would be cut off",
        )
        assert titles(desk) == ["Sort", "xa", "Theirs"]


@pytest.mark.parametrize("path", ["both", "by_flow", "by_project"])
def test_a_flow_goes_with_its_agents_by_one_call(small: Small, open_sandbox: Open, path: str) -> None:
    with open_sandbox(readings={**THERE, "flow_delete": path}) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "xa")
        desk.apply()
        remote.forget()
        (desk.folder / "flow.yaml").unlink()
        assert {each.status for each in prune(desk).values()} == {Status.APPLIED}
        assert [each.partition(" ")[0] for each in remote.writes] == ["DELETE"] * (2 if path == "by_flow" else 1)
        assert flow_of(desk) is None
        assert [str(each) for each in desk.workspace.store.load().records if each.kind != "Project"] == [
            "desk/Skill/sum"
        ]


def test_a_server_without_the_calls_is_said_to_lack_them(small: Small, open_sandbox: Open) -> None:
    with open_sandbox() as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "xa")
        desk.apply()
        declare(desk)
        done = prune(desk)["xa"]
        assert done.status is Status.FAILED
        assert "This server lacks the call" in done.hint
        assert titles(desk) == ["Sort", "xa"]
        (desk.folder / "flow.yaml").unlink()
        assert "This server lacks the call" in prune(desk)["flow"].hint
        assert titles(desk) == ["Sort", "xa"]


@pytest.mark.parametrize("fault", ["drop after", "empty after"])
def test_a_lost_answer_deletes_one_agent(small: Small, open_sandbox: Open, fault: str) -> None:
    with open_sandbox(readings=THERE) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "xa", "xb")
        desk.apply()
        declare(desk, "xa")
        remote.fault(f"{fault} DELETE /agentflow/*/agent/*")
        prune(desk)
        prune(desk)
        assert titles(desk) == ["Sort", "xa"]
        assert desk.plan(PRUNE, allowed=ALLOWED).work == ()


def test_a_flow_that_a_stranger_refers_to_stays(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=THERE) as remote:
        desk = small(remote, "project", "skill", "flow", "schedule")
        desk.apply()
        flow = flow_of(desk)
        body = {
            "coworker_id": flow["_id"],
            "goal": {},
            "template": "t",
            "display_template": "t",
            "schedule": 4102444800,
        }
        remote.raw("POST", "/schedule/coworker", body, projectID=flow["projectID"]).raise_for_status()
        for name in ("flow", "schedule"):
            (desk.folder / f"{name}.yaml").unlink()
        assert blocked(desk.plan(PRUNE, allowed=ALLOWED))["flow"].reason.startswith("others refer to it")
