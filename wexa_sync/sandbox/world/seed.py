"""Define what a new sandbox has: the organization, its user, and the connectors of a new project."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from wexa_sync.sandbox.world.catalogue import LOGO, PICTURES, TYPES

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json

ORG_ID = "67fdea40aac77be632954f0f"
"""The one organization of the sandbox."""

USER_ID = "67fdea40aac77be632954f0e"
"""The one user of the sandbox, a member of that organization."""

USER_NAME = "sandbox-user"
ORG_NAME = "Default Organization"


def picture() -> str:
    """Return a picture for a new agentflow: the API seems to take one of a pool at random."""
    return f"{PICTURES}/coworkers/process-flow-{random.randint(1, 20)}.png"  # noqa: S311 # a picture, not a secret


def seed_connectors(project_id: str) -> list[Json]:
    """Return the bodies of a new project's connectors, as a client would configure them."""
    return [
        {
            "name": each.name,
            "description": f"{each.name} of this project",
            "category": each.category,
            "org_id": ORG_ID,
            "projectID": project_id,
            "logo": LOGO,
            "ui_form": [],
            "status": "ready",
            "is_configured": True,
            "actions": each.own_actions(),
            "available_events": each.own_events(),
        }
        for each in TYPES
        if each.seeded
    ]
