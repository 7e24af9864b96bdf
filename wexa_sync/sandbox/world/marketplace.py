"""Define the coworkers that can be hired, and hire one: the organization gets a copy, and its credits are charged.

What a hire makes is [guess]. The ids of one seen copy follow each other: connector, skill, action, agentflow, agent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.sandbox.bodies import ConnectorConfig
from wexa_sync.sandbox.world.agents import BLANK_AGENT, new_flow
from wexa_sync.sandbox.world.catalogue import LOGO, PICTURES, skill_actions
from wexa_sync.sandbox.world.clock import iso, iso_millis
from wexa_sync.sandbox.world.connectors import add_connector
from wexa_sync.sandbox.world.seed import ORG_ID, USER_ID, USER_NAME, seed_connectors
from wexa_sync.sandbox.world.store import Row

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_SKILL = "Content creator - Content creation"


def _coworker(ident: str, name: str, description: str, price: float) -> Json:
    return {
        "_id": ident,
        "name": name,
        "role": name,
        "description": description,
        "image": f"{PICTURES}/coworkers/{ident}.png",
        "price_in_credits": price,
        "version": 1,
    }


COWORKERS: tuple[Json, ...] = (
    _coworker("67f73fa6f55e1a49293771eb", "AI Recruiter", "Reads applications and invites candidates.", 25.0),
    _coworker("67f73fa6f55e1a49293771ec", "Support Writer", "Drafts answers to customers.", 10.0),
    _coworker("67f73fa6f55e1a49293771ed", "Invoice Reader", "Reads invoices and files them.", 15.0),
)
"""Every coworker of the marketplace. Fields but `_id` and `name` are [guess]."""


def hire(world: World, coworker: Json) -> tuple[Row, Row]:
    """Copy a coworker into a project, and charge for it; return the project and the agentflow, which is made last."""
    _charge(world, coworker)
    alone = world.readings.says("hire_makes", "project")
    oldest = next((row for row in world.store.rows("project") if not row.is_deleted), None)
    project = oldest if oldest and not alone else _project(world, coworker)
    skill = _skill(world, project)
    flow = new_flow(
        world,
        {
            "name": coworker["name"],
            "description": coworker["description"],
            "role": coworker["role"],
            "projectID": project.id,
            "agents": [_agent(world, coworker, skill)],
            "anomaly_detection": {},
            "cron_details": {},
            "marketplace_id": coworker["_id"],
        },
    )
    return project, world.store.add(Row(kind="agentflow", id=flow["_id"], project=project.id, body=flow))


def hired(world: World, coworker: Json) -> list[Row]:
    """Return the copies of a coworker that the organization has."""
    flows = world.store.rows("agentflow")
    return [row for row in flows if row.body.get("marketplace_id") == coworker["_id"] and not row.is_deleted]


def _project(world: World, coworker: Json) -> Row:
    at = world.now()
    body = {
        "_id": world.new_id(at),
        "projectName": coworker["name"],
        "description": coworker["description"],
        "orgId": ORG_ID,
        "coworkerRole": coworker["role"],
        "status": "published",
        "createdAt": iso_millis(at),
        "updatedAt": iso_millis(at),
    }
    project = world.store.add(Row(kind="project", id=body["_id"], body=body))
    for connector in seed_connectors(project.id):
        _add(world, connector)
    return project


def _skill(world: World, project: Row) -> Row:
    at = world.now()
    there = world.store.rows("connector", project=project.id)
    connector = there[0] if there else _add(world, seed_connectors(project.id)[0])
    body = {
        "_id": world.new_id(at),
        "name": _SKILL,
        "logo": LOGO,
        "connector_name": connector.body["name"],
        "description": _SKILL,
        "projectID": project.id,
        "connector_id": connector.id,
        "user_id": None,
        "is_deleted": False,
        "actions": skill_actions(_SKILL, connector.body, at),
    }
    return world.store.add(Row(kind="skill", id=body["_id"], project=project.id, owner=connector.id, body=body))


def _add(world: World, connector: Json) -> Row:
    return add_connector(world, ConnectorConfig.model_validate(connector).json_form())


def _agent(world: World, coworker: Json, skill: Row) -> Json:
    return BLANK_AGENT | {
        "_id": world.new_id(),
        "title": coworker["name"],
        "role": coworker["role"],
        "skills": [skill.id],
        "llm": {"model": "azure/gpt-4o", "max_tokens": 10000, "temperature": 0},
        "memory": {"memory_type": "lt"},
        "prompt": {"template": coworker["description"], "variables": [], "display_template": "[]"},
    }


def _charge(world: World, coworker: Json) -> None:
    at = world.now()
    body = {
        "operation": "marketplace_purchase",
        "model": None,
        "tokens_consumed": 0,
        "metadata": {"coworker_id": coworker["_id"]},
        "executed_by": USER_ID,
        "_id": world.new_id(at),
        "created_at": iso(at),
        "credits_consumed": coworker["price_in_credits"],
        "organization_id": ORG_ID,
        "coworker_name": coworker["name"],
        "executed_by_name": USER_NAME,
    }
    world.store.add(Row(kind="credit", id=body["_id"], body=body, owner=ORG_ID))
