"""Each agent but the first is put behind the one before it, whatever the server makes of that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.model import Action, Address, Outcome, Plan, Status
from wexa_sync.plan import file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk, Remote

Small = Callable[..., "Desk"]
Open = Callable[..., AbstractContextManager["Remote"]]
Work = Callable[[Plan], list[str]]
FLOW = Address.parse("desk/AgentFlow/flow")
HEEDED = {"after_agent": "links", "unlinked_without_after_agent": "yes"}
DEAF = {"unlinked_without_after_agent": "yes"}


def declare(desk: Desk, *titles: str) -> None:
    """Declare these agents behind the one that the flow has."""
    path = desk.folder / "flow.yaml"
    kept = path.read_text("utf-8").split("    - {handle: more", maxsplit=1)[0].rstrip()
    more = "handle: more-{}, title: {}, role: r, skills: [sum], prompt: {{template: t}}"
    added = [f"    - {{{more.format(each.lower(), each)}}}" for each in titles]
    path.write_text("\n".join([kept, *added, ""]), "utf-8")


def flow_of(desk: Desk) -> Any:
    """Return the flow as it is live."""
    return desk.remote.raw("GET", f"/agentflow/{desk.workspace.store.load().records[FLOW].id}").json()


def chain(desk: Desk) -> list[str]:
    """Return the titles of the agents that a run comes to, in order."""
    flow, found = flow_of(desk), []
    agents = {agent["_id"]: agent for agent in flow["agents"]}
    at = flow["initialAgent"]
    while at:
        found.append(agents[at]["title"])
        at = agents[at]["next_agent"]
    return found


def add_by_hand(desk: Desk, title: str, after: str) -> None:
    """Add an agent of somebody else behind the one with the title `after`."""
    flow = flow_of(desk)
    (before,) = (agent["_id"] for agent in flow["agents"] if agent["title"] == after)
    body = {**flow["agents"][0], "_id": "0" * 23 + "1", "title": title, "skills": []}
    where, project = f"/agentflow/{flow['_id']}/skilled", flow["projectID"]
    desk.remote.raw("POST", where, body, projectID=project, after_agent=before).raise_for_status()


def said(outcomes: tuple[Outcome, ...]) -> dict[str, tuple[str, ...]]:
    """Return the warnings of what was changed, by handle."""
    done = [each for each in outcomes if each.change.action is not Action.NOOP]
    assert {each.status for each in done} <= {Status.APPLIED}
    return {each.change.address.name: each.warnings for each in done if each.warnings}


def test_agents_are_linked_in_the_order_of_the_manifest_now_and_later(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=HEEDED) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "Two", "Three")
        assert said(desk.apply()) == {}
        assert chain(desk) == ["Sort", "Two", "Three"]
        declare(desk, "Two", "Three", "Four", "Five")
        assert said(desk.apply()) == {}
        assert chain(desk) == ["Sort", "Two", "Three", "Four", "Five"]
        assert desk.plan().warnings == ()


def test_the_query_names_the_agent_before_and_nothing_where_there_is_none(small: Small, open_sandbox: Open) -> None:
    with open_sandbox() as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "Two")
        desk.apply()
        added = [each["query"] for each in remote.requests if each["path"].endswith("/skilled")]
        agents, project = flow_of(desk)["agents"], flow_of(desk)["projectID"]
    assert added == [f"projectID={project}", f"projectID={project}&after_agent={agents[0]['_id']}"]


@pytest.mark.parametrize(("fault", "nth"), [("drop after", 2), ("drop before", 1), ("empty after", 2)])
def test_a_lost_answer_leaves_the_chain_whole(small: Small, open_sandbox: Open, fault: str, nth: int) -> None:
    with open_sandbox(readings=HEEDED) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "Two", "Three")
        remote.fault(f"{fault} POST /agentflow/*/skilled nth={nth}")
        desk.apply()
        desk.apply()
        assert chain(desk) == ["Sort", "Two", "Three"]


def test_an_agent_of_somebody_else_stays_in_the_chain(small: Small, open_sandbox: Open, work: Work) -> None:
    with open_sandbox(readings=HEEDED) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        declare(desk, "Two")
        plan = desk.plan()
        add_by_hand(desk, "Theirs", "Sort")
        assert said(desk.apply(plan)) == {}
        assert chain(desk) == ["Sort", "Theirs", "Two"]
        assert work(desk.plan()) == []


def test_a_saved_plan_says_where_an_agent_goes(small: Small, open_sandbox: Open, tmp_path: Path) -> None:
    with open_sandbox(readings=HEEDED) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        declare(desk, "Two", "Three")
        plan = desk.plan()
        file.save(plan, tmp_path / "saved.plan")
        read = file.read(tmp_path / "saved.plan", lambda _template: None)
        assert (read, read.digest) == (plan, plan.digest)
        desk.apply(read)
        assert chain(desk) == ["Sort", "Two", "Three"]


def test_a_chain_that_the_server_breaks_is_a_warning_of_the_apply_and_of_each_plan(
    small: Small, open_sandbox: Open, work: Work
) -> None:
    with open_sandbox(readings=DEAF) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "Two", "Three")
        warned = said(desk.apply())
        assert set(warned) == {"more-two", "more-three"}
        assert chain(desk) == ["Sort"]
        plan = desk.plan()
        assert work(plan) == []
        (warning,) = plan.warnings
        assert warning.startswith(f"{FLOW} is a broken chain: nothing in it leads to Agent/more-")


def test_a_server_that_shows_no_links_is_believed(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings={**DEAF, "next_agent_in_reads": "no"}) as remote:
        desk = small(remote, "project", "skill", "flow")
        declare(desk, "Two")
        assert said(desk.apply()) == {}
        assert desk.plan().warnings == ()


def test_the_order_is_that_of_the_chain(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=HEEDED) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        declare(desk, "Two")
        desk.apply()
        add_by_hand(desk, "Last", "Two")
        plan = desk.plan()
        assert [each.title for each in plan.unmanaged] == ["Last"]
        assert "broken" not in " ".join(plan.warnings)
