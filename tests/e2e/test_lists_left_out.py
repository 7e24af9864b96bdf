"""A list that a manifest leaves out is not managed by it, `[]` wants none; and what somebody adds to a list is seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import Action, Address

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Cli, Desk
    from wexa_sync.model import Plan

FLOW = Address.parse("support-desk/AgentFlow/triage")
STRANGER = "5" * 24
LISTS = [("skills",), ("context",), ("triggers",), ("prompt", "variables")]


def _flow_id(desk: Desk) -> str:
    return desk.workspace.store.load().records[FLOW].id


def _live_agents(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.remote.raw("GET", f"/agentflow/{_flow_id(desk)}").json()["agents"]
    return found


def _add_agent(desk: Desk, title: str = "Added by hand", id: str = STRANGER) -> None:
    """Add an agent as a person does it in Wexa Studio."""
    body = {**_live_agents(desk)[0], "_id": id, "title": title, "skills": []}
    project = desk.workspace.store.load().records[Address.parse("Project/support-desk")].id
    desk.remote.raw("POST", f"/agentflow/{_flow_id(desk)}/skilled", body, projectID=project).raise_for_status()


def _edit_flow(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    (file,) = folder.glob("triage*.yaml")
    data = yaml.safe_load(file.read_text("utf-8"))
    edit(data["spec"])
    file.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")


@pytest.mark.parametrize("words", [(), ("--target", "support-desk/AgentFlow/triage")])
def test_an_agent_that_somebody_added_is_a_warning_and_pending(cli: Cli, desk: Desk, words: tuple[str, ...]) -> None:
    desk.apply()
    _add_agent(desk)
    run = ("plan", "--detailed-exitcode", *words)
    text = " ".join(cli(desk.folder, *run, env=desk.remote.env, code=2).stdout.split())
    assert f"triage holds what no manifest declares: Agent 'Added by hand' ({STRANGER})" in text
    shown = json.loads(cli(desk.folder, *run, "--format", "json", env=desk.remote.env, code=2).stdout)
    assert shown["unmanaged"] == [{"in": str(FLOW), "kind": "Agent", "id": STRANGER, "name": "Added by hand"}]
    assert any(STRANGER in warning for warning in shown["warnings"])


@pytest.mark.parametrize(
    "words", [("--target", "support-desk/Execution/smoke-test"), ("--exclude", "support-desk/AgentFlow/triage")]
)
def test_an_agent_that_somebody_added_is_shown_with_a_run_whose_flow_is_left_out(
    cli: Cli, desk: Desk, words: tuple[str, ...]
) -> None:
    desk.apply()
    _add_agent(desk)
    file = desk.folder / "execution.yaml"
    file.write_text(file.read_text("utf-8").replace("name: smoke-test", "name: smoke-test\n  generation: 2"), "utf-8")
    text = " ".join(cli(desk.folder, "plan", *words, env=desk.remote.env).stdout.split())
    assert "1 to run" in text
    assert f"triage holds what no manifest declares: Agent 'Added by hand' ({STRANGER})" in text


def test_an_agent_that_somebody_added_is_taken_over_where_it_is_listed(desk: Desk, work: Callable[[Plan], Any]) -> None:
    desk.apply()
    _add_agent(desk)
    added = {"handle": "theirs", "title": "Added by hand", "role": "r", "prompt": {"template": "t"}}
    _edit_flow(desk.folder, lambda spec: spec["agents"].append(added))
    assert "is live already" in "".join(work(desk.plan()))
    assert desk.plan().unmanaged == ()


def test_agents_left_out_are_not_managed_and_none_are_wanted_by_an_empty_list(
    desk: Desk, work: Callable[[Plan], Any], cli: Cli
) -> None:
    desk.apply()
    before = [{**each, "next_agent": None} for each in _live_agents(desk)]
    _edit_flow(desk.folder, lambda spec: spec.update(agents=[]))
    assert [each.wanted for each in desk.plan().blocked] == ["delete"] * 3
    _edit_flow(desk.folder, lambda spec: spec.pop("agents"))
    plan = desk.plan()
    assert [change.action for change in plan.work] == [Action.FORGET] * 3
    assert not plan.blocked
    assert "leaves agents out" in plan.work[0].reason
    desk.apply(plan)
    _add_agent(desk)
    assert work(desk.plan()) == []
    cli(desk.folder, "plan", "--detailed-exitcode", env=desk.remote.env)
    assert [{**each, "next_agent": None} for each in _live_agents(desk)[:3]] == before  # theirs is linked to the last


def test_agents_that_are_listed_again_are_known_again(desk: Desk, work: Callable[[Plan], Any]) -> None:
    desk.apply()
    (file,) = desk.folder.glob("triage*.yaml")
    text = file.read_text("utf-8")
    _edit_flow(desk.folder, lambda spec: spec.pop("agents"))
    desk.apply()
    file.write_text(text, "utf-8")
    desk.apply()
    assert work(desk.plan()) == []
    assert len(_live_agents(desk)) == 3


@pytest.mark.parametrize("path", LISTS, ids=".".join)
def test_every_list_of_an_agent_stays_where_it_is_left_out(
    desk: Desk, work: Callable[[Plan], Any], path: tuple[str, ...]
) -> None:
    *way, name = path
    value = ["summarise"] if name == "skills" else [{"name": "ours"}]

    def set_to(spec: dict[str, Any], *items: Any) -> None:
        for agent in spec["agents"]:
            around = agent
            for part in way:
                around = around[part]
            around.pop(name, None)
            if items:
                around[name] = items[0]

    _edit_flow(desk.folder, lambda spec: set_to(spec, value))
    desk.apply()
    before = _live_agents(desk)
    _edit_flow(desk.folder, set_to)
    assert work(desk.plan()) == []
    _edit_flow(desk.folder, lambda spec: [agent.update(role="Another") for agent in spec["agents"]])
    desk.apply()
    after = _live_agents(desk)
    assert {agent["role"] for agent in after} == {"Another"}
    assert [at_path(agent, path) for agent in after] == [at_path(agent, path) for agent in before]
    _edit_flow(desk.folder, lambda spec: set_to(spec, []))
    assert [change.action for change in desk.plan().work] == [Action.UPDATE] * 3
    desk.apply()
    assert work(desk.plan()) == []
