"""The update of a flow that only the vendor's SDK knows loses nothing, and a server without it holds up little."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.model import Action, Address, Outcome, Plan, Status

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk, Remote

Small = Callable[..., "Desk"]
Open = Callable[..., AbstractContextManager["Remote"]]
Work = Callable[[Plan], list[str]]
ALLOWED = frozenset({"agentflow.update"})
FLOW = Address.parse("desk/AgentFlow/flow")
HIDDEN = "memory: {memory_type: st}, conditions: [{decision: go, condition: ok}], is_user_specific_task: true"
SORT = Address.parse("desk/AgentFlow/flow/Agent/sort")
THEIRS = "0" * 23 + "1"
BY_HAND = {"default_goal": "Sort the desk.", "isActive": False}
SECOND = "\n    - {handle: next, title: Next, role: Two, prompt: {template: Then.}}\n"


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    """Change a manifest."""
    file = desk.folder / f"{name}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def apply(desk: Desk, plan: Plan | None = None) -> dict[str, Outcome]:
    """Apply; the outcomes of what does something, by address."""
    outcomes = desk.apply(plan or desk.plan(allowed=ALLOWED), allowed=ALLOWED)
    return {str(each.change.address): each for each in outcomes if each.change.action is not Action.NOOP}


def stored(open_sandbox: Open, data: Path, desk: Desk) -> Any:
    """Return the flow as the server holds it, whatever its reads show."""
    id = desk.workspace.store.load().records[FLOW].id  # the field's name
    with open_sandbox(data=data) as open_one:
        return open_one.raw("GET", f"/agentflow/{id}").json()


def blind(**readings: str) -> dict[str, str]:
    """Return the readings of a server whose PUT replaces."""
    return {"agentflow_put": "replace", **readings}


@pytest.mark.parametrize("list_", ["full", "summary"])
def test_what_reads_hide_is_sent_as_declared_and_as_recorded(
    small: Small, open_sandbox: Open, tmp_path: Path, work: Work, list_: str
) -> None:
    data = tmp_path / "data.db"
    with open_sandbox(data=data, readings=blind(agent_echo="no", agentflow_list=list_)) as remote:
        desk = small(remote, "project", "skill", "flow")
        edit(desk, "flow", "title: Sort,", f"title: Sort, {HIDDEN},")
        desk.apply()
        edit(desk, "flow", ", conditions: [{decision: go, condition: ok}]", "")  # recorded, and no longer declared
        edit(desk, "flow", "description: One", "description: Two")
        plan = desk.plan(allowed=ALLOWED)
        assert work(plan)[0] == f"update {FLOW}"
        assert {each.status for each in apply(desk, plan).values()} == {Status.APPLIED}
    held = stored(open_sandbox, data, desk)
    (agent,) = held["agents"]
    assert held["description"] == "Two"
    assert agent["memory"] == {"memory_type": "st"}
    assert agent["conditions"] == [{"decision": "go", "condition": "ok"}]
    assert agent["is_user_specific_task"] is True


@pytest.mark.parametrize("null", [{"empty_texts": "null"}, {"editor_forms": "null"}], ids=str)
def test_what_reads_show_as_null_is_not_sent_back(
    small: Small, open_sandbox: Open, work: Work, null: dict[str, str]
) -> None:
    with open_sandbox(readings=blind(**null)) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        edit(desk, "flow", "description: One", "description: Two")
        (outcome,) = apply(desk).values()
        assert (outcome.status, outcome.error) == (Status.APPLIED, "")
        assert work(desk.plan(allowed=ALLOWED)) == []


@pytest.mark.parametrize(
    ("readings", "what"),
    [
        ({"agent_echo": "no"}, f"memory, is_user_specific_task, conditions of {SORT}"),
        ({"flow_echo": "no"}, f"default_goal of {FLOW}"),
    ],
)
def test_what_nobody_knows_is_blocked(
    small: Small, open_sandbox: Open, work: Work, readings: dict[str, str], what: str
) -> None:
    with open_sandbox(readings=blind(**readings)) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        edit(desk, "flow", "description: One", "description: Two")
        edit(desk, "flow", "title: Sort,", "title: Sort all,")
        plan = desk.plan(allowed=ALLOWED)
        (blocked,) = plan.blocked
        assert what in blocked.reason
        assert "Wexa Studio" in blocked.hint
        assert [str(field.path[0]) for field in blocked.fields] == ["description"]
        assert work(plan)[0] == f"update {SORT}"
        remote.forget()
        apply(desk, plan)
        assert [write.split()[0] for write in remote.writes] == ["POST"]


def test_an_agent_of_others_that_reads_hide_in_part_blocks_too(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=blind(agent_echo="no")) as remote:
        desk = small(remote, "project", "skill", "flow")
        edit(desk, "flow", "title: Sort,", f"title: Sort, {HIDDEN},")
        desk.apply()
        add_by_hand(desk)
        edit(desk, "flow", "description: One", "description: Two")
        (blocked,) = desk.plan(allowed=ALLOWED).blocked
        assert f"{THEIRS}, which is not managed here" in blocked.reason


def test_what_others_hold_goes_along_as_it_is(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=blind()) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        add_by_hand(desk)
        id = desk.workspace.store.load().records[FLOW].id  # the field's name
        shown = remote.raw("GET", f"/agentflow/{id}").json()
        agents = [{**agent, "skills": [skill["_id"] for skill in agent["skills"]]} for agent in shown["agents"]]
        remote.raw("PUT", f"/agentflow/{id}", {**shown, **BY_HAND, "agents": agents}).raise_for_status()
        before = remote.raw("GET", f"/agentflow/{id}").json()
        edit(desk, "flow", "description: One", "description: Two")
        assert {each.status for each in apply(desk).values()} == {Status.APPLIED}
        after = remote.raw("GET", f"/agentflow/{id}").json()
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"description", "updated_at"}
        assert BY_HAND.items() <= after.items()


@pytest.mark.parametrize("reading", ["absent", "not_found", "not_implemented"])
def test_a_server_without_the_call_fails_that_update_and_holds_up_runs_alone(
    small: Small, open_sandbox: Open, manifests: dict[str, str], reading: str
) -> None:
    with open_sandbox(readings={"agentflow_put": reading}) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        edit(desk, "flow", "description: One", "description: Two")
        file = desk.folder / "flow.yaml"
        file.write_text(file.read_text("utf-8").rstrip() + SECOND, "utf-8")
        (desk.folder / "run.yaml").write_text(manifests["run"], "utf-8")
        outcomes = apply(desk)
        assert {address: each.status for address, each in outcomes.items()} == {
            str(FLOW): Status.FAILED,
            f"{FLOW}/Agent/next": Status.APPLIED,
            "desk/Execution/run": Status.SKIPPED,
        }
        assert "lacks the call" in outcomes[str(FLOW)].hint
        (blocked, _run) = desk.plan().blocked
        assert (blocked.address, blocked.wanted) == (FLOW, "update")


def test_what_is_declared_no_longer_does_not_go_along(small: Small, open_sandbox: Open, work: Work) -> None:
    cron = 'cron_details: {frequency: "0 9 * * *"}\n  agents:'
    with open_sandbox(readings=blind()) as remote:
        desk = small(remote, "project", "skill", "flow")
        edit(desk, "flow", "agents:", cron)
        desk.apply()
        edit(desk, "flow", cron, "agents:")
        assert {each.status for each in apply(desk).values()} == {Status.APPLIED}
        assert work(desk.plan(allowed=ALLOWED)) == []
        id = desk.workspace.store.load().records[FLOW].id  # the field's name
        assert remote.raw("GET", f"/agentflow/{id}").json()["is_cron_scheduled"] is False


def test_an_agent_that_a_read_leaves_out_is_not_removed_by_the_update(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(readings=blind()) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        edit(desk, "flow", "description: One", "description: Two")
        plan = desk.plan(allowed=ALLOWED)
        id = desk.workspace.store.load().records[FLOW].id  # the field's name
        shown = remote.raw("GET", f"/agentflow/{id}").json()
        remote.raw("PUT", f"/agentflow/{id}", {**shown, "agents": []}).raise_for_status()
        remote.forget()
        outcome = apply(desk, plan)[str(FLOW)]
        assert outcome.status is Status.FAILED
        assert "leaves out what is in it" in outcome.error
        assert remote.writes == []


def add_by_hand(desk: Desk) -> None:
    """Add an agent that is nobody's, as people do in Wexa Studio."""
    records = desk.workspace.store.load().records
    flow, project = records[FLOW].id, records[FLOW.project_address].id
    (first,) = desk.remote.raw("GET", f"/agentflow/{flow}").json()["agents"]
    theirs = {"memory": {"memory_type": "xt"}, "conditions": [], "is_user_specific_task": True}
    agent = {**first, **theirs, "_id": THEIRS, "title": "By hand", "skills": []}
    desk.remote.raw("POST", f"/agentflow/{flow}/skilled", agent, projectID=project).raise_for_status()


def test_a_null_that_a_server_shows_for_an_empty_text_is_not_sent_back(
    small: Small, open_sandbox: Open, tmp_path: Path
) -> None:
    data = tmp_path / "data.db"
    with open_sandbox(data=data, readings=blind(empty_texts="null")) as remote:
        desk = small(remote, "project", "skill", "flow")
        desk.apply()
        edit(desk, "flow", "description: One", "description: Two")
        assert {each.status for each in apply(desk).values()} == {Status.APPLIED}
    held = stored(open_sandbox, data, desk)
    assert (held["description"], held["default_goal"]) == ("Two", "")
