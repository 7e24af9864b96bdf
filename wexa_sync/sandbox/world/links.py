"""Link the agents of an agentflow: `initialAgent` names the first, and `next_agent` of each the one behind it.

A decision agent (decider) has `next_agents` besides: the agent behind each of its decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wexa_sync.sandbox.errors import ApiError

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

DECIDER = "decider_agent"
"""The `agent_type` of a decision agent."""

LINKS = ("next_agent", "next_agents")
"""The fields of an agent that lead on."""


def unlinked(agent: Json) -> Json:
    """Return an agent that leads nowhere."""
    return agent | {"next_agent": None} | ({"next_agents": {}} if agent["agent_type"] == DECIDER else {})


def with_added(world: World, flow: Json, agent: Json, after: str | None = None, branch: str | None = None) -> Json:
    """Return what an agentflow is like with one more agent: `agents` and `initialAgent`.

    Raises ApiError where `after` is no agent of the flow, or `branch` no decision of that agent.
    """
    agents: list[Json] = flow["agents"]
    if after is not None and world.readings.says("after_agent", "links"):
        agents = [_leading(known, agent["_id"], branch) if known["_id"] == after else known for known in agents]
        if agents == flow["agents"]:
            raise ApiError(404, f"Agent not found: {after}")
    elif agents and world.readings.says("unlinked_without_after_agent", "no"):
        agents = [*agents[:-1], agents[-1] | {"next_agent": agent["_id"]}]
    first = flow.get("initialAgent") if flow["agents"] else agent["_id"]
    return {"agents": [*agents, unlinked(agent)], "initialAgent": first}


def _leading(agent: Json, to: str, branch: str | None) -> Json:
    """Return an agent that leads to the one with the id `to`, from one of its decisions if it makes any."""
    if agent["agent_type"] != DECIDER:
        return agent | {"next_agent": to}
    if branch not in [each["decision"] for each in agent["conditions"]]:
        raise ApiError(400, f"No such decision of agent {agent['_id']}: {branch}")
    return agent | {"next_agents": agent["next_agents"] | {branch: to}}


def without(world: World, flow: Json, agent_id: str) -> Json:
    """Return what an agentflow is like without an agent, as `with_added` does."""
    gone = next(agent for agent in flow["agents"] if agent["_id"] == agent_id)
    behind = gone.get("next_agent") if world.readings.says("agent_delete", "bridges") else None

    def led(value: Any) -> Any:
        return behind if value == agent_id else value

    agents = [
        agent
        | {"next_agent": led(agent.get("next_agent"))}
        | (
            {"next_agents": {key: led(to) for key, to in agent["next_agents"].items()}}
            if "next_agents" in agent
            else {}
        )
        for agent in flow["agents"]
        if agent["_id"] != agent_id
    ]
    return {"agents": agents, "initialAgent": led(flow["initialAgent"])}


def as_replaced(flow: Json, agents: list[Json]) -> Json:
    """Return what an agentflow is like whose whole list of agents was replaced, as `with_added` does.

    Each agent leads where it led, unless the new list says otherwise; one that led to an agent that is gone leads
    nowhere.
    """
    ids = {agent["_id"] for agent in agents}
    known = {agent["_id"]: agent for agent in flow["agents"]}

    def kept(agent: Json, name: str) -> Any:
        return agent.get(name, known.get(agent["_id"], {}).get(name))

    linked = []
    for agent in agents:
        found = unlinked(agent)
        to = kept(agent, "next_agent")
        found["next_agent"] = to if to in ids else None
        if "next_agents" in found:
            found["next_agents"] = {key: to for key, to in (kept(agent, "next_agents") or {}).items() if to in ids}
        linked.append(found)
    first = flow["initialAgent"] if flow["initialAgent"] in ids else next((each["_id"] for each in agents), None)
    return {"agents": linked, "initialAgent": first}


def reached(flow: Json) -> list[Json]:
    """Return the agents that a run comes to, in order. Of a decision, the first branch is taken."""
    agents, found = {agent["_id"]: agent for agent in flow["agents"]}, []
    at = flow["initialAgent"]
    while at in agents:
        agent = agents.pop(at)
        found.append(agent)
        at = agent.get("next_agent") or next(iter(agent.get("next_agents", {}).values()), None)
    return found
