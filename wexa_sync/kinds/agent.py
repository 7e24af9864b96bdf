"""Declare Agent, a part of an AgentFlow: added and rewritten, never removed or moved. The client chooses its id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.kinds.exported import Exported
from wexa_sync.kinds.origin import Derived
from wexa_sync.text.digests import sha256
from wexa_sync.text.json import parse


def display_text(template: object) -> str:
    """Return a text in the editor's form: a JSON text with a paragraph node for each line, as in the pages' samples."""
    return _display_text(str(template))


@lru_cache(maxsize=1000)
def _display_text(template: str) -> str:
    # A plan asks for that of the manifest, of what was applied and of what is live: of one text, mostly.
    lines = template.split("\n")
    return json.dumps([{"type": "paragraph", "children": [{"text": line}]} for line in lines], ensure_ascii=False)


def text_of(display: str) -> str | None:
    """Return the text of an editor's form, a line for each paragraph; None where the form is not known."""
    try:
        nodes = parse(display)
    except ValueError:
        return None
    lines = [_text_in(node) for node in nodes] if isinstance(nodes, list) else [None]
    return None if None in lines else "\n".join(line or "" for line in lines)


def _text_in(node: Any) -> str | None:
    if not isinstance(node, dict):
        return None
    if isinstance(inner := node.get("children"), list):
        parts = [_text_in(child) for child in inner]
        return None if None in parts else "".join(part or "" for part in parts)
    return node["text"] if isinstance(node.get("text"), str) else None


def agent_id(flow_id: str, handle: str) -> str:
    """Return the id of an agent, 24 hex characters. It is the same each time: a lost create can be found by it.

    It is made from the live flow's id, not from the project's handle, so that no two environments share ids.
    """
    return sha256(f"wexa-sync/{flow_id}/{handle}".encode()).hexdigest()[:24]


def branches_of(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the branches of a decision agent, each with the handle that it leads to, or an empty text."""
    decision = spec.get("decision")
    found = decision.items() if isinstance(decision, dict) else ()
    return {key: str(branch.get("next", "")) for key, branch in found if isinstance(branch, dict)}


def as_decider(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the spec of a decision agent with what its branches are to the API: conditions."""
    if not branches_of(spec):
        return spec
    branches = ((key, each) for key, each in spec["decision"].items() if isinstance(each, dict))
    conditions = [{"decision": key, "condition": each.get("when")} for key, each in branches]
    return {**spec, "agent_type": "decider_agent", "conditions": conditions}


def as_decision(spec: dict[str, Any], behind: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the spec of a live agent as a manifest has it: the conditions of a decision agent are its branches.

    `behind`: the handle behind each branch. None where what is live can't be said so.
    """
    if spec.get("agent_type") in (None, "skilled_agent") and not behind:
        return spec
    shown = conditions if isinstance(conditions := spec.get("conditions"), list) else []
    if not all(isinstance(each, dict) and each.keys() <= {"decision", "condition"} for each in shown):
        return None
    when = {str(each.get("decision") or ""): each.get("condition") for each in shown}
    if (
        not when
        or len(when) < len(shown)
        or not behind.keys() <= when.keys()
        or not all(key and text for key, text in when.items())
    ):
        return None
    branches = {key: {"when": text} | ({"next": behind[key]} if key in behind else {}) for key, text in when.items()}
    return {name: value for name, value in spec.items() if name not in ("agent_type", "conditions")} | {
        "decision": branches
    }


_QUERY = {
    "projectID": "{project}",
    # These two are in no vendor page. Its web application sends them, and whoever does not know them sees a query like
    # any other.
    "after_agent": "{before}",
    "add_on_side_if_decider": "{branch}",
}
_UPDATABLE = (
    "role",
    "title",
    "skills",
    "context",
    "triggers",
    "llm",
    "memory",
    "role_description",
    "prompt",
    "has_knowledge_base",
    "is_user_specific_task",
    "is_preview_mode_enabled",
)

AGENT = Kind(
    name="Agent",
    counts_as="number_of_agents_per_coworker",
    schema="agent.schema.json",
    exported=Exported(
        left_out=("conditions",),
        texts={
            ("prompt", "template"): "prompts/{owner}-{handle}.md",
            ("prompt", "display_template"): "prompts/{owner}-{handle}.display.json",
        },
    ),
    display="title",
    identity=("title",),
    new_id=agent_id,
    endpoints={
        Operation.CREATE: (
            Endpoint(
                method="POST", path="/agentflow/{owner}/skilled", query=_QUERY, unless="decision", returns_owner=True
            ),
            Endpoint(
                method="POST",
                path="/agentflow/{owner}/decider",
                query=_QUERY,
                only="decision",
                undocumented="agent.decider",
                returns_owner=True,
            ),
        ),
        Operation.UPDATE: Endpoint(
            method="POST",
            path="/agentflow/{owner}/update/skilled/{id}",
            query={"projectID": "{project}"},
            fields=_UPDATABLE,
            unless="decision",
            returns_owner=True,
        ),
        Operation.DELETE: Endpoint(
            method="DELETE",
            path="/agentflow/{owner}/agent/{id}",
            query={"projectID": "{project}"},
            undocumented="agent.delete",
        ),
    },
    derived=(
        Derived(target=("role_description",), source=("role",), make=str),
        Derived(target=("prompt", "display_template"), source=("prompt", "template"), make=display_text, read=text_of),
    ),
    wanted={"skills": "A run that comes to an agent without skills fails."},  # "No skills found for the agent"
    hints={
        Operation.CREATE: "Add the decision agent in Wexa Studio and plan with --adopt, or allow a call that no vendor "
        "page has: `allow_undocumented: [agent.decider]` in wexa-sync.yaml.",
        Operation.UPDATE: "Change it in Wexa Studio.",
        Operation.DELETE: "Remove the agent in Wexa Studio; the next plan then forgets it. The documented calls add "
        "and update agents; `allow_undocumented: [agent.delete]` in wexa-sync.yaml allows one that removes them.",
    },
)
