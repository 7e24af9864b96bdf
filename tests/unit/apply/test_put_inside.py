"""A project that got something since its delete was planned is kept; what its connectors made keeps none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.kinds.skill import SKILL
from wexa_sync.model import Address, Choice, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

PROJECT, FLOW = Address.parse("Project/desk"), Address.parse("desk/AgentFlow/flow")


def put_skill(desk: Desk, project: str, name: str) -> str:
    """Make a skill of the project's first connector. Return the connector's id."""
    groups = desk.remote.raw("GET", f"/connectors/{project}").json()
    connector = next(each for group in groups for each in group["accountDetails"])
    body = {"name": name.format(connector["sourceName"]), "description": "D", "logo": "L", "user_id": None}
    made = {"projectID": project, "connector_id": connector["connectorID"], "connector_name": connector["sourceName"]}
    desk.remote.raw("POST", "/skills/", {**body, **made}).raise_for_status()
    found: str = connector["connectorID"]
    return found


def put(desk: Desk, what: str) -> None:
    """Put something into the live project, as a person would."""
    raw, records = desk.remote.raw, desk.workspace.store.load().records
    project, flow = records[PROJECT].id, records[FLOW].id
    if what == "Skill":
        put_skill(desk, project, "Theirs")
    elif what == "AgentFlow":
        body = {"name": "Theirs", "description": "D", "role": "R", "projectID": project}
        raw("POST", "/agentflow/", body, projectID=project).raise_for_status()
    elif what == "Agent":
        agent = raw("GET", f"/agentflow/{flow}").json()["agents"][0]
        sent = {**agent, "_id": "6" * 24, "title": "Theirs", "skills": []}
        raw("POST", f"/agentflow/{flow}/skilled", sent, projectID=project).raise_for_status()
    else:
        goal = {"template": "Theirs", "display_template": "Theirs"}
        theirs: Any = {**goal, "goal": goal, "coworker_id": flow, "schedule": 2_100_000_000}
        raw("POST", "/schedule/coworker", theirs, projectID=project).raise_for_status()


@pytest.mark.parametrize("what", ["Skill", "AgentFlow", "Agent", "Schedule"])
def test_a_project_that_got_something_since_the_plan_is_not_deleted(
    small: Callable[..., Desk], remote: Remote, what: str
) -> None:
    desk = small(remote)
    desk.apply()
    plan = engine.plan(engine.NOTHING, desk.workspace, Choice(prune=True))
    put(desk, what)
    outcome = next(each for each in desk.apply(plan) if each.change.address == PROJECT)
    assert outcome.status is Status.CONFLICT
    assert f"it got {what} 'Theirs'" in outcome.error
    assert PROJECT in desk.workspace.store.load().records


@pytest.mark.parametrize("when", ["before the plan", "since the plan"])
@pytest.mark.parametrize("then", ["the connector stays", "the connector goes"])
def test_a_skill_that_a_connector_made_keeps_no_project(
    small: Callable[..., Desk], remote: Remote, when: str, then: str
) -> None:
    desk = small(remote)
    desk.apply()
    project = desk.workspace.store.load().records[PROJECT].id

    def put_one() -> None:
        connector = put_skill(desk, project, "{} - Send")
        if then == "the connector goes":
            desk.remote.raw("DELETE", f"/connector/{connector}", projectID=project).raise_for_status()

    if when == "before the plan":
        put_one()
    plan = engine.plan(engine.NOTHING, desk.workspace, Choice(prune=True))
    assert any("what its connectors made: Skill " in text for text in plan.warnings) is (when == "before the plan")
    if when != "before the plan":
        put_one()
    assert {each.status for each in desk.apply(plan)} == {Status.APPLIED}
    assert desk.workspace.store.load().records == {}


MAIL = {"connectorID": "c1", "sourceName": "Mail"}


@pytest.mark.parametrize(
    ("skill", "made"),
    [
        ({"name": "Mail - Send", "connector_id": "c1"}, True),
        ({"name": "mail - Send", "connector_id": "c1"}, True),
        ({"name": "Gmail - Send", "connector_id": "c1", "connector_name": "Gmail"}, True),
        ({"name": "Mail - Send", "connector_id": "gone", "connector_name": "Mail"}, True),
        ({"name": "Mail - Send", "connector_id": "c2"}, False),
        ({"name": "Mail - Send", "connector_id": None, "connector_name": "Mail"}, False),
        ({"name": "Mail - Send", "connector_id": None}, False),
        ({"name": "Send mail", "connector_id": "c1"}, False),
        ({"name": "Mail", "connector_id": "c1"}, False),
        ({"name": " - Send", "connector_id": "c1", "connector_name": ""}, False),
        ({"name": None, "connector_id": "c1"}, False),
        ({"name": {"a": 1}, "connector_id": ["c1"]}, False),
    ],
)
def test_a_connector_made_what_belongs_to_it_and_is_called_after_it(skill: dict[str, Any], made: bool) -> None:
    assert SKILL.maker is not None
    assert SKILL.maker.made(skill, [{"_id": "c0", "sourceName": 7}, MAIL]) is made
    assert SKILL.maker.made(skill, []) is (made and "connector_name" in skill)
