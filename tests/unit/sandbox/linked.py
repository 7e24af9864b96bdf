"""Observe, over plain HTTP, how agents are linked, and the calls that no vendor page has."""

from __future__ import annotations

from typing import Any

from .client import Client, agent_body

CONDITIONS = [{"decision": "approved", "condition": "It is fine."}, {"decision": "rejected", "condition": "It is not."}]


def chain(flow: Any) -> list[Any]:
    """Return where the flow begins and where each agent leads, by the agents' titles; "?" where that is not shown."""
    titles = {agent["_id"]: agent["title"] for agent in flow["agents"]}
    leads = [titles.get(agent["next_agent"]) if "next_agent" in agent else "?" for agent in flow["agents"]]
    return [titles.get(flow["initialAgent"]), *leads]


def add(api: Client, flow: Any, title: str, call: str = "skilled", *, after: str = "", **query: Any) -> Any:
    """Add an agent with a title, behind the one with the title `after`; return the whole flow."""
    ids = {agent["title"]: agent["_id"] for agent in api.get(f"/agentflow/{flow['_id']}")["agents"]}
    query |= {"after_agent": ids[after]} if after else {}
    more = {"conditions": CONDITIONS} if call == "decider" else {}
    body = agent_body(title=title, **more)
    return api.post(f"/agentflow/{flow['_id']}/{call}", body, projectID=flow["projectID"], **query)


def three(api: Client, *, after: bool = False) -> Any:
    """Return a flow with the agents a, b and c; with `after`, c is added behind a."""
    flow = api.flow(api.project()["_id"])
    add(api, flow, "a")
    add(api, flow, "b")
    return add(api, flow, "c", after="a" if after else "")


def after_agent(api: Client) -> Any:
    """Observe whether `after_agent` says where an agent is linked."""
    return chain(three(api, after=True))


def unlinked_without_after_agent(api: Client) -> Any:
    """Observe how agents are linked that are added without a word of it."""
    return chain(three(api))


def next_agent_in_reads(api: Client) -> Any:
    """Observe whether reads show the links."""
    return chain(api.get(f"/agentflow/{three(api)['_id']}"))


def decider(api: Client) -> Any:
    """Observe the call that adds a decision agent."""
    flow = api.flow(api.project()["_id"])
    body = agent_body(title="Route", conditions=CONDITIONS)
    added = api.send("POST", f"/agentflow/{flow['_id']}/decider", body, projectID=flow["projectID"])
    found = api.get(f"/agentflow/{flow['_id']}")["agents"]
    return [added.status_code, *([agent["agent_type"], agent["next_agents"]] for agent in found)]


def agent_delete(api: Client) -> Any:
    """Observe the delete of an agent between two others."""
    flow = three(api)
    gone = flow["agents"][1]["_id"]
    status = api.send("DELETE", f"/agentflow/{flow['_id']}/agent/{gone}", projectID=flow["projectID"]).status_code
    return [status, *chain(api.get(f"/agentflow/{flow['_id']}"))]


def flow_delete(api: Client) -> Any:
    """Observe the two paths that delete an agentflow."""
    one, other = three(api), three(api)
    paths = [f"/agentflow/{one['_id']}", f"/agentflow/{other['projectID']}/{other['_id']}"]
    return [api.send("DELETE", path).status_code for path in paths]
