"""List the readings of how agents are linked, and of the calls that no vendor page has: decisions and deletes."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "after_agent",
        "ignored links",
        "`after_agent` beside a new agent is ignored, or puts the new agent behind that one.",
        "The vendor's web application sends it; no page names it.",
    ),
    reading(
        "unlinked_without_after_agent",
        "no yes",
        "An agent that is added without `after_agent` is linked behind the agent that was added before it, or stays "
        "unlinked: no run reaches it. The first one is `initialAgent` in any case.",
        "Every test that saw the links sent `after_agent`.",
    ),
    reading(
        "next_agent_in_reads",
        "yes no",
        "Reads of an agentflow show `next_agent` of its agents and `next_agents` of its decision agents, or neither.",
        "A test suite of the vendor's web application saw both; the page's example is cut before their place.",
    ),
    reading(
        "decider",
        "absent present",
        "POST /agentflow/{id}/decider answers 404, or adds a decision agent.",
        "The vendor's web application has the call; no page and no SDK has it.",
    ),
    reading(
        "agent_delete",
        "absent ends_chain bridges",
        "DELETE /agentflow/{id}/agent/{id} answers 404; or removes the agent, and the one before it then leads nowhere "
        "or to the one behind it.",
        "The vendor's web application has the call; only the last agent of a flow was ever seen removed.",
    ),
    reading(
        "flow_delete",
        "absent both by_flow by_project",
        "DELETE of an agentflow answers 404 or 405; or it takes /agentflow/{id}, /agentflow/{project}/{id} or both.",
        "The second path is in the oldest SDK alone; of the web application's path only the end is known.",
    ),
)
