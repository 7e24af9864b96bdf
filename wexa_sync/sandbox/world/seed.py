"""Define what a new sandbox has: the organization, its user, and the connectors of a new project.

Names, categories and sort keys of connectors are those of the vendor's examples if there are any.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from wexa_sync.sandbox.world.ids import new_object_id

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json

ORG_ID = "67fdea40aac77be632954f0f"
"""The one organization of the sandbox."""

USER_ID = "67fdea40aac77be632954f0e"
"""The one user of the sandbox, a member of that organization."""

USER_NAME = "sandbox-user"
ORG_NAME = "Default Organization"

PICTURES = "https://storage.example"
LOGO = f"{PICTURES}/wexa/logo.png"

# category -> (name of the seed connector or None, its actions as (name, sort key))
_CATALOGUE: dict[str, tuple[str | None, tuple[tuple[str, str], ...]]] = {
    "content_creator": ("Content creator", (("Content creation", "generate"), ("Content review", "review"))),
    "mail": ("Mail", (("Send a mail", "send_mail"), ("Read mails", "read_mails"))),
    "whatsapp": ("WhatsApp", (("Start a chat", "start_chat"), ("Send a message", "send_message"))),
    "restful": ("REST API", (("Call an endpoint", "call"), ("Read a page", "read"))),
    "linkedin": (None, (("Publish a post", "publish_post"),)),
    "google_drive": (None, (("List files", "list_files"), ("Read a file", "read"))),
}

CATEGORIES = tuple(_CATALOGUE)
"""The categories that the grouped list of connectors always shows, with or without an account."""


def picture() -> str:
    """Return a picture for a new agentflow: the API seems to take one of a pool at random."""
    return f"{PICTURES}/coworkers/process-flow-{random.randint(1, 20)}.png"  # noqa: S311 # a picture, not a secret


def seed_connectors(project_id: str) -> list[Json]:
    """Return the bodies of a new project's connectors, as a client would configure them."""
    return [
        {
            "name": name,
            "description": f"{name} of this project",
            "category": category,
            "org_id": ORG_ID,
            "projectID": project_id,
            "logo": LOGO,
            "ui_form": [],
            "status": "ready",
            "is_configured": True,
            "actions": [_connector_action(category, title, sort) for title, sort in actions],
        }
        for category, (name, actions) in _CATALOGUE.items()
        if name is not None
    ]


def skill_actions(skill_name: str, connector: Json, at: float) -> list[Json]:
    """Return a new skill's actions [guess]: its connector's, or the one that "<connector> - <action>" names."""
    actions = connector["actions"]
    named = [action for action in actions if skill_name.endswith(f" - {action.get('name')}")]
    return [_skill_action(action, connector["category"], at) for action in named or actions]


def _connector_action(category: str, name: str, sort: str) -> Json:
    return {
        "name": name,
        "description": f"{name} with {category}",
        "sort": sort,
        "logo": LOGO,
        "category": category,
        "endpoint": f"/{category}/{sort}",
        "is_enabled": True,
        "source_type": "action",
    }


def _skill_action(action: Json, category: str, at: float) -> Json:
    sort = action.get("sort", "")
    entry = {"field_id": "content", "label": "Content", "type": "object", "required": True}
    return {
        "_id": new_object_id(at),
        "name": action.get("name", ""),
        "endpoint": action.get("endpoint", f"/{category}/{sort}"),
        "sort": sort,
        "category": category,
        "previous_action_id": None,
        "next_action_id": None,
        "is_terminal": True,
        "input_schema": {"fields": [entry | {"description": "JSON object to be worked on"}]},
        "output_schema": {"fields": [entry]},
    }
