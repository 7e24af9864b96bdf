"""Drafts to write, in few words."""

from __future__ import annotations

from typing import Any

from wexa_sync.export.draft import Draft
from wexa_sync.model import Address

DESK = "desk"


def draft(kind: str, name: str, spec: dict[str, Any], project: str = DESK, **more: Any) -> Draft:
    """Return a draft of that kind and handle."""
    return Draft(address=Address(kind=kind, name=name, project="" if kind == "Project" else project), spec=spec, **more)


def project(name: str = DESK) -> Draft:
    """Return the draft of a project."""
    return draft("Project", name, {"projectName": name})


def flow(name: str, *agents: dict[str, Any], project: str = DESK, **more: Any) -> Draft:
    """Return the draft of a flow with these agents."""
    spec = {"role": "Support agent", "description": "D", "name": name, "agents": [*agents]}
    return draft("AgentFlow", name, spec, project, **more)


def agent(handle: str, template: str, **more: Any) -> dict[str, Any]:
    """Return an agent of a flow."""
    return {"handle": handle, "prompt": {"template": template}, "title": handle.title(), "role": "Works", **more}
