"""Decision agents: added where the settings allow it, read back, never changed; each branch leads to its agent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.errors import InvalidManifests
from wexa_sync.model import Action, Address, Outcome, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

Small = Callable[..., "Desk"]
Open = Callable[..., AbstractContextManager["Remote"]]
FLOW = Address.parse("desk/AgentFlow/flow")
THERE = {
    "after_agent": "links",
    "unlinked_without_after_agent": "yes",
    "decider": "present",
    "agent_delete": "ends_chain",
}
ALLOWED = frozenset({"agent.decider"})
ROUTE = """    - handle: route
      title: Route
      role: Decides
      prompt: {template: Decide.}
      decision:
        approved: {when: It is fine., next: answer}
        rejected: {when: It is not., next: refuse}
"""
AGENT = "    - {{handle: {0}, title: {0}, role: r, skills: [sum], prompt: {{template: t}}}}\n"
BRANCHES = ROUTE + "".join(AGENT.format(each) for each in ("answer", "send", "refuse"))


def declare(desk: Desk, more: str) -> None:
    """Declare the flow with the agent that it has, and these behind it."""
    path = desk.folder / "flow.yaml"
    path.write_text(path.read_text("utf-8").split("    - handle: route", maxsplit=1)[0].rstrip() + "\n" + more, "utf-8")


def apply(desk: Desk) -> dict[str, Outcome]:
    """Apply; the outcomes of what does something, by handle."""
    done = desk.apply(desk.plan(allowed=ALLOWED), allowed=ALLOWED)
    return {each.change.address.name: each for each in done if each.change.action is not Action.NOOP}


def agents(desk: Desk) -> dict[str, Any]:
    """Return the flow's agents as they are live, by title."""
    id = desk.workspace.store.load().records[FLOW].id  # the field's name
    return {agent["title"]: agent for agent in desk.remote.raw("GET", f"/agentflow/{id}").json()["agents"]}


@pytest.mark.parametrize(
    "fault", ["", "drop after POST /agentflow/*/decider", "drop after POST /agentflow/*/skilled nth=3"]
)
def test_a_decision_is_made_with_its_branches_and_then_there_is_nothing_to_do(
    small: Small, open_sandbox: Open, fault: str
) -> None:
    with open_sandbox(readings=THERE) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, BRANCHES)
        if fault:
            remote.fault(fault)
        assert {each.status for each in apply(desk).values()} == {Status.APPLIED}
        found = agents(desk)
        assert found["Route"]["agent_type"] == "decider_agent"
        assert found["Route"]["conditions"] == [
            {"decision": "approved", "condition": "It is fine."},
            {"decision": "rejected", "condition": "It is not."},
        ]
        assert found["Route"]["next_agents"] == {"approved": found["answer"]["_id"], "rejected": found["refuse"]["_id"]}
        assert [found[each]["next_agent"] for each in ("Sort", "answer", "send", "refuse")] == [
            found["Route"]["_id"],
            found["send"]["_id"],
            None,
            None,
        ]
        for plan in (desk.plan(), desk.plan(allowed=ALLOWED)):
            assert (plan.work, plan.blocked, plan.warnings) == ((), (), ())


def test_it_is_blocked_where_it_is_not_allowed_and_fails_where_the_call_is_not_there(
    small: Small, open_sandbox: Open
) -> None:
    with open_sandbox() as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, BRANCHES)
        route = next(each for each in desk.plan().blocked if each.address.name == "route")
        assert (route.reason, "allow_undocumented: [agent.decider]" in route.hint) == (
            "the API has no documented call to create it",
            True,
        )
        done = apply(desk)
        assert (done["route"].status, "lacks the call" in done["route"].hint) == (Status.FAILED, True)
        assert done["answer"].status is Status.SKIPPED
        assert set(agents(desk)) == {"Sort"}


def test_what_no_call_changes_is_blocked_and_a_branch_that_leads_elsewhere_is_said(
    small: Small, open_sandbox: Open
) -> None:
    with open_sandbox(readings=THERE) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, BRANCHES)
        apply(desk)
        for edit in (("It is fine.", "It is good."), ("title: Route", "title: Router")):
            declare(desk, BRANCHES.replace(*edit))
            (found,) = desk.plan(allowed=ALLOWED).blocked
            assert (found.wanted, found.address.name) == ("update", "route")
        swapped = BRANCHES.replace("next: answer", "next: x").replace("next: refuse", "next: answer")
        declare(desk, swapped.replace("next: x", "next: refuse"))
        approved, rejected = desk.plan(allowed=ALLOWED).warnings
        assert "its branch 'approved' leads to Agent/answer, not to Agent/refuse" in approved
        assert "its branch 'rejected' leads to Agent/refuse, not to Agent/answer" in rejected


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("next: answer", "next: nobody"), "its branch 'approved' leads to 'nobody'"),
        (("next: refuse", "next: answer"), "and so does one of 'route'"),
        (("next: answer}", "}"), "no branch leads to it"),
        (("when: It is fine., ", ""), "when"),
        (("{when: It is fine., next: answer}", "null"), "expected a mapping"),
        ((ROUTE[ROUTE.index("decision:") :], "decision: {}\n"), "decision must not be empty"),
    ],
)
def test_branches_that_lead_nowhere_are_problems(
    small: Small, remote: Remote, edit: tuple[str, str], said: str
) -> None:
    desk = small(remote, "project", "skill", "flow")
    declare(desk, BRANCHES.replace(*edit))
    with pytest.raises(InvalidManifests) as caught:
        desk.read()
    assert said in " ".join(f"{each.path} {each.message}" for each in caught.value.problems)
