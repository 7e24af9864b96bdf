"""Make, store and read agentflows and their agents. A read differs from what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wexa_sync.sandbox.errors import ApiError, invalid
from wexa_sync.sandbox.world.links import DECIDER, LINKS, with_added
from wexa_sync.sandbox.world.seed import ORG_ID, picture
from wexa_sync.sandbox.world.shown import as_read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wexa_sync.sandbox.world.store import Json, Row
    from wexa_sync.sandbox.world.world import World

_ECHOED = ("memory", "is_user_specific_task", "conditions")
_FLOW_ECHOED = ("default_goal", "isActive")
_NOT_IN_SUMMARY = ("agents", "cron_details", "anomaly_detection", "marketplace_id")
BLANK_AGENT: dict[str, Any] = {
    "role": "",
    "title": "",
    "skills": [],
    "context": [],
    "triggers": [],
    "llm": {"model": "", "max_tokens": 0, "temperature": 0},
    "memory": {"memory_type": ""},
    "role_description": "",
    "prompt": {"template": "", "variables": [], "display_template": ""},
    "has_knowledge_base": False,
    "is_user_specific_task": False,
    "is_preview_mode_enabled": False,
    "agent_type": "skilled_agent",
    "conditions": [],
}
"""The agent that a replacing PUT makes of an agent without fields."""

_EMPTY_CRON: dict[str, Any] = {
    "agentflow_id": "",
    "goal": {"template": "", "display_template": ""},
    "collection_name": None,
    "query": {},
    "projectID": "",
    "frequency": "",
    "limit": None,
    "query_limit": None,
    "executed_by": None,
    "filters": None,
    "count": None,
}


def new_flow(world: World, sent: Json) -> Json:
    """Return the stored form of a new agentflow: the sent fields, and those that the server fills in."""
    at = world.now()
    flow: Json = {
        "_id": world.new_id(at),
        "image": picture(),
        "agentflow_type": "master",
        "parent_agentflow_id": None,
        "failover_goal": None,
        "created_at": at,
        "updated_at": at,
        "last_used": at,
        "isActive": True,
        "is_deleted": False,
        "default_goal": "",
        "organization_id": ORG_ID,
        "initialAgent": None,
        "agents": [],
    }
    agents: list[Json] = sent["agents"]
    flow = with_changes(flow, sent | {"agents": []})
    for agent in agents:
        flow |= with_added(world, flow, agent)
    return flow


def with_changes(flow: Json, changes: Json) -> Json:
    """Return an agentflow with some keys changed, and the keys that depend on them."""
    changed = flow | changes
    changed["cron_details"] = _EMPTY_CRON | changed["cron_details"]
    changed["is_cron_scheduled"] = changed["cron_details"]["frequency"] != ""
    changed["anomaly_detection"] = {"is_enabled": False, "instructions": ""} | changed["anomaly_detection"]
    return changed


def new_agent(world: World, sent: Json, project: str) -> Json:
    """Return the stored form of an agent, its id and skills checked. Skills are stored as ids."""
    if sent["_id"] is None:
        if world.readings.says("agent_without_id", "refused"):
            raise ApiError(422, [invalid("body", "_id", "missing", "Field required", None)])
        sent = sent | {"_id": world.new_id()}
    world.check_id(sent["_id"])
    check_skills(world, sent["skills"], project)
    return {"_id": sent["_id"], **sent}


def check_skills(world: World, wanted: list[str], project: str) -> None:
    """Raise ApiError if a skill is not one of the project's."""
    skills = world.store.named("skill", wanted).values()
    unknown = set(wanted) - {row.id for row in skills if row.project == project and not row.is_deleted}
    if unknown:
        raise ApiError(400, f"Skill not found: {', '.join(sorted(unknown))}")


def flow_views(world: World, rows: list[Row], *, summary: bool = False) -> list[Json]:
    """Return agentflows as clients see them. One query fetches the skills of all agents."""
    hidden: tuple[str, ...] = () if world.readings.says("flow_echo", "yes") else _FLOW_ECHOED
    hidden += _NOT_IN_SUMMARY if summary else ()
    shown = [{key: value for key, value in row.body.items() if key not in hidden} for row in rows]
    if summary:
        return shown
    wanted = [ident for row in rows for agent in row.body["agents"] for ident in agent["skills"]]
    as_sent = world.readings.show_as_sent
    skills = {ident: skill if as_sent else skill.body for ident, skill in world.store.named("skill", wanted).items()}
    out: tuple[str, ...] = () if world.readings.says("agent_echo", "yes") else _ECHOED
    out += () if world.readings.says("next_agent_in_reads", "yes") else LINKS
    views = [flow | {"agents": [_agent_view(agent, skills, out) for agent in flow["agents"]]} for flow in shown]
    return [as_read(world.readings, view) for view in views]


def flow_view(world: World, row: Row) -> Json:
    """Return one agentflow as clients see it."""
    return flow_views(world, [row])[0]


def _agent_view(agent: Json, skills: Mapping[str, Json | Row], out: tuple[str, ...]) -> Json:
    out = tuple(key for key in out if key != "conditions") if agent["agent_type"] == DECIDER else out
    seen = {key: value for key, value in agent.items() if key not in out}
    seen["pre_and_post_execution_input"] = None
    seen["skills"] = [skills[ident] for ident in agent["skills"] if ident in skills]
    return seen
